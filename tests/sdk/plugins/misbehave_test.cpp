// The misbehave plugin does what its commands say: the end-to-end tests rely on it.
#include <dlfcn.h>

#include <chrono>
#include <set>
#include <string>
#include <vector>

#include <wsp/plugin.hpp>
#include <wsp/testing/fake_host.hpp>

#include <CppUTest/TestHarness.h>

using wsp::testing::FakeClient;
using wsp::testing::FakeHost;
using wsp::testing::SlowClient;
using namespace std::chrono_literals;

namespace {

using Texts = std::vector<std::string>;

const wsp_plugin& loaded(const char* path) {
  void* const library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  const void* const symbol = library ? dlsym(library, "wsp_plugin_v1") : nullptr;
  if (!symbol) FAIL(dlerror());
  return *static_cast<const wsp_plugin*>(symbol);
}
const wsp_plugin& misbehave() {
  static const wsp_plugin& plugin = loaded(MISBEHAVE);
  return plugin;
}

}  // namespace

TEST_GROUP(Misbehave) {
  FakeHost host{misbehave()};

  void setup() override { CHECK(host.create({{"label", "x"}})); }
  std::string answer(FakeClient & client, const std::string& command) {
    client.send(command);
    host.run_work();
    host.advance(1s);
    return client.take();
  }
  std::string ask(const std::string& command, const wsp::testing::FakeRequest& request = {}) {
    return answer(host.connect(request), command);
  }
};

TEST(Misbehave, Throws) {
  for (const char* command : {"throw", "throw-int", "throw in timer", "throw in work",
                              "throw in done", "throw in history"}) {
    FakeClient& client = host.connect();
    client.send(command);
    host.run_work();
    host.advance(1s);
    CHECK_EQUAL_TEXT(1011, client.close_code(), command);
  }
  FakeClient& client = host.connect();
  STRCMP_EQUAL("armed", answer(client, "throw in on_close").c_str());
  client.close();
  CHECK(host.logged("exception in on_close"));
}

TEST(Misbehave, ThrowsInDrain) {
  host.slow_client = SlowClient::drop;
  host.send_queue = 100;
  FakeClient& client = host.connect();
  client.send("throw in on_drain");
  client.stop_reading();
  client.send("push 10 50");
  client.read();
  CHECK_EQUAL(1011, client.close_code());
}

TEST(Misbehave, Closes) {
  FakeClient& client = host.connect();
  client.send("close 4000 so long");
  CHECK_EQUAL(4000, client.close_code());
  STRCMP_EQUAL("so long", client.close_reason().c_str());
  STRCMP_EQUAL("close invalid", ask("close 1005").c_str());
  host.take_complaints();
  FakeClient& bad = host.connect();
  bad.send("close-invalid-utf8 1000");
  STRCMP_CONTAINS("caf\xEF\xBF\xBD", bad.close_reason().c_str());
  FakeClient& twice = host.connect();
  twice.send("close-then-send 1000");
  CHECK(host.logged("after close: send gone, close ok"));
  FakeClient& foreign = host.connect();
  foreign.send("foreign-close 4001");
  while (foreign.is_open()) host.run_foreign();
  CHECK_EQUAL(4001, foreign.close_code());
}

TEST(Misbehave, Sends) {
  STRCMP_EQUAL("send-invalid-utf8 invalid", ask("send-invalid-utf8").c_str());
  CHECK_EQUAL(1U, host.take_complaints().size());
  host.connect().close();
  STRCMP_EQUAL("send-gone gone", ask("send-gone").c_str());
  FakeClient& other = host.connect();
  STRCMP_EQUAL("send-to ok", ask("send-to " + std::to_string(other.id()) + " hello there").c_str());
  STRCMP_EQUAL("hello there", other.take().c_str());
  FakeClient& binary = host.connect();
  binary.send_binary("\xFF");
  CHECK(!binary.take_frame().is_text());
  STRCMP_EQUAL("unknown command: nonsense", ask("nonsense 1").c_str());
}

TEST(Misbehave, SendsFromThreads) {
  FakeClient& client = host.connect();
  client.send("foreign-threads 3");
  while (client.received().size() < 300) host.run_foreign();
  const Texts all = client.take_all();
  CHECK_EQUAL(300U, std::set(all.begin(), all.end()).size());
}

TEST(Misbehave, Pushes) {
  host.slow_client = SlowClient::drop;
  host.send_queue = 60;
  FakeClient& client = host.connect();
  client.send("push 2 5");
  CHECK((client.take_all() == Texts{"#0...", "#1...", "push 2"}));
  client.stop_reading();
  client.send("push 3 60");
  client.read();
  CHECK_EQUAL(5U, client.received().size());
  STRCMP_EQUAL("drained 1", client.received().at(1).payload.c_str());
  STRCMP_EQUAL("queued 0", answer(host.connect(), "queued").c_str());
}

TEST(Misbehave, UsesChannels) {
  FakeClient& ann = host.connect();
  FakeClient& bob = host.connect();
  STRCMP_EQUAL("sub ok", answer(ann, "sub a").c_str());
  STRCMP_EQUAL("sub ok", answer(bob, "sub a").c_str());
  STRCMP_EQUAL("sub invalid", answer(bob, "sub ").c_str());
  CHECK_EQUAL(1U, host.take_complaints().size());
  for (const char* line : {"pub a 1 2", "pubx a 3", "pub a deliver:drop", "pub a deliver:throw",
                           "pub a deliver:invalid-utf8", "pub a deliver:upper x", "unsub a"})
    ann.send(line);
  CHECK_EQUAL(1U, host.take_complaints().size());
  CHECK((bob.take_all() == Texts{"1 2", "3", "X"}));
  CHECK((ann.take_all() == Texts{"pub ok", "1 2", "pubx ok", "pub ok", "pub ok", "pub ok", "pub ok",
                                 "X", "unsub ok"}));
}

TEST(Misbehave, UsesHistoryAndPresence) {
  STRCMP_EQUAL("keep ok", ask("keep a 2 one").c_str());
  STRCMP_EQUAL("keep ok", ask("keep a 2 \"two\"").c_str());
  STRCMP_EQUAL(R"({"epoch":7,"offset":2,"recovered":false,"messages":["one","\"two\""]})",
               ask("history a 0").c_str());
  STRCMP_EQUAL(R"({"epoch":7,"offset":2,"recovered":true,"messages":["\"two\""]})",
               ask("history a 0 7:1").c_str());
  FakeClient& ann = host.connect();
  STRCMP_EQUAL("sub ok", answer(ann, "sub p").c_str());
  FakeClient& bob = host.connect();
  STRCMP_EQUAL("enter ok", answer(bob, "enter p bob at home").c_str());
  STRCMP_EQUAL(R"({"bob":"at home"})", answer(bob, "members p").c_str());
  STRCMP_EQUAL("leave ok", answer(bob, "leave p").c_str());
  CHECK((ann.take_all() == Texts{"joined bob", "left bob"}));
}

TEST(Misbehave, UsesFamiliesOfChannels) {
  FakeClient& ann = host.connect();
  STRCMP_EQUAL("prefix ok", answer(ann, "prefix a.").c_str());
  ask("pub a.1 x");
  STRCMP_EQUAL("x", ann.take().c_str());
  host.lose("a.1");
  STRCMP_EQUAL("gap a. 0:0", ann.take().c_str());
  STRCMP_EQUAL("unprefix ok", answer(ann, "unprefix a.").c_str());
  STRCMP_EQUAL("prefix invalid", answer(ann, "prefix a").c_str());
  CHECK_EQUAL(1U, host.take_complaints().size());
  STRCMP_EQUAL("sub ok", answer(ann, "sub b").c_str());
  host.lose("b", {"1", "2"});
  STRCMP_EQUAL("gap b 7:2", ann.take().c_str());
}

TEST(Misbehave, ReachesUsersAndCountsMembers) {
  FakeClient& ann = host.connect({.user = "ann"});
  STRCMP_EQUAL("tell ok", ask("tell ann hello there").c_str());
  STRCMP_EQUAL("hello there", ann.take().c_str());
  STRCMP_EQUAL("enter ok", answer(ann, "enter p ann").c_str());
  STRCMP_EQUAL("count 1 1", ask("count p").c_str());
  STRCMP_EQUAL("count 0 0", ask("count q").c_str());
  STRCMP_EQUAL("out ok", ask("out ann 4000 so long").c_str());
  CHECK_EQUAL(4000, ann.close_code());
  STRCMP_EQUAL("so long", ann.close_reason().c_str());
}

TEST(Misbehave, DoesThingsLater) {
  FakeClient& client = host.connect();
  STRCMP_EQUAL("timer", answer(client, "timer 10").c_str());
  STRCMP_EQUAL("work", answer(client, "work 1").c_str());
  client.send("ticks 10 3");
  host.advance(1s);
  CHECK((client.take_all() == Texts{"tick 1", "tick 2", "tick 3"}));
  client.send("pause 100");
  client.send("query");
  CHECK(client.received().empty());
  host.advance(1s);
  CHECK((client.take_all() == Texts{"resumed", ""}));
}

TEST(Misbehave, TellsWhatItSaw) {
  const wsp::testing::FakeRequest request = {.path = "/p",
                                             .query = "q",
                                             .user = "ann",
                                             .host = "h",
                                             .subprotocols = {"two.test"},
                                             .headers = {{"X-A", "1"}, {"x-a", "\"2\""}},
                                             .cookies = {{"c", "v"}},
                                             .environment = {{"E", "e"}}};
  const std::pair<const char*, const char*> cases[] = {{"headers X-a", R"(["1","\"2\""])"},
                                                       {"headers none", "[]"},
                                                       {"cookie c", "\"v\""},
                                                       {"cookie d", "null"},
                                                       {"env E", "\"e\""},
                                                       {"user", "ann"},
                                                       {"ip", "192.0.2.1"},
                                                       {"query", "q"},
                                                       {"path", "/p"},
                                                       {"host", "h"},
                                                       {"subprotocol", "two.test"},
                                                       {"tls", "0"},
                                                       {"label", "x"},
                                                       {"location", "/ws/test"}};
  for (const auto& [command, expected] : cases)
    STRCMP_EQUAL_TEXT(expected, ask(command, request).c_str(), command);
}

TEST(Misbehave, ShapesTheHandshake) {
  const std::pair<const char*, int> cases[] = {{"", 101},
                                               {"deny", 403},
                                               {"deny=503", 503},
                                               {"throw", 500},
                                               {"throw-int", 500},
                                               {"slow=1", 101},
                                               {"badheader", 500},
                                               {"badheadername", 500},
                                               {"badsubprotocol", 500},
                                               {"header=X-A:b", 101},
                                               {"bigheaders", 101}};
  for (const auto& [query, status] : cases)
    CHECK_EQUAL_TEXT(status, host.handshake({.query = query}).status, query);
  CHECK_EQUAL(3U, host.take_complaints().size());
  CHECK((host.handshake({.query = "header=X-A:b"}).headers == wsp::testing::Pairs{{"X-A", "b"}}));
  STRCMP_EQUAL("two.test", host.handshake({.query = "subprotocol=two.test",
                                           .subprotocols = {"one.test", "two.test"}})
                               .subprotocol.c_str());
  CHECK_EQUAL(1011, host.connect({.query = "openfail"}).close_code());
  CHECK_EQUAL(1011, host.connect({.query = "openthrow"}).close_code());
  CHECK_EQUAL(4000, host.connect({.query = "openclose"}).close_code());
  STRCMP_EQUAL("opened", host.connect({.query = "opensend"}).take().c_str());
}

TEST(Misbehave, HasOptions) {
  STRCMP_CONTAINS("accept must be", host.check({{"accept", "none"}}).c_str());
  STRCMP_EQUAL("told to fail", host.check({{"check", "fail"}}).c_str());
  STRCMP_EQUAL("not a std::exception", host.check({{"check", "throw"}}).c_str());
  for (const char* how : {"fail", "throw"}) {
    FakeHost other(misbehave());
    CHECK(!other.create({{"create", how}}));
  }
  FakeHost text(misbehave());
  CHECK(text.create({{"accept", "text"}}));
  FakeClient& client = text.connect();
  client.send_binary("x");
  CHECK_EQUAL(1003, client.close_code());
  host.begin_stop();
  CHECK(host.logged("stopping"));
}

TEST_GROUP(BadPlugins){};

TEST(BadPlugins, AreRefused) {
  for (const char* name : {"bad_struct_size", "bad_minor", "bad_name", "no_on_open"}) {
    FakeHost host(loaded((std::string(TEST_PLUGINS "/") + name + ".so").c_str()));
    CHECK_TEXT(!host.create(), name);
    CHECK_EQUAL_TEXT(1U, host.take_complaints().size(), name);
  }
  POINTERS_EQUAL(nullptr, dlopen(TEST_PLUGINS "/undefined_symbol.so", RTLD_NOW));
  STRCMP_CONTAINS("wsp_nobody_defines_this", dlerror());
  void* const empty = dlopen(TEST_PLUGINS "/no_symbol.so", RTLD_NOW);
  CHECK(empty != nullptr);
  POINTERS_EQUAL(nullptr, dlsym(empty, "wsp_plugin_v1"));
}

TEST(BadPlugins, OfGarbageGet500And1011) {
  FakeHost host(loaded(TEST_PLUGINS "/garbage.so"));
  CHECK(host.create());
  CHECK_EQUAL(500, host.connect({.query = "handshake"}).handshake().status);
  CHECK_EQUAL(1011, host.connect({.query = "open"}).close_code());
  FakeHost text(loaded(TEST_PLUGINS "/text_only.so"));
  CHECK(text.create());
  FakeClient& client = text.connect({.subprotocols = {"text.test"}});
  STRCMP_EQUAL("text.test", client.handshake().subprotocol.c_str());
  client.send_binary("x");
  CHECK_EQUAL(1003, client.close_code());
}
