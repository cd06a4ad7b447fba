// Host calls from threads that are no loop's (BAD_INPUT H1, H2).
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "stage.h"

#include <CppUTest/TestHarness.h>

using namespace ws::plugin;
using namespace ws::plugin::test;

namespace {

// Runs f on a thread of its own, and waits for its end.
void elsewhere(const std::function<void()>& f) { std::thread(f).join(); }

}  // namespace

TEST_GROUP(foreign_thread) {
  Script script;
  Stage stage{scripted_plugin(script)};

  const wsp_host* host() const { return script.host; }
  wsp_status send(wsp_session id, std::string_view text) {
    return host()->send(host(), id, WSP_TEXT, bytes(text));
  }
};

TEST(foreign_thread, SendsAreHandedOverAsCopies) {
  auto& seat = stage.connect();
  elsewhere([&] {
    std::string text = "from afar";
    CHECK_EQUAL(WSP_OK, send(seat.id, text));
    text.assign("overwritten");
    CHECK_EQUAL(WSP_E_INVALID, send(seat.id, "\xFF"));
  });
  STRCMP_EQUAL("", seat.peer.frames().c_str());
  stage.turn();
  STRCMP_EQUAL("text(from afar)", seat.peer.frames().c_str());
}

TEST(foreign_thread, AllCallsKeepTheOrderOfTheirThread) {
  auto& seat = stage.connect();
  auto& other = stage.connect();
  elsewhere([&] {
    CHECK_EQUAL(WSP_OK, send(seat.id, "1"));
    CHECK_EQUAL(WSP_OK, host()->subscribe(host(), seat.id, bytes("room")));
    CHECK_EQUAL(WSP_OK, host()->subscribe(host(), other.id, bytes("room")));
    CHECK_EQUAL(WSP_OK, host()->unsubscribe(host(), other.id, bytes("room")));
    CHECK_EQUAL(WSP_OK, host()->pause_input(host(), seat.id));
    CHECK_EQUAL(WSP_OK, host()->resume_input(host(), seat.id));
  });
  stage.turn();
  elsewhere([&] {
    CHECK_EQUAL(WSP_OK, host()->publish(host(), bytes("room"), WSP_TEXT, bytes("2"), 0));
  });
  stage.turn();
  elsewhere([&] {
    CHECK_EQUAL(WSP_OK, send(seat.id, "3"));
    CHECK_EQUAL(WSP_OK, host()->close(host(), seat.id, 4000, bytes("done")));
    CHECK_EQUAL(WSP_OK, send(seat.id, "4"));
  });
  stage.turn();
  STRCMP_EQUAL("text(1) text(2) text(3) close(4000,done)", seat.peer.frames().c_str());
  STRCMP_EQUAL("", other.peer.frames().c_str());
}

TEST(foreign_thread, WhatNeedsTheOwnThreadSaysSo) {
  auto& seat = stage.connect();
  elsewhere([&] {
    size_t queued = 0;
    CHECK_EQUAL(WSP_E_INVALID, host()->queued_bytes(host(), seat.id, &queued));
  });
}

TEST(foreign_thread, GoneIsKnownEverywhere) {
  auto& seat = stage.connect();
  seat.peer.close();
  stage.turn();
  elsewhere([&] {
    CHECK_EQUAL(WSP_E_GONE, send(seat.id, "x"));
    CHECK_EQUAL(WSP_E_GONE, host()->close(host(), seat.id, 1000, bytes("")));
    CHECK_EQUAL(WSP_E_GONE, host()->subscribe(host(), seat.id, bytes("room")));
    CHECK_EQUAL(WSP_E_GONE, send(0, "x"));
  });
}

TEST(foreign_thread, WhatArrivesTooLateIsDropped) {
  auto& seat = stage.connect();
  elsewhere([&] {
    CHECK_EQUAL(WSP_OK, send(seat.id, "x"));
    CHECK_EQUAL(WSP_OK, host()->subscribe(host(), seat.id, bytes("room")));
  });
  stage.session(seat)->drop("the test says so");
  stage.turn();
  STRCMP_EQUAL("open close(1006,)", script.take().c_str());
}

TEST(foreign_thread, TheMailboxIsBounded) {
  auto& seat = stage.connect();
  const std::string payload(100'000, 'p');
  elsewhere([&] {
    int sent = 0;
    while (sent < 100 && send(seat.id, payload) == WSP_OK) ++sent;
    CHECK_EQUAL(10, sent);  // of 1 MiB
    CHECK_EQUAL(WSP_E_FULL, send(seat.id, payload));
    CHECK_EQUAL(WSP_OK, send(seat.id, "a small one"));
  });
  for (int i = 0; i < 100; ++i) {
    stage.turn();
    (void)seat.peer.frames();
  }
  elsewhere([&] { CHECK_EQUAL(WSP_OK, send(seat.id, payload)); });
}

TEST(foreign_thread, EightThreadsKeepTheirOrder) {
  constexpr int kThreads = 8;
  constexpr int kMessages = 1000;
  stage.limits.send_queue = size_t{64} << 20;
  auto& seat = stage.connect();
  std::vector<std::thread> threads;
  std::atomic<int> failures = 0;
  std::atomic<int> ready = 0;
  for (int t = 0; t < kThreads; ++t)
    threads.emplace_back([&, t] {
      ++ready;
      while (ready < kThreads) std::this_thread::yield();
      for (int i = 0; i < kMessages; ++i) {
        const std::string text = std::to_string(t) + "." + std::to_string(i);
        wsp_status status = send(seat.id, text);
        while (status == WSP_E_FULL) {
          std::this_thread::yield();
          status = send(seat.id, text);
        }
        if (status != WSP_OK) ++failures;
      }
    });
  std::string all;
  int count = 0;
  while (count < kThreads * kMessages) {
    stage.turn();
    const std::string more = seat.peer.frames();
    for (size_t at = more.find("text("); at != std::string::npos; at = more.find("text(", at + 1))
      ++count;
    all += more + ' ';
  }
  for (std::thread& thread : threads) thread.join();
  CHECK_EQUAL(0, failures.load());
  int next[kThreads] = {};
  for (size_t at = all.find("text("); at != std::string::npos; at = all.find("text(", at + 1)) {
    const int t = all[at + 5] - '0';
    CHECK_EQUAL(next[t], std::stoi(all.substr(at + 7)));
    ++next[t];
  }
}
