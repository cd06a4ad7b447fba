// The fake host keeps what wsp/plugin.h and wsp/extensions.h promise about channels, history,
// presence.
#include <chrono>

#include "fake_host/recorder.h"

#include <CppUTest/TestHarness.h>

using namespace sdk_test;

TEST_GROUP(FakeChannels) {
  Bench bench;
  Recorder& plugin = bench.plugin;
  FakeClient* ann = nullptr;
  FakeClient* bob = nullptr;

  void setup() override {
    CHECK(bench.host.create());
    ann = &bench.host.connect();
    bob = &bench.host.connect();
    for (const FakeClient* client : {ann, bob}) plugin.subscribe(client->id(), "a");
    plugin.calls.clear();
  }
};

TEST(FakeChannels, DeliverOncePerMessageToAllButTheExcepted) {
  plugin.publish("a", "1");
  plugin.publish("a", "2", bob->id());
  plugin.publish("b", "nobody");
  CHECK((plugin.calls == Texts{"deliver 1", "deliver 2"}));
  CHECK((ann->take_all() == Texts{"1", "2"}));
  CHECK((bob->take_all() == Texts{"1"}));
}

TEST(FakeChannels, NeverCallThePluginFromWithinPublish) {
  plugin.on_message = [&](auto, auto) {
    plugin.publish("a", "x");
    plugin.calls.emplace_back("published");
  };
  ann->send("go");
  CHECK((plugin.calls == Texts{"message 1001 go", "published", "deliver x"}));
}

TEST(FakeChannels, DeliverWhatWasPublishedAfterSubscribing) {
  plugin.on_open = [&](wsp_session s) {
    plugin.publish("b", "before");
    plugin.subscribe(s, "b");
    plugin.subscribe(s, "b");
    plugin.publish("b", "after");
    return WSP_OK;
  };
  CHECK((bench.host.connect().take_all() == Texts{"after"}));
  CHECK_EQUAL(1U, bench.host.subscribers("b").size());
}

TEST(FakeChannels, HaveOneOrderAndCountIt) {
  std::vector<uint64_t> offsets;
  plugin.on_deliver = [&](wsp_delivery* d) {
    offsets.push_back(d->position.offset);
    CHECK_EQUAL(FakeHost::kStartTimeMs, d->time_ms);
    return view(d->payload) == "drop" ? WSP_E_FAILED : WSP_OK;
  };
  for (const char* text : {"1", "drop", "3"}) plugin.publish("a", text);
  CHECK((offsets == std::vector<uint64_t>{1, 2, 3}));
  CHECK((ann->take_all() == Texts{"1", "3"}));
}

TEST(FakeChannels, TakeOneReplacement) {
  plugin.on_deliver = [](wsp_delivery* d) {
    CHECK_EQUAL(WSP_OK, d->replace(d, WSP_BINARY, {"new", 3}));
    CHECK_EQUAL(WSP_E_INVALID, d->replace(d, WSP_TEXT, {"newer", 5}));
    return WSP_OK;
  };
  plugin.publish("a", "old");
  CHECK((ann->take_frame() == wsp::testing::Frame{WSP_BINARY, "new"}));
  CHECK_EQUAL(1U, bench.host.take_complaints().size());
}

TEST(FakeChannels, ForgetThoseWhoEnd) {
  ann->vanish();
  plugin.calls.clear();
  plugin.host->unsubscribe(plugin.host, bob->id(), {"a", 1});
  plugin.publish("a", "x");
  CHECK(plugin.calls.empty());
  CHECK(bench.host.subscribers("a").empty());
}

TEST(FakeChannels, FollowTheRuleForSlowClients) {
  bench.host.send_queue = 1;
  bob->stop_reading();
  plugin.publish("a", "1");
  plugin.publish("a", "2");
  CHECK((ann->take_all() == Texts{"1", "2"}));
  CHECK_EQUAL(1013, bob->close_code());
}

TEST(FakeChannels, HaveNamesWithinTheRules) {
  for (const std::string& good :
       {std::string("a"), std::string(255, 'x'), std::string("r\xC3\xA4um:1/{}*")})
    CHECK_EQUAL(WSP_OK, plugin.subscribe(ann->id(), good));
  const std::string bad[] = {
      "",         std::string(256, 'x'), "a b", "a\tb", "a\n", "\x7F", "\xFF", "a\xC2\x85",
      "\xC2\xA0", std::string(1, '\0')};
  for (const std::string& name : bad) {
    CHECK_EQUAL(WSP_E_INVALID, plugin.subscribe(ann->id(), name));
    CHECK_EQUAL(WSP_E_INVALID, plugin.publish(name, "x"));
  }
  CHECK_EQUAL(2 * std::size(bad), bench.host.take_complaints().size());
}

TEST(FakeChannels, KeepHistoryThroughALostLog) {
  const auto* history = plugin.extension<wsp_history_1>(WSP_HISTORY_1);
  const wsp_publish_options keep = {sizeof keep, 2, 0, 0};
  for (const char* text : {"1", "2", "3"})
    history->publish(plugin.host, {"a", 1}, WSP_TEXT, bytes(text), &keep);
  const wsp_position since = {7, 1};
  const wsp_history_query query = {sizeof query, 0, &since};
  struct Seen {
    uint32_t count = 99;
    uint8_t recovered = 99;
    wsp_position position = {};
  } seen;
  const auto look = [](void* arg, wsp_status status, const wsp_history_reply* r) {
    CHECK_EQUAL(WSP_OK, status);
    *static_cast<Seen*>(arg) = {r->message_count, r->recovered, r->position};
  };
  CHECK_EQUAL(WSP_OK, history->read(plugin.host, ann->id(), {"a", 1}, &query, look, &seen));
  CHECK_EQUAL(2U, seen.count);
  CHECK_EQUAL(1, seen.recovered);
  bench.host.lose_history();
  history->publish(plugin.host, {"a", 1}, WSP_TEXT, {"new", 3}, &keep);
  CHECK_EQUAL(WSP_OK, history->read(plugin.host, ann->id(), {"a", 1}, &query, look, &seen));
  CHECK_EQUAL(1U, seen.count);
  CHECK_EQUAL(0, seen.recovered);
  CHECK_EQUAL(8U, seen.position.epoch);
  CHECK_EQUAL(1U, seen.position.offset);
}

TEST(FakeChannels, KnowASessionUnderOneKey) {
  const auto* presence = plugin.extension<wsp_presence_1>(WSP_PRESENCE_1);
  const auto enter = [&](std::string_view key, std::string_view info) {
    return presence->enter(plugin.host, ann->id(), {"a", 1}, bytes(key), bytes(info));
  };
  CHECK_EQUAL(WSP_OK, enter("ann", "1"));
  CHECK_EQUAL(WSP_OK, enter("ann", "2"));
  CHECK_EQUAL(WSP_E_INVALID, enter("eve", "2"));
  CHECK_EQUAL(WSP_E_INVALID, enter("", "2"));
  CHECK_EQUAL(WSP_E_INVALID, enter(std::string(256, 'x'), "2"));
  CHECK_EQUAL(3U, bench.host.take_complaints().size());
  Texts members;
  const auto note = [](void* arg, const wsp_member* m) {
    static_cast<Texts*>(arg)->push_back(std::string(view(m->key)).append(view(m->info)));
  };
  CHECK_EQUAL(WSP_OK, presence->list(plugin.host, {"a", 1}, note, &members));
  CHECK((members == Texts{"ann2"}));
  ann->vanish();
  members.clear();
  CHECK_EQUAL(WSP_OK, presence->list(plugin.host, {"a", 1}, note, &members));
  CHECK(members.empty());
}
