// The fake host keeps what wsp/extensions.h promises about prefixes, gaps and users.
#include <thread>

#include "fake_host/recorder.h"

#include <CppUTest/TestHarness.h>

using namespace sdk_test;

TEST_GROUP(FakeFamilies) {
  Bench bench;
  Recorder& plugin = bench.plugin;
  Texts gaps;  // "CHANNEL EPOCH:OFFSET"
  FakeClient* ann = nullptr;
  FakeClient* bob = nullptr;

  void setup() override {
    plugin.on_create = [this] {
      const auto note = [](void* self, wsp_delivery* d) {
        static_cast<Texts*>(self)->push_back(std::string(view(d->channel)) + " " +
                                             std::to_string(d->position.epoch) + ":" +
                                             std::to_string(d->position.offset));
        CHECK_EQUAL(WSP_OK, d->replace(d, WSP_TEXT, {"gap", 3}));
      };
      const auto* history = plugin.extension<wsp_history_1>(WSP_HISTORY_1);
      return history->listen_for_gaps(plugin.host, note, &gaps);
    };
    CHECK(bench.host.create());
    ann = &bench.host.connect({.user = "ann"});
    bob = &bench.host.connect({.user = "bob"});
    plugin.calls.clear();
  }
  wsp_status prefix(const FakeClient* client, std::string_view name, bool on = true) {
    const auto* table = plugin.extension<wsp_prefix_1>(WSP_PREFIX_1);
    return (on ? table->subscribe : table->unsubscribe)(plugin.host, client->id(), bytes(name));
  }
  const wsp_users_1* users() { return plugin.extension<wsp_users_1>(WSP_USERS_1); }
};

TEST(FakeFamilies, DeliverOncePerSubscription) {
  CHECK_EQUAL(WSP_OK, prefix(ann, "orders."));
  CHECK_EQUAL(WSP_OK, prefix(ann, "orders."));
  CHECK_EQUAL(WSP_OK, prefix(ann, "orders.eu/"));
  CHECK_EQUAL(WSP_OK, plugin.subscribe(ann->id(), "orders.1"));
  CHECK_EQUAL(WSP_OK, prefix(bob, "orders."));
  plugin.publish("orders.1", "1");
  plugin.publish("orders.2", "2", bob->id());
  plugin.publish("orders.eu/3", "3");
  plugin.publish("orders.", "4");
  plugin.publish("orders", "no");
  CHECK((ann->take_all() == Texts{"1", "1", "2", "3", "3", "4"}));
  CHECK((bob->take_all() == Texts{"1", "3", "4"}));
  CHECK((plugin.calls ==
         Texts{"deliver 1", "deliver 1", "deliver 2", "deliver 3", "deliver 3", "deliver 4"}));
  CHECK_EQUAL(2U, bench.host.prefix_subscribers("orders.").size());
}

TEST(FakeFamilies, DeliverWhatIsPublishedBetweenTheTwoCalls) {
  plugin.on_message = [&](auto, auto) {
    plugin.publish("a.1", "before");
    prefix(ann, "a.");
    plugin.publish("a.1", "within");
  };
  ann->send("go");
  prefix(ann, "a.", false);
  CHECK_EQUAL(WSP_OK, prefix(ann, "a.", false));
  plugin.publish("a.1", "after");
  CHECK((ann->take_all() == Texts{"within"}));
  prefix(bob, "a.");
  bob->vanish();
  CHECK(bench.host.prefix_subscribers("a.").empty());
  CHECK_EQUAL(WSP_E_GONE, prefix(bob, "a."));
}

TEST(FakeFamilies, HavePrefixesWithinTheRules) {
  for (const char* good : {"a.", "a:", "a/", ".", "a.b:"}) CHECK_EQUAL(WSP_OK, prefix(ann, good));
  CHECK_EQUAL(WSP_OK, prefix(ann, std::string(253, 'x') + "."));
  const std::string bad[] = {"", "a", "a.b", "a. ", "a b.", "\xFF.", std::string(254, 'x') + "."};
  for (const std::string& name : bad) {
    CHECK_EQUAL(WSP_E_INVALID, prefix(ann, name));
    CHECK_EQUAL(WSP_E_INVALID, prefix(ann, name, false));
  }
  CHECK_EQUAL(2 * std::size(bad), bench.host.take_complaints().size());
}

TEST(FakeFamilies, AreToldOfAGapOncePerChannelAndPrefix) {
  plugin.subscribe(ann->id(), "a.1");
  plugin.subscribe(bob->id(), "a.1");
  prefix(bob, "a.");
  plugin.publish("a.1", "1");
  bench.host.lose("a.1", {"2", "3"});
  plugin.publish("a.1", "4");
  bench.host.lose("a.2", {"x"});
  bench.host.lose("b", {"nobody"});
  CHECK((gaps == Texts{"a.1 7:3", "a. 0:0", "a. 0:0"}));
  CHECK((ann->take_all() == Texts{"1", "gap", "4"}));
  CHECK((bob->take_all() == Texts{"1", "1", "gap", "gap", "4", "4", "gap"}));
  CHECK((plugin.calls == Texts{"deliver 1", "deliver 1", "deliver 4", "deliver 4"}));
}

TEST(FakeFamilies, AreToldOfAGapBehindTheHistory) {
  bench.host.late_history = true;
  const auto* history = plugin.extension<wsp_history_1>(WSP_HISTORY_1);
  const wsp_history_query query = {sizeof query, 0, nullptr};
  const auto reply = [](void* self, wsp_status, const wsp_history_reply*) {
    static_cast<Recorder*>(self)->calls.emplace_back("history");
  };
  CHECK_EQUAL(WSP_OK, history->subscribe(plugin.host, ann->id(), {"a", 1}, &query, reply, &plugin));
  bench.host.lose("a", {"1"});
  CHECK(ann->received().empty());
  bench.host.answer_history();
  CHECK((plugin.calls == Texts{"history"}));
  CHECK((ann->take_all() == Texts{"gap"}));
}

TEST(FakeFamilies, ListenForGapsInCreateOnly) {
  const auto* history = plugin.extension<wsp_history_1>(WSP_HISTORY_1);
  CHECK_EQUAL(WSP_E_INVALID, history->listen_for_gaps(plugin.host, nullptr, nullptr));
  CHECK_EQUAL(1U, bench.host.take_complaints().size());
}

TEST(FakeFamilies, ReachAUserAfterTheCallInOneOrder) {
  plugin.on_message = [&](auto, auto) {
    users()->send(plugin.host, {"ann", 3}, WSP_TEXT, {"1", 1});
    users()->send(plugin.host, {"ann", 3}, WSP_BINARY, {"\xFF", 1});
    CHECK(ann->received().empty());
  };
  bob->send("go");
  CHECK((ann->take_all() == Texts{"1", "\xFF"}));
  std::thread([&] { users()->send(plugin.host, {"ann", 3}, WSP_TEXT, {"2", 1}); }).join();
  CHECK(ann->received().empty());
  bench.host.run_foreign();
  CHECK((ann->take_all() == Texts{"2"}));
  ann->vanish();
  CHECK_EQUAL(WSP_OK, users()->send(plugin.host, {"ann", 3}, WSP_TEXT, {"3", 1}));
  CHECK(ann->received().empty());
}

TEST(FakeFamilies, RefuseWhatNoUserCanGet) {
  const wsp_bytes ann_ = {"ann", 3}, text = {"x", 1}, bad = {"\xFF", 1};
  CHECK_EQUAL(WSP_E_INVALID, users()->send(plugin.host, {nullptr, 0}, WSP_TEXT, text));
  CHECK_EQUAL(WSP_E_INVALID, users()->send(plugin.host, ann_, WSP_TEXT, bad));
  CHECK_EQUAL(WSP_E_INVALID, users()->send(plugin.host, ann_, 3, text));
  CHECK_EQUAL(WSP_E_INVALID, users()->disconnect(plugin.host, {nullptr, 0}, 1000, text));
  CHECK_EQUAL(WSP_E_INVALID, users()->disconnect(plugin.host, ann_, 1005, text));
  CHECK_EQUAL(5U, bench.host.take_complaints().size());
  CHECK(ann->is_open());
  CHECK_EQUAL(WSP_OK, users()->disconnect(plugin.host, ann_, 1008, text));
  CHECK_EQUAL(1008, ann->close_code());
  CHECK(bob->is_open());
}

TEST(FakeFamilies, CountMembersWithoutAList) {
  const auto* presence = plugin.extension<wsp_presence_1>(WSP_PRESENCE_1);
  for (const FakeClient* client : {ann, bob})
    presence->enter(plugin.host, client->id(), {"a", 1}, {"key", 3}, {});
  uint64_t members = 9, sessions = 9;
  CHECK_EQUAL(WSP_OK, presence->count(plugin.host, {"a", 1}, &members, nullptr));
  CHECK_EQUAL(WSP_OK, presence->count(plugin.host, {"a", 1}, nullptr, &sessions));
  CHECK_EQUAL(1U, members);
  CHECK_EQUAL(2U, sessions);
  CHECK_EQUAL(WSP_E_INVALID, presence->count(plugin.host, {"a b", 3}, &members, &sessions));
  CHECK_EQUAL(1U, bench.host.take_complaints().size());
}

TEST(FakeFamilies, MayBeThoseOfAnOlderHost) {
  bench.host.shorten_extension(WSP_HISTORY_1, offsetof(wsp_history_1, listen_for_gaps));
  const auto* history = plugin.extension<wsp_history_1>(WSP_HISTORY_1);
  CHECK_EQUAL(offsetof(wsp_history_1, listen_for_gaps), history->struct_size);
  const wsp_publish_options keep = {sizeof keep, 1, 0, 0};
  CHECK_EQUAL(WSP_OK, history->publish(plugin.host, {"a", 1}, WSP_TEXT, {"x", 1}, &keep));
}
