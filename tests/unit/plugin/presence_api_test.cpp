// wsp.presence/1: members by key, announcements, and leaving by itself.
#include <string>
#include <thread>

#include "stage.h"

#include <CppUTest/TestHarness.h>

using namespace ws::plugin;
using namespace ws::plugin::test;

namespace {

// Tells the room who came and went.
void announce(void* self, const wsp_member* member, uint8_t joined, wsp_delivery* delivery) {
  auto& script = *static_cast<Script*>(self);
  CHECK_TRUE(text_of(delivery->channel) == "room" && delivery->payload.size == 0);
  const std::string text = (joined ? "+" : "-") + std::string(text_of(member->key)) + "/" +
                           std::string(text_of(member->info)) + "/" +
                           std::to_string(member->session_count);
  script.add(text);
  if (text_of(member->key) != "silent") delivery->replace(delivery, WSP_TEXT, bytes(text));
}

}  // namespace

TEST_GROUP(presence_api) {
  Script script;
  bool unused = prepare();
  Stage stage{scripted_plugin(script)};

  bool prepare() {
    script.when_created = [this](const wsp_host* host) {
      script.host = host;
      CHECK_EQUAL(WSP_OK, table().listen(host, announce, &script));
      return WSP_OK;
    };
    return true;
  }
  const wsp_presence_1& table() { return script.extension<wsp_presence_1>(WSP_PRESENCE_1); }
  wsp_status enter(wsp_session id, std::string_view key, std::string_view info = "") {
    return table().enter(script.host, id, bytes("room"), bytes(key), bytes(info));
  }
  wsp_status leave(wsp_session id) { return table().leave(script.host, id, bytes("room")); }
  std::string list(std::string_view channel = "room") {
    std::string out;
    CHECK_EQUAL(WSP_OK, table().list(
                            script.host, bytes(channel),
                            [](void* arg, const wsp_member* m) {
                              CHECK_EQUAL(sizeof(wsp_member), m->struct_size);
                              *static_cast<std::string*>(arg) +=
                                  std::string(text_of(m->key)) + "=" +
                                  std::string(text_of(m->info)) + "*" +
                                  std::to_string(m->session_count) + " ";
                            },
                            &out));
    return out;
  }
};

TEST(presence_api, TwoSessionsOfAKeyAreOneMember) {
  auto& watcher = stage.connect();
  auto& tab1 = stage.connect();
  auto& tab2 = stage.connect();
  stage.on_loop(watcher, [&] {
    CHECK_EQUAL(WSP_OK, script.host->subscribe(script.host, watcher.id, bytes("room")));
    CHECK_EQUAL(WSP_OK, enter(tab1.id, "ann", "one"));
    CHECK_EQUAL(WSP_OK, enter(tab2.id, "ann", "two"));
    CHECK_EQUAL(WSP_OK, enter(watcher.id, "bob"));
    CHECK_EQUAL(WSP_OK, enter(watcher.id, "bob", "more"));
  });
  STRCMP_EQUAL("ann=two*2 bob=more*1 ", list().c_str());
  uint64_t members = 0;
  uint64_t sessions = 0;
  CHECK_EQUAL(WSP_OK, table().count(script.host, bytes("room"), &members, &sessions));
  CHECK_TRUE(members == 2 && sessions == 3);
  CHECK_EQUAL(WSP_OK, table().count(script.host, bytes("empty"), &members, nullptr));
  CHECK_TRUE(members == 0);
  CHECK_EQUAL(WSP_E_INVALID, table().count(script.host, bytes("a b"), &members, &sessions));
  STRCMP_EQUAL("text(+ann/one/1) text(+bob//1)", watcher.peer.frames().c_str());
  tab1.peer.close();
  stage.turn();
  STRCMP_EQUAL("ann=two*1 bob=more*1 ", list().c_str());
  STRCMP_EQUAL("", watcher.peer.frames().c_str());
  tab2.peer.close();
  stage.turn();
  STRCMP_EQUAL("text(-ann/two/0)", watcher.peer.frames().c_str());
  STRCMP_EQUAL("bob=more*1 ", list().c_str());
}

TEST(presence_api, ASessionLeavesBeforeItsOnClose) {
  auto& seat = stage.connect();
  stage.on_loop(seat, [&] { CHECK_EQUAL(WSP_OK, enter(seat.id, "ann")); });
  std::string members = "?";
  script.when_closed = [&](wsp_session id, uint16_t) {
    members = list();
    CHECK_EQUAL(WSP_E_GONE, enter(id, "ann"));
    CHECK_EQUAL(WSP_E_GONE, leave(id));
  };
  seat.peer.close();
  stage.turn();
  STRCMP_EQUAL("", members.c_str());
}

TEST(presence_api, WithoutAReplacementNothingIsSent) {
  auto& seat = stage.connect();
  stage.on_loop(seat, [&] {
    CHECK_EQUAL(WSP_OK, script.host->subscribe(script.host, seat.id, bytes("room")));
    CHECK_EQUAL(WSP_OK, enter(seat.id, "silent"));
  });
  STRCMP_EQUAL("open +silent//1", script.take().c_str());
  STRCMP_EQUAL("", seat.peer.frames().c_str());
}

TEST(presence_api, ArgumentsAreChecked) {
  auto& seat = stage.connect();
  stage.on_loop(seat, [&] {
    CHECK_EQUAL(WSP_E_INVALID, enter(seat.id, ""));
    CHECK_EQUAL(WSP_E_INVALID, enter(seat.id, std::string(256, 'k')));
    CHECK_EQUAL(WSP_OK, enter(seat.id, std::string(255, 'k')));
    CHECK_EQUAL(WSP_E_INVALID, enter(seat.id, "another key"));
    CHECK_EQUAL(WSP_E_INVALID,
                table().enter(script.host, seat.id, bytes("a b"), bytes("k"), bytes("")));
    CHECK_EQUAL(WSP_E_INVALID,
                table().enter(script.host, seat.id, bytes("room"), {nullptr, 1}, bytes("")));
    CHECK_EQUAL(WSP_E_GONE, enter(4711, "ann"));
    CHECK_EQUAL(WSP_OK, leave(seat.id));
    CHECK_EQUAL(WSP_OK, leave(seat.id));
    CHECK_EQUAL(WSP_E_INVALID, table().leave(script.host, seat.id, bytes("")));
    CHECK_EQUAL(WSP_E_INVALID, table().list(script.host, bytes("room"), nullptr, nullptr));
    // Only in create().
    CHECK_EQUAL(WSP_E_INVALID, table().listen(script.host, announce, &script));
  });
  STRCMP_EQUAL("", list().c_str());
  STRCMP_EQUAL("", list("never-used").c_str());
}

TEST(presence_api, MembersAreListedInTheOrderOfTheirKeys) {
  for (const char* key : {"b", "a", "C", "\xC3\xA4", "aa"}) {
    auto& seat = stage.connect();
    stage.on_loop(seat, [&] { CHECK_EQUAL(WSP_OK, enter(seat.id, key)); });
  }
  STRCMP_EQUAL("C=*1 a=*1 aa=*1 b=*1 \xC3\xA4=*1 ", list().c_str());
}

TEST(presence_api, OtherThreadsMayEnterLeaveAndList) {
  auto& seat = stage.connect();
  std::thread([&] { CHECK_EQUAL(WSP_OK, enter(seat.id, "ann", "i")); }).join();
  stage.turn();
  std::thread([&] { STRCMP_EQUAL("ann=i*1 ", list().c_str()); }).join();
  std::thread([&] { CHECK_EQUAL(WSP_OK, leave(seat.id)); }).join();
  stage.turn();
  STRCMP_EQUAL("", list().c_str());
}
