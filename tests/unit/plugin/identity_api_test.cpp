// wsp.identity/1, and that every call of the host keeps to the rules.
#include "base/clock.h"
#include "plugin/plugin_session.h"
#include "stage.h"
#include "token_maker.h"

#include <CppUTest/TestHarness.h>

using namespace ws;
using namespace ws::plugin;
using namespace ws::plugin::test;
using channel::ChannelPattern;
using channel::ChannelPatterns;
using channel::Who;

TEST_GROUP(identity_api) {
  Script script;
  Stage stage{scripted_plugin(script),
              {.loops = 2,
               .rules = {{*ChannelPattern::parse("orders.*"), Who::user, Who::none},
                         {*ChannelPattern::parse("kept"), Who::all, Who::all, channel::Keep{2, 0}},
                         {*ChannelPattern::parse("closed.*"), Who::none, Who::user}}}};
  wsp_status seen = WSP_OK;

  const wsp_identity_1& table() { return script.extension<wsp_identity_1>(WSP_IDENTITY_1); }
  auto& connect(const char* user) {
    stage.user = user;
    return stage.connect();
  }
  wsp_status subscribe(wsp_session id, std::string_view channel) {
    return script.host->subscribe(script.host, id, bytes(channel));
  }
  wsp_status publish(std::string_view channel) {
    return script.host->publish(script.host, bytes(channel), WSP_TEXT, bytes("x"), 0);
  }
  // In on_message of the seat's session.
  wsp_status publish_as(Stage::Seat & seat, std::string_view channel) {
    script.when_message = [&](auto, auto&) { seen = publish(channel); };
    stage.say(seat, "go");
    return seen;
  }
  wsp_status read_history(wsp_session id, std::string_view channel, bool also_subscribe) {
    const auto& history = script.extension<wsp_history_1>(WSP_HISTORY_1);
    const wsp_history_query query = {sizeof query, 0, nullptr};
    const auto done = [](void* count, wsp_status, const wsp_history_reply* reply) {
      *static_cast<uint32_t*>(count) = reply ? reply->message_count : 99;
    };
    return (also_subscribe ? history.subscribe : history.read)(script.host, id, bytes(channel),
                                                               &query, done, &messages);
  }
  uint32_t messages = 0;
};

TEST(identity_api, TellsWhatTheRulesSay) {
  auto& ann = connect("ann");
  auto& guest = connect("");
  stage.on_loop(ann, [&] {
    CHECK_EQUAL(WSP_OK, table().may_subscribe(script.host, ann.id, bytes("orders.1")));
    CHECK_EQUAL(WSP_E_DENIED, table().may_publish(script.host, ann.id, bytes("orders.1")));
    CHECK_EQUAL(WSP_OK, table().may_publish(script.host, ann.id, bytes("closed.1")));
    CHECK_EQUAL(WSP_OK, table().may_subscribe(script.host, ann.id, bytes("user:ann")));
    CHECK_EQUAL(WSP_E_DENIED, table().may_subscribe(script.host, guest.id, bytes("orders.1")));
    CHECK_EQUAL(WSP_E_DENIED, table().may_subscribe(script.host, guest.id, bytes("user:ann")));
    CHECK_EQUAL(WSP_E_INVALID, table().may_subscribe(script.host, ann.id, bytes("")));
    CHECK_EQUAL(WSP_E_UNSUPPORTED, table().renew(script.host, ann.id, bytes("token")));
    CHECK_EQUAL(WSP_E_GONE, table().may_publish(script.host, 12345, bytes("a")));
  });
  CHECK_EQUAL(WSP_E_INVALID, table().may_subscribe(script.host, ann.id, bytes("a")));
}

TEST(identity_api, EverySubscriptionKeepsToThem) {
  auto& guest = connect("");
  const auto& prefixes = script.extension<wsp_prefix_1>(WSP_PREFIX_1);
  stage.on_loop(guest, [&] {
    CHECK_EQUAL(WSP_E_DENIED, subscribe(guest.id, "orders.1"));
    CHECK_EQUAL(WSP_E_DENIED, subscribe(guest.id, "user:ann"));
    CHECK_EQUAL(WSP_E_DENIED, read_history(guest.id, "orders.1", true));
    CHECK_EQUAL(WSP_E_DENIED, read_history(guest.id, "orders.1", false));
    CHECK_EQUAL(WSP_E_DENIED, prefixes.subscribe(script.host, guest.id, bytes("orders.")));
    CHECK_EQUAL(WSP_E_DENIED, prefixes.subscribe(script.host, guest.id, bytes("user:")));
    CHECK_EQUAL(WSP_OK, prefixes.subscribe(script.host, guest.id, bytes("news.")));
    CHECK_EQUAL(WSP_OK, subscribe(guest.id, "news"));
  });
  // From another thread it is just not done.
  CHECK_EQUAL(WSP_OK, subscribe(guest.id, "orders.1"));
  stage.turn();
  CHECK_EQUAL(WSP_OK, publish("orders.1"));
  CHECK_EQUAL(WSP_OK, publish("news.1"));
  stage.turn();
  STRCMP_EQUAL("text(x)", guest.peer.frames().c_str());
}

TEST(identity_api, ASessionsOwnLimitsHoldToo) {
  stage.rights.subscribe = ChannelPatterns::parse("news");
  stage.rights.publish = ChannelPatterns::parse("");
  auto& ann = connect("ann");
  stage.on_loop(ann, [&] {
    CHECK_EQUAL(WSP_E_DENIED, subscribe(ann.id, "orders.1"));
    CHECK_EQUAL(WSP_OK, subscribe(ann.id, "news"));
  });
  CHECK_EQUAL(WSP_E_DENIED, publish_as(ann, "news"));
}

TEST(identity_api, WhatIsPublishedInACallbackIsTheSessions) {
  auto& ann = connect("ann");
  CHECK_EQUAL(WSP_E_DENIED, publish_as(ann, "orders.1"));
  CHECK_EQUAL(WSP_OK, publish_as(ann, "closed.1"));
  // Outside of one it is the plugin's.
  CHECK_EQUAL(WSP_OK, publish("orders.1"));
  stage.on_loop(ann, [&] { CHECK_EQUAL(WSP_OK, publish("orders.1")); });
  const auto& timers = script.extension<wsp_timer_1>(WSP_TIMER_1);
  const auto tick = [](void* test) { (*static_cast<std::function<void()>*>(test))(); };
  std::function<void()> fire = [&] { seen = publish("orders.1"); };
  wsp_timer timer = 0;
  CHECK_EQUAL(WSP_OK, timers.start(script.host, ann.id, 50, 0, tick, &fire, &timer));
  stage.pass(200);
  CHECK_EQUAL(WSP_E_DENIED, seen);
  CHECK_EQUAL(WSP_OK, timers.start(script.host, 0, 50, 0, tick, &fire, &timer));
  stage.pass(200);
  CHECK_EQUAL(WSP_OK, seen);
  script.when_closed = [&](auto, auto) { seen = publish("orders.1"); };
  ann.peer.close();
  stage.turn();
  CHECK_EQUAL(WSP_E_DENIED, seen);
  CHECK_EQUAL(0u, stage.runtime.first_loop().acting);
}

TEST(identity_api, ARuleKeepsWhatThePublisherLeavesOpen) {
  auto& ann = connect("ann");
  for (int i = 0; i < 3; ++i) CHECK_EQUAL(WSP_OK, publish("kept"));
  stage.turn();
  stage.on_loop(ann, [&] { CHECK_EQUAL(WSP_OK, read_history(ann.id, "kept", false)); });
  stage.turn();
  CHECK_EQUAL(2u, messages);
}

TEST(identity_api, ASessionEndsWithItsRights) {
  stage.rights.expires_ms = base::unix_time_ms() + 40;
  auto& ann = connect("ann");
  auto& guest = connect("");
  STRCMP_EQUAL("", ann.peer.frames().c_str());
  while (base::unix_time_ms() < stage.rights.expires_ms) stage.turn();
  stage.pass(200);
  STRCMP_EQUAL("close(4401,expired)", ann.peer.frames().c_str());
  STRCMP_EQUAL("close(4401,expired)", guest.peer.frames().c_str());
}

TEST(identity_api, APlainSessionKeepsNothing) {
  auto& guest = connect("");
  CHECK_TRUE(stage.session(guest)->attachment == nullptr);
}

TEST(identity_api, ATokenRenewsASession) {
  TokenVerifier tokens;
  std::string error;
  tokens.add(TokenKey::parse(TokenAlgorithm::hs256, kSecret, error), {});
  Script own_script;
  Stage own(scripted_plugin(own_script), {.tokens = &tokens});
  const int64_t soon = base::unix_time_ms() / 1000 + 1000;
  own.user = "ann";
  own.rights.expires_ms = soon * 1000;
  auto& ann = own.connect();
  const auto renew = [&](const std::string& claims) {
    own.on_loop(ann, [&] {
      seen = own_script.extension<wsp_identity_1>(WSP_IDENTITY_1)
                 .renew(own_script.host, ann.id, bytes(make_token(claims)));
    });
    return seen;
  };
  const auto until = [](int64_t s) { return "\"exp\":" + std::to_string(s); };
  CHECK_EQUAL(WSP_E_DENIED, renew("{}"));
  CHECK_EQUAL(WSP_E_DENIED, renew("{\"sub\":\"bob\"," + until(soon + 10) + "}"));
  CHECK_EQUAL(WSP_E_DENIED, renew("{" + until(soon + 10) + "}"));
  CHECK_EQUAL(WSP_E_DENIED, renew("{\"sub\":\"ann\"," + until(soon - 10) + "}"));
  CHECK_EQUAL(WSP_OK, renew("{\"sub\":\"ann\"," + until(soon) + "}"));
  CHECK_EQUAL(WSP_OK,
              renew("{\"sub\":\"ann\",\"ws\":{\"subscribe\":[]}," + until(soon + 10) + "}"));
  const Rights* const rights = PluginSession::rights_of(*own.session(ann));
  CHECK_EQUAL((soon + 10) * 1000, rights->expires_ms);
  CHECK_FALSE(rights->subscribe->match("news"));
  CHECK_FALSE(own.log.has("eyJ"));
}

TEST(identity_api, AGuestHasSoLongToSignIn) {
  stage.limits.sign_in_timeout_ms = 1'000;
  auto& guest = connect("");
  auto& ann = connect("ann");
  auto& bob = connect("");
  const auto sign_in = [&](Stage::Seat& seat, const char* user) {
    stage.on_loop(seat, [&] { seen = table().sign_in(script.host, seat.id, bytes(user)); });
    return seen;
  };
  CHECK_EQUAL(WSP_E_INVALID, sign_in(bob, ""));
  CHECK_EQUAL(WSP_E_INVALID, sign_in(bob, "b\x01"));
  CHECK_EQUAL(WSP_E_DENIED, publish_as(bob, "closed.1"));
  CHECK_EQUAL(WSP_OK, sign_in(bob, "bob"));
  CHECK_EQUAL(WSP_E_DENIED, sign_in(bob, "bob"));
  CHECK_EQUAL(WSP_E_DENIED, sign_in(ann, "bob"));
  CHECK_EQUAL(WSP_OK, publish_as(bob, "closed.1"));
  stage.on_loop(bob, [&] { CHECK_EQUAL(WSP_OK, subscribe(bob.id, "user:bob")); });
  stage.pass(900);
  STRCMP_EQUAL("", guest.peer.frames().c_str());
  stage.pass(300);
  STRCMP_EQUAL("close(1008,not signed in)", guest.peer.frames().c_str());
  STRCMP_EQUAL("", ann.peer.frames().c_str());
  STRCMP_EQUAL("", bob.peer.frames().c_str());
}

TEST(identity_api, WhoSignsInLaterIsTold) {
  auto& bob = connect("");
  stage.on_loop(bob,
                [&] { CHECK_EQUAL(WSP_OK, table().sign_in(script.host, bob.id, bytes("bob"))); });
  const auto& users = script.extension<wsp_users_1>(WSP_USERS_1);
  CHECK_EQUAL(WSP_OK, users.send(script.host, bytes("bob"), WSP_TEXT, bytes("hello")));
  stage.turn();
  STRCMP_EQUAL("text(hello)", bob.peer.frames().c_str());
  CHECK_EQUAL(WSP_OK, users.disconnect(script.host, bytes("bob"), 4403, bytes("out")));
  stage.turn();
  STRCMP_EQUAL("close(4403,out)", bob.peer.frames().c_str());
}
