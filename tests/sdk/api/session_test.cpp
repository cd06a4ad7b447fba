// wsp::Session, wsp::Plugin, wsp::Peer, wsp::Host, and the table that WSP_PLUGIN makes of them.
#include <type_traits>

#include "api/plugin_of.h"

#include <CppUTest/TestHarness.h>

using namespace sdk_test;

namespace {

class Small final : public wsp::Session {
 public:
  using Session::Session;
  static constexpr const char* kSubprotocols[] = {"small.2", "small.1"};
  static constexpr uint32_t kAccepts = WSP_ACCEPT_TEXT;
  void on_message(const wsp::Message& m) override { peer().send(m.payload(), m.opcode()); }
};

// An idle connection costs nothing but this.
static_assert(sizeof(Small) == sizeof(void*) + sizeof(wsp::Peer));
static_assert(sizeof(wsp::Peer) == 16);
static_assert(std::is_trivially_copyable_v<wsp::Peer> && std::is_trivially_copyable_v<wsp::Host>);

class WithRequest final : public wsp::Session {
 public:
  WithRequest(wsp::Peer peer, const wsp::Request& request) : Session(peer) {
    peer.send(request.path());
  }
  void on_message(const wsp::Message&) override {}
};

// Everything that a plugin may override is private here.
class Private : public wsp::Plugin {
 public:
  static constexpr wsp::Option kOptions[] = {{"a", "0-9", "A digit."}, {"b", "TEXT", "A text."}};
  static constexpr const char* kSubprotocols[] = {"p"};
  static constexpr uint32_t kAccepts = WSP_ACCEPT_BINARY;
  static void check(const wsp::Config& config) { (void)config.get_number("a", 0, 0, 9); }
  Private(wsp::Host, const wsp::Config& config) : a_(config.get_number("a", 0)) {}

 private:
  class Its final : public wsp::Session {
   public:
    using Session::Session;

   private:
    void on_message(const wsp::Message&) override { peer().send("private"); }
  };
  std::unique_ptr<wsp::Session> open(wsp::Peer peer, const wsp::Request&) override {
    peer.send(std::to_string(a_));
    return std::make_unique<Its>(peer);
  }
  void on_handshake(const wsp::Request&, wsp::Answer& a) override { a.add_header("X", "y"); }
  void on_deliver(wsp::Delivery&) override {}
  void on_presence(const wsp::Member&, bool, wsp::Delivery&) override {}
  void on_stopping() override {}
  int64_t a_;
};

class Derived final : public Private {
 public:
  using Private::Private;
};

constexpr wsp_plugin kSmall = wsp::table<wsp::SessionsOf<Small>>("small", "1.2.3");
constexpr wsp_plugin kWithRequest = wsp::table<wsp::SessionsOf<WithRequest>>("with-request");
constexpr wsp_plugin kPrivate = wsp::table<Private>("private");
constexpr wsp_plugin kDerived = wsp::table<Derived>("derived");

bool is_null(const void* p) { return p == nullptr; }
template <class R, class... A>
bool is_null(R (*p)(A...)) {
  return p == nullptr;
}

}  // namespace

TEST_GROUP(PluginTable){};

TEST(PluginTable, LeavesOutWhatIsNotOverridden) {
  CHECK_EQUAL(sizeof(wsp_plugin), kSmall.struct_size);
  CHECK_EQUAL(0U, kSmall.abi_minor);  // what is newer is asked for at run time
  STRCMP_EQUAL("small", kSmall.name);
  STRCMP_EQUAL("1.2.3", kSmall.version);
  CHECK(is_null(kSmall.on_handshake));
  CHECK(is_null(kSmall.on_deliver));
  CHECK(is_null(kSmall.on_stopping));
  CHECK(is_null(kSmall.options));
  CHECK(is_null(kSmall.check_config));
  CHECK(is_null(kWithRequest.subprotocols));
  CHECK_EQUAL(0U, kWithRequest.accepts);
}

TEST(PluginTable, TakesConstantsFromTheSessionOrThePlugin) {
  STRCMP_EQUAL("small.2", kSmall.subprotocols[0]);
  STRCMP_EQUAL("small.1", kSmall.subprotocols[1]);
  CHECK(is_null(kSmall.subprotocols[2]));
  CHECK_EQUAL(uint32_t{WSP_ACCEPT_TEXT}, kSmall.accepts);
  CHECK_EQUAL(uint32_t{WSP_ACCEPT_BINARY}, kPrivate.accepts);
  STRCMP_EQUAL("a", kPrivate.options[0].name);
  STRCMP_EQUAL("b", kPrivate.options[1].name);
  CHECK(is_null(kPrivate.options[2].name));
}

TEST(PluginTable, SeesPrivateAndInheritedOverrides) {
  for (const wsp_plugin* table : {&kPrivate, &kDerived}) {
    CHECK(!is_null(table->on_handshake));
    CHECK(!is_null(table->on_deliver));
    CHECK(!is_null(table->on_stopping));
    CHECK(!is_null(table->check_config));
    FakeHost host(*table);
    CHECK(host.create({{"a", "5"}}));
    FakeClient& client = host.connect();
    CHECK_EQUAL(1U, client.handshake().headers.size());
    client.send_binary("x");
    CHECK((client.take_all() == Texts{"5", "private"}));
  }
}

TEST(PluginTable, ChecksOptions) {
  FakeHost host(kPrivate);
  STRCMP_EQUAL("", host.check({{"a", "9"}}).c_str());
  STRCMP_EQUAL("a must be 0 to 9, not \"10\"", host.check({{"a", "10"}}).c_str());
  STRCMP_EQUAL("unknown option c", host.check({{"c", "10"}}).c_str());
  CHECK(!host.create({{"a", "x"}}));
}

TEST(PluginTable, OfSessionsAlone) {
  FakeHost host(kSmall);
  CHECK(host.create());
  FakeClient& client = host.connect({.subprotocols = {"small.1", "small.2"}});
  STRCMP_EQUAL("small.1", client.handshake().subprotocol.c_str());
  client.send("a");
  CHECK((client.take_all() == Texts{"a"}));
  client.send_binary("b");
  CHECK_EQUAL(1003, client.close_code());

  FakeHost other(kWithRequest);
  CHECK(other.create());
  STRCMP_EQUAL("/here", other.connect({.path = "/here"}).take().c_str());
}

TEST_GROUP(Session) { Stage stage; };

TEST(Session, LivesFromOpenToClose) {
  uint16_t seen = 0;
  std::string why;
  stage.script.close = [&](RoomSession& s, uint16_t code, std::string_view reason) {
    seen = code;
    why = reason;
    CHECK(s.peer().send("late") == wsp::Status::gone);
  };
  CHECK(stage.host.create());
  FakeClient& client = stage.host.connect();
  CHECK_EQUAL(1, RoomSession::living);
  client.close(4000, "bye");
  CHECK_EQUAL(4000, seen);
  STRCMP_EQUAL("bye", why.c_str());
  CHECK_EQUAL(0, RoomSession::living);
  CHECK_EQUAL(1U, stage.host.stale_calls());
}

TEST(Session, SpeaksThroughItsPeer) {
  stage.script.message = [](RoomSession& s, Room& room, std::string_view text) {
    if (text == "subscribe") CHECK(s.peer().subscribe("a") == wsp::Status::ok);
    if (text == "unsubscribe") CHECK(s.peer().unsubscribe("a") == wsp::Status::ok);
    if (text == "all") CHECK(room.host.publish("a", "to all") == wsp::Status::ok);
    if (text == "others") CHECK(s.peer().publish_to_others("a", "others") == wsp::Status::ok);
    if (text == "binary") s.peer().send("bin", wsp::Opcode::binary);
    if (text == "pause") s.peer().pause_input();
    if (text == "close") s.peer().close(wsp::CloseCode{4321}, "enough");
    if (text == "queued") s.peer().send(std::to_string(s.peer().queued_bytes()));
    if (text == "log") s.peer().log(wsp::LogLevel::warning, "a line");
    CHECK(s.peer() == room.host.peer(s.peer().id()));
  };
  CHECK(stage.host.create());
  FakeClient& ann = stage.host.connect();
  FakeClient& bob = stage.host.connect();
  ann.send("subscribe");
  bob.send("subscribe");
  ann.send("all");
  ann.send("others");
  CHECK((ann.take_all() == Texts{"to all"}));
  CHECK((bob.take_all() == Texts{"to all", "others"}));
  bob.send("unsubscribe");
  CHECK(!bob.subscribed_to("a"));
  ann.send("binary");
  CHECK(!ann.take_frame().is_text());
  ann.send("queued");
  STRCMP_EQUAL("0", ann.take().c_str());
  ann.send("log");
  CHECK_EQUAL(WSP_LOG_WARNING, stage.host.log().at(0).level);
  ann.send("close");
  CHECK_EQUAL(4321, ann.close_code());
  STRCMP_EQUAL("enough", ann.close_reason().c_str());
  bob.send("pause");
  bob.send("all");
  CHECK(bob.received().empty());
}

TEST(Session, HearsOfRoomAfterFull) {
  stage.host.slow_client = SlowClient::drop;
  stage.host.send_queue = 6;
  bool drained = false;
  wsp::Status second = wsp::Status::ok;
  stage.script.message = [&](RoomSession& s, Room&, std::string_view) {
    s.peer().send("1234");
    second = s.peer().send("5678");
  };
  stage.script.drain = [&](RoomSession&) { drained = true; };
  CHECK(stage.host.create());
  FakeClient& client = stage.host.connect();
  client.stop_reading();
  client.send("go");
  CHECK(second == wsp::Status::full);
  CHECK(!drained);
  client.read();
  CHECK(drained);
}

TEST(Session, GetsMessagesInTheFormThatDeliverGaveThem) {
  stage.script.open = [](RoomSession& s, auto&, auto&) { s.peer().subscribe("a"); };
  stage.script.deliver = [](wsp::Delivery& d) {
    CHECK(d.channel() == "a");
    CHECK(d.is_text());
    CHECK_EQUAL(FakeHost::kStartTimeMs, d.time_ms());
    if (d.payload() == "drop") return d.drop();
    if (d.payload() == "keep") return;
    d.replace(std::string(d.payload()) + std::to_string(d.position().offset), wsp::Opcode::binary);
  };
  CHECK(stage.host.create());
  FakeClient& client = stage.host.connect();
  for (const char* text : {"x", "drop", "keep"}) stage.host.publish_elsewhere("a", text);
  CHECK((client.take_frame() == wsp::testing::Frame{WSP_BINARY, "x1"}));
  CHECK((client.take_all() == Texts{"keep"}));
}

TEST(Session, IsToldThatTheProcessStops) {
  bool told = false;
  stage.script.stopping = [&] { told = true; };
  CHECK(stage.host.create());
  stage.host.begin_stop();
  CHECK(told);
}
