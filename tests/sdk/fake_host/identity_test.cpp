// The fake host keeps what wsp/extensions.h and wsp/plugin.h promise about who may what.
#include <thread>

#include "fake_host/recorder.h"

#include <CppUTest/TestHarness.h>

using namespace sdk_test;

TEST_GROUP(FakeIdentity) {
  Bench bench;
  Recorder& plugin = bench.plugin;
  FakeClient* ann = nullptr;
  wsp_status seen = WSP_OK;

  void setup() override {
    const auto rule = [](auto, std::string_view channel) { return channel != "secret."; };
    bench.host.may_subscribe = bench.host.may_publish = rule;
    CHECK(bench.host.create());
    ann = &bench.host.connect({.user = "ann", .expires_ms = bench.host.now_ms() + 100});
    plugin.on_message = [this](auto, std::string_view) { seen = plugin.publish("secret.", "x"); };
  }
  const wsp_identity_1* identity() { return plugin.extension<wsp_identity_1>(WSP_IDENTITY_1); }
};

TEST(FakeIdentity, CountsWhatASessionPublishesAsItsOwn) {
  ann->send("publish");
  CHECK_EQUAL(WSP_E_DENIED, seen);
  CHECK_EQUAL(WSP_OK, plugin.publish("secret.", "the plugin's own"));
  seen = WSP_OK;
  plugin.on_close = [this](auto) { seen = plugin.publish("secret.", "x"); };
  ann->vanish();
  CHECK_EQUAL(WSP_E_DENIED, seen);
}

TEST(FakeIdentity, CountsWhatATimerOfASessionPublishesAsItsOwn) {
  const auto* timers = plugin.extension<wsp_timer_1>(WSP_TIMER_1);
  const auto fire = [](void* self) {
    auto& seen_now = *static_cast<wsp_status*>(self);
    seen_now = Recorder::self->publish("secret.", "x");
  };
  wsp_timer timer = 0;
  timers->start(plugin.host, ann->id(), 10, 0, fire, &seen, &timer);
  bench.host.advance(std::chrono::milliseconds(10));
  CHECK_EQUAL(WSP_E_DENIED, seen);
  timers->start(plugin.host, 0, 10, 0, fire, &seen, &timer);
  bench.host.advance(std::chrono::milliseconds(10));
  CHECK_EQUAL(WSP_OK, seen);
}

TEST(FakeIdentity, DeniesEveryKindOfSubscription) {
  const auto* history = plugin.extension<wsp_history_1>(WSP_HISTORY_1);
  const auto* prefixes = plugin.extension<wsp_prefix_1>(WSP_PREFIX_1);
  const wsp_history_query query = {sizeof query, 0, nullptr};
  const auto reply = [](void*, wsp_status, const wsp_history_reply*) { FAIL("no reply"); };
  const wsp_bytes secret = {"secret.", 7};
  CHECK_EQUAL(WSP_E_DENIED, plugin.subscribe(ann->id(), "secret."));
  CHECK_EQUAL(WSP_E_DENIED, prefixes->subscribe(plugin.host, ann->id(), secret));
  CHECK_EQUAL(WSP_E_DENIED,
              history->subscribe(plugin.host, ann->id(), secret, &query, reply, nullptr));
  CHECK_EQUAL(WSP_E_DENIED, history->read(plugin.host, ann->id(), secret, &query, reply, nullptr));
}

TEST(FakeIdentity, DeniesFromAnotherThreadInSilence) {
  std::thread([&] { seen = plugin.subscribe(ann->id(), "secret."); }).join();
  CHECK_EQUAL(WSP_OK, seen);
  bench.host.run_foreign();
  CHECK(!ann->subscribed_to("secret."));
}

TEST(FakeIdentity, IsAskedOnTheSessionsThreadOnly) {
  std::thread([&] {
    CHECK_EQUAL(WSP_E_INVALID, identity()->may_publish(plugin.host, ann->id(), {"a", 1}));
    CHECK_EQUAL(WSP_E_INVALID, identity()->renew(plugin.host, ann->id(), {"a", 1}));
  }).join();
  CHECK_EQUAL(2U, bench.host.take_complaints().size());
}

TEST(FakeIdentity, EndsBeforeTheTimersThatComeLater) {
  const auto* timers = plugin.extension<wsp_timer_1>(WSP_TIMER_1);
  wsp_timer timer = 0;
  const auto late = [](void*) { FAIL("the session had expired"); };
  timers->start(plugin.host, ann->id(), 101, 0, late, nullptr, &timer);
  bench.host.advance(std::chrono::milliseconds(200));
  CHECK_EQUAL(4401, ann->close_code());
  CHECK_EQUAL(WSP_E_GONE, identity()->may_publish(plugin.host, ann->id(), {"a", 1}));
}

TEST(FakeIdentity, AUsersOwnChannelsAreNobodyElses) {
  bench.host.may_subscribe = bench.host.may_publish = [](auto, auto) { return false; };
  const auto hears = [&](wsp_session session, const std::string& channel) {
    return plugin.subscribe(session, channel);
  };
  FakeClient& lee = bench.host.connect({.user = "Ann Lee"});
  for (const std::string& channel :
       {wsp::own_channel("Ann Lee"), wsp::own_channel("x", "Ann Lee")}) {
    CHECK_EQUAL(WSP_OK, hears(lee.id(), channel));
    CHECK_EQUAL(WSP_E_DENIED, hears(ann->id(), channel));
  }
  STRCMP_EQUAL("user:Ann%20Lee", wsp::own_channel("Ann Lee").c_str());
  STRCMP_EQUAL("own:x:100%25", wsp::own_channel("x", "100%").c_str());
  const wsp_bytes kept = {"own:x:ann", 9}, told = {"user:ann", 8};
  CHECK_EQUAL(WSP_OK, identity()->may_publish(plugin.host, ann->id(), kept));
  CHECK_EQUAL(WSP_E_DENIED, identity()->may_publish(plugin.host, ann->id(), told));
}

TEST(FakeIdentity, AGuestBecomesSomebodyOnce) {
  FakeClient& guest = bench.host.connect({});
  const auto sign_in = [&](FakeClient& client, std::string_view user) {
    plugin.on_message = [&](auto, std::string_view) {
      seen = identity()->sign_in(plugin.host, client.id(), {user.data(), user.size()});
    };
    client.send("sign in");
    return seen;
  };
  CHECK_EQUAL(WSP_E_DENIED, sign_in(*ann, "bob"));
  CHECK_EQUAL(WSP_OK, sign_in(guest, "bob"));
  CHECK_EQUAL(WSP_E_DENIED, sign_in(guest, "bob"));
  CHECK_EQUAL(WSP_OK, plugin.subscribe(guest.id(), "user:bob"));
  CHECK_EQUAL(WSP_E_INVALID, sign_in(guest, "a\nb"));
  CHECK_EQUAL(1U, bench.host.take_complaints().size());
}
