// wsp.history/1: keeping, reading, and subscribing from a position.
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "stage.h"

#include <CppUTest/TestHarness.h>

using namespace ws::plugin;
using namespace ws::plugin::test;

namespace {

struct Answer {
  int calls = 0;
  wsp_status status = 99;
  std::string words;
  wsp_position position{};
  bool recovered = false;
  bool had_reply = false;
};

void note(void* arg, wsp_status status, const wsp_history_reply* reply) {
  Answer& answer = *static_cast<Answer*>(arg);
  ++answer.calls;
  answer.status = status;
  answer.had_reply = reply != nullptr;
  if (!reply) return;
  CHECK_EQUAL(sizeof(wsp_history_reply), reply->struct_size);
  answer.position = reply->position;
  answer.recovered = reply->recovered != 0;
  for (uint32_t i = 0; i < reply->message_count; ++i) {
    const wsp_history_message& m = *reply->messages[i];
    CHECK_EQUAL(sizeof(wsp_history_message), m.struct_size);
    CHECK_TRUE(m.time_ms > 0 && m.position.epoch == reply->position.epoch);
    answer.words += std::string(text_of(m.payload)) + "#" + std::to_string(m.position.offset) + " ";
  }
}

}  // namespace

TEST_GROUP(history_api) {
  Script script;
  Stage stage{scripted_plugin(script)};

  const wsp_history_1& table() { return script.extension<wsp_history_1>(WSP_HISTORY_1); }
  wsp_status keep(std::string_view text, uint32_t count = 10, uint32_t age_ms = 0,
                  wsp_session except = 0) {
    const wsp_publish_options options{sizeof options, count, age_ms, except};
    return table().publish(script.host, bytes("room"), WSP_TEXT, bytes(text), &options);
  }
  Answer read(const Stage::Seat& seat, uint32_t limit = 0,
              std::optional<wsp_position> since = std::nullopt) {
    Answer answer;
    stage.on_loop(seat, [&] {
      const wsp_history_query query{sizeof query, limit, since ? &*since : nullptr};
      CHECK_EQUAL(WSP_OK, table().read(script.host, seat.id, bytes("room"), &query, note, &answer));
    });
    CHECK_EQUAL(1, answer.calls);
    CHECK_EQUAL(WSP_OK, answer.status);
    return answer;
  }
};

TEST(history_api, KeepsWhatItIsToldTo) {
  auto& seat = stage.connect();
  for (const char* text : {"a", "b", "c", "d"}) CHECK_EQUAL(WSP_OK, keep(text, 3));
  STRCMP_EQUAL("b#2 c#3 d#4 ", read(seat).words.c_str());
  STRCMP_EQUAL("c#3 d#4 ", read(seat, 2).words.c_str());
  CHECK_EQUAL(4u, read(seat).position.offset);
  CHECK_FALSE(read(seat).recovered);
  CHECK_EQUAL(WSP_OK, keep("e", 10, 1000));
  stage.clock.ms += 1001;
  STRCMP_EQUAL("", read(seat).words.c_str());
}

TEST(history_api, RecoversAllOrStartsAnew) {
  auto& seat = stage.connect();
  for (const char* text : {"a", "b", "c", "d"}) CHECK_EQUAL(WSP_OK, keep(text, 3));
  wsp_position since = read(seat).position;
  since.offset = 2;
  Answer answer = read(seat, 0, since);
  CHECK_TRUE(answer.recovered);
  STRCMP_EQUAL("c#3 d#4 ", answer.words.c_str());
  since.offset = 0;
  answer = read(seat, 2, since);
  CHECK_FALSE(answer.recovered);
  STRCMP_EQUAL("c#3 d#4 ", answer.words.c_str());
  since = {since.epoch + 1, 2};
  CHECK_FALSE(read(seat, 0, since).recovered);
}

TEST(history_api, SubscribesBehindTheHistory) {
  auto& ann = stage.connect();
  auto& bob = stage.connect();
  Answer answer;
  stage.on_loop(ann, [&] {
    CHECK_EQUAL(WSP_OK, script.host->subscribe(script.host, bob.id, bytes("room")));
    CHECK_EQUAL(WSP_OK, keep("a"));
    const wsp_history_query query{sizeof query, 0, nullptr};
    CHECK_EQUAL(WSP_OK,
                table().subscribe(script.host, ann.id, bytes("room"), &query, note, &answer));
    CHECK_EQUAL(WSP_OK, keep("b", 10, 0, bob.id));
  });
  CHECK_EQUAL(1, answer.calls);
  STRCMP_EQUAL("a#1 ", answer.words.c_str());
  STRCMP_EQUAL("text(b)", ann.peer.frames().c_str());
  STRCMP_EQUAL("text(a)", bob.peer.frames().c_str());
}

TEST(history_api, IsForTheSessionsOwnThread) {
  auto& seat = stage.connect();
  Answer answer;
  const wsp_history_query query{sizeof query, 0, nullptr};
  std::thread([&] {
    CHECK_EQUAL(WSP_E_INVALID,
                table().subscribe(script.host, seat.id, bytes("room"), &query, note, &answer));
    CHECK_EQUAL(WSP_E_INVALID,
                table().read(script.host, seat.id, bytes("room"), &query, note, &answer));
    CHECK_EQUAL(WSP_OK, keep("from afar"));
  }).join();
  CHECK_EQUAL(0, answer.calls);
  STRCMP_EQUAL("from afar#1 ", read(seat).words.c_str());
}

TEST(history_api, WhatFailsIsNotAnswered) {
  auto& seat = stage.connect();
  Answer answer;
  const wsp_history_query query{sizeof query, 0, nullptr};
  const wsp_history_query old{8, 0, nullptr};
  stage.on_loop(seat, [&] {
    for (const auto call : {table().subscribe, table().read}) {
      CHECK_EQUAL(WSP_E_INVALID, call(script.host, seat.id, bytes("a b"), &query, note, &answer));
      CHECK_EQUAL(WSP_E_INVALID, call(script.host, seat.id, bytes("a"), nullptr, note, &answer));
      CHECK_EQUAL(WSP_E_INVALID, call(script.host, seat.id, bytes("a"), &old, note, &answer));
      CHECK_EQUAL(WSP_E_INVALID, call(script.host, seat.id, bytes("a"), &query, nullptr, nullptr));
      CHECK_EQUAL(WSP_E_GONE, call(script.host, seat.id + 2, bytes("a"), &query, note, &answer));
      CHECK_EQUAL(WSP_E_GONE, call(script.host, 0, bytes("a"), &query, note, &answer));
    }
    CHECK_EQUAL(WSP_E_INVALID,
                table().publish(script.host, bytes("room"), WSP_TEXT, bytes("x"), nullptr));
    CHECK_EQUAL(WSP_E_INVALID, keep("\xFF"));
    script.host->close(script.host, seat.id, 1000, bytes(""));
    CHECK_EQUAL(WSP_E_GONE,
                table().subscribe(script.host, seat.id, bytes("a"), &query, note, &answer));
  });
  CHECK_EQUAL(0, answer.calls);
}

TEST(history_api, AnExceptionIsStopped) {
  auto& seat = stage.connect();
  const wsp_history_query query{sizeof query, 0, nullptr};
  stage.on_loop(seat, [&] {
    CHECK_EQUAL(WSP_OK, table().read(
                            script.host, seat.id, bytes("room"), &query,
                            [](void*, wsp_status, const wsp_history_reply*) { throw 1; }, nullptr));
  });
  CHECK_TRUE(stage.log.has("exception out of a history callback"));
}
