// wsp::Identity, and what a Request says about the user.
#include "api/plugin_of.h"

#include <CppUTest/TestHarness.h>

using namespace sdk_test;

TEST_GROUP(Identity) {
  Stage stage;
  wsp::Status seen = wsp::Status::failed;

  void ask(auto question) {
    stage.script.message = [this, question](RoomSession& s, Room& room, std::string_view text) {
      seen = question(room, s.peer(), text);
    };
  }
  static bool is_public(std::string_view, std::string_view channel) {
    return channel.starts_with("public.") || channel.starts_with("user:");
  }
};

TEST(Identity, ComesWithTheRequest) {
  int64_t expires_ms = 0;
  stage.script.open = [&](auto&, auto&, const wsp::Request& r) {
    STRCMP_EQUAL("Ann B.", std::string(r.display_name()).c_str());
    STRCMP_EQUAL("{}", std::string(r.user_data()).c_str());
    expires_ms = r.expires_ms();
  };
  CHECK(stage.host.create());
  stage.host.connect({.user = "ann",
                      .display_name = "Ann B.",
                      .user_data = "{}",
                      .expires_ms = stage.host.now_ms() + 5});
  CHECK_EQUAL(stage.host.now_ms() + 5, expires_ms);
}

TEST(Identity, IsEmptyInTheRequestOfAnOlderHost) {
  wsp_request old = {};
  old.struct_size = offsetof(wsp_request, display_name);
  old.display_name = {"x", 1};
  old.user_data = {"x", 1};
  old.expires_ms = 1;
  const wsp::Request request(old);
  CHECK(request.display_name().empty());
  CHECK(request.user_data().empty());
  CHECK_EQUAL(0, request.expires_ms());
}

TEST(Identity, TellsWhatTheHostEnforces) {
  stage.host.may_subscribe = stage.host.may_publish = is_public;
  CHECK(stage.host.create());
  FakeClient& ann = stage.host.connect({.user = "ann"});
  struct Row {
    const char* channel;
    wsp::Status hear, speak;
  };
  for (const Row& row : {Row{"public.1", wsp::Status::ok, wsp::Status::ok},
                         Row{"orders", wsp::Status::denied, wsp::Status::denied},
                         Row{"user:ann", wsp::Status::ok, wsp::Status::ok},
                         Row{"user:bob", wsp::Status::denied, wsp::Status::ok}}) {
    ask([](Room& r, wsp::Peer p, auto text) { return r.identity.may_subscribe(p, text); });
    ann.send(row.channel);
    CHECK(seen == row.hear);
    ask([](Room&, wsp::Peer p, auto text) { return p.subscribe(text); });
    ann.send(row.channel);
    CHECK(seen == row.hear);
    CHECK_EQUAL(row.hear == wsp::Status::ok, ann.subscribed_to(row.channel));
    ask([](Room& r, wsp::Peer p, auto text) { return r.identity.may_publish(p, text); });
    ann.send(row.channel);
    CHECK(seen == row.speak);
    ask([](Room& r, wsp::Peer, auto text) { return r.host.publish(text, "x"); });
    ann.send(row.channel);
    CHECK(seen == row.speak);
  }
}

TEST(Identity, IsRenewedByAToken) {
  stage.host.tokens.emplace();
  const int64_t now = stage.host.now_ms();
  (*stage.host.tokens)["new"] = {"ann", now + 60'000};
  (*stage.host.tokens)["of bob"] = {"bob", now + 60'000};
  (*stage.host.tokens)["old"] = {"ann", now + 10};
  CHECK(stage.host.create());
  ask([](Room& r, wsp::Peer p, auto text) { return r.identity.renew(p, text); });
  FakeClient& ann = stage.host.connect({.user = "ann", .expires_ms = now + 30'000});
  for (const char* bad : {"nonsense", "of bob", "old"}) {
    ann.send(bad);
    CHECK(seen == wsp::Status::denied);
  }
  ann.send("new");
  CHECK(seen == wsp::Status::ok);
  stage.host.advance(std::chrono::milliseconds(59'999));
  CHECK(ann.is_open());
  stage.host.advance(std::chrono::milliseconds(1));
  CHECK_EQUAL(4401, ann.close_code());
  STRCMP_EQUAL("expired", ann.close_reason().c_str());
}

TEST(Identity, IsUnsupportedWhereThereIsNone) {
  CHECK(stage.host.create());
  ask([](Room& r, wsp::Peer p, auto text) { return r.identity.renew(p, text); });
  stage.host.connect().send("token");
  CHECK(seen == wsp::Status::unsupported);
}

TEST(Identity, IsUnsupportedWithoutTheExtension) {
  stage.host.remove_extension(WSP_IDENTITY_1);
  CHECK(stage.host.create());
  ask([](Room& r, wsp::Peer p, auto text) {
    CHECK(!r.identity);
    CHECK(r.identity.may_subscribe(p, text) == wsp::Status::unsupported);
    CHECK(r.identity.may_publish(p, text) == wsp::Status::unsupported);
    return r.identity.renew(p, text);
  });
  stage.host.connect().send("token");
  CHECK(seen == wsp::Status::unsupported);
}
