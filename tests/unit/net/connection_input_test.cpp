// Input: in order, in parts, paused, ended.
#include <sys/epoll.h>
#include <sys/socket.h>

#include <string>

#include "wire.h"

#include <CppUTest/TestHarness.h>

using namespace ws::net;
using namespace ws::net::test;

TEST_GROUP(connection_input) {
  Wire wire;
  TestConnection& c = *wire.connection;

  void expect(const char* words) { STRCMP_EQUAL(words, c.take().c_str()); }
};

TEST(connection_input, ComesAsItArrives) {
  CHECK_TRUE(c.open({}));
  wire.send("abc");
  wire.send("d");
  expect("in(abc) in(d)");
}

TEST(connection_input, WhatCameBeforeIsFirst) {
  CHECK_EQUAL(5, ::send(wire.peer.get(), "later", 5, 0));
  CHECK_TRUE(c.open("early"));
  expect("in(early) in(later)");
}

TEST(connection_input, TheRestComesAgainInFront) {
  CHECK_TRUE(c.open({}));
  c.when_input = [](std::string_view bytes) { return std::min<size_t>(bytes.size(), 2); };
  wire.send("abcde");
  wire.send("f");
  wire.turn();
  expect("in(ab) in(cd) in(e) in(f)");
}

TEST(connection_input, R46_ARestWaitsForTheNextTurnSoThatOthersComeFirst) {
  CHECK_TRUE(c.open({}));
  c.when_input = [](std::string_view bytes) { return std::min<size_t>(bytes.size(), 1); };
  CHECK_EQUAL(3, ::send(wire.peer.get(), "abc", 3, 0));
  wire.loop.run_once(0);
  expect("in(a) in(b)");
  // The loop goes on without an event.
  wire.loop.run_once(10'000);
  expect("in(c)");
}

TEST(connection_input, PausedNothingComesAndNothingIsLost) {
  CHECK_TRUE(c.open({}));
  c.when_input = [&](std::string_view) {
    c.set_input_wanted(false);
    return size_t{1};
  };
  wire.send("abc");
  wire.send("def");
  expect("in(a)");
  c.when_input = nullptr;
  c.set_input_wanted(true);
  wire.turn();
  expect("in(bc) in(def)");
}

TEST(connection_input, R38_TheEndComesBehindTheLastBytes) {
  CHECK_TRUE(c.open({}));
  c.when_input = [](std::string_view bytes) { return std::min<size_t>(bytes.size(), 1); };
  CHECK_EQUAL(2, ::send(wire.peer.get(), "ab", 2, 0));
  wire.shut_down();
  wire.turn();
  expect("in(a) in(b) finished");
  c.write("still", " open");
  wire.turn();
  STRCMP_EQUAL("still open", wire.received().c_str());
}

TEST(connection_input, R38_WhilePausedAHangUpIsNoticed) {
  CHECK_TRUE(c.open({}));
  c.set_input_wanted(false);
  wire.turn();
  wire.hang_up();
  wire.turn();
  expect("broken");
  wire.turn();
  expect("");
}

TEST(connection_input, TheEndIsToldOnce) {
  CHECK_TRUE(c.open({}));
  wire.shut_down();
  wire.turn();
  wire.turn();
  expect("finished");
  // Later the other direction is gone too: whoever still has output for it must know.
  wire.hang_up();
  wire.turn();
  wire.turn();
  expect("broken");
}

TEST(connection_input, R38_AHangUpKeepsNoLoopAwake) {
  CHECK_TRUE(c.open({}));
  wire.hang_up();
  wire.turn();
  epoll_event event{};
  CHECK_EQUAL(0, ::epoll_wait(wire.loop.epoll_fd(), &event, 1, 0));
}

TEST(connection_input, AnExceptionIsTheConnectionsOwnFault) {
  CHECK_TRUE(c.open({}));
  c.when_input = [](std::string_view) -> size_t { throw std::runtime_error("boom"); };
  wire.send("x");
  expect("fault(boom)");
}

TEST(connection_input, ASocketThatEpollRefusesIsTold) {
  Wire other;
  TestConnection broken(other.loop, ws::base::UniqueFd(), nullptr);
  CHECK_FALSE(broken.open({}));
}
