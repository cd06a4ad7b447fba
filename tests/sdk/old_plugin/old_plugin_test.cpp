// A plugin built against the headers of minor 0 runs in a host of today.
#include <dlfcn.h>

#include <chrono>
#include <string>
#include <vector>

#include <wsp/plugin.hpp>
#include <wsp/testing/fake_host.hpp>

#include <CppUTest/TestHarness.h>

using wsp::testing::FakeClient;
using wsp::testing::FakeHost;
using wsp::testing::SlowClient;

namespace {

// Loaded once: from OLD_PLUGIN, the path of the .so.
const wsp_plugin& old_plugin() {
  static void* const library = dlopen(OLD_PLUGIN, RTLD_NOW | RTLD_LOCAL);
  static const void* const symbol = library ? dlsym(library, "wsp_plugin_v1") : nullptr;
  if (!symbol) FAIL(dlerror());
  return *static_cast<const wsp_plugin*>(symbol);
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_GROUP(OldPlugin) { FakeHost host{old_plugin()}; };

TEST(OldPlugin, IsOfMinorZero) {
  CHECK_EQUAL(0U, old_plugin().abi_minor);
  CHECK_EQUAL(128U, old_plugin().struct_size);
}

TEST(OldPlugin, ReadsItsOptions) {
  STRCMP_EQUAL("greeting is too long", host.check({{"greeting", std::string(32, 'x')}}).c_str());
  CHECK(host.create({{"greeting", "hi"}}));
  STRCMP_EQUAL("hi", host.connect().take().c_str());
}

TEST(OldPlugin, ShapesTheHandshake) {
  CHECK(host.create());
  CHECK_EQUAL(418, host.handshake({.query = "refuse"}).status);
  CHECK_EQUAL(1011, host.connect({.query = "fail"}).close_code());
  const auto answer = host.handshake({.query = "two", .subprotocols = {"old.1", "old.2"}});
  STRCMP_EQUAL("old.2", answer.subprotocol.c_str());
  STRCMP_EQUAL("X-Old", answer.headers.at(0).first.c_str());
}

TEST(OldPlugin, TalksToTheHost) {
  CHECK(host.create());
  FakeClient& ann = host.connect();
  FakeClient& bob = host.connect();
  for (FakeClient* client : {&ann, &bob}) client->send("subscribe");
  ann.send("publish");
  CHECK((ann.take_all() == Texts{"welcome", "subscribe 0", "to all#1"}));
  CHECK((bob.take_all() == Texts{"welcome", "subscribe 0", "to all#1", "to others#2"}));
  bob.send("unsubscribe");
  ann.send("keep");
  bob.send("history");
  CHECK((bob.take_all() == Texts{"unsubscribe 0", "3:kept", "read 0"}));
  CHECK((ann.take_all() == Texts{"kept#3"}));
  ann.send("enter");
  CHECK((ann.take_all() == Texts{"ann=busy", "+ann"}));
  ann.send("queued");
  ann.send("work");
  ann.send("timer");
  host.run_work();
  host.advance(std::chrono::milliseconds(100));
  CHECK((ann.take_all() == Texts{"queued 0", "worked", "timer"}));
  ann.send("close");
  CHECK_EQUAL(4001, ann.close_code());
  CHECK(host.logged("old: closed 4001 bye"));
  bob.send("pause");
  CHECK(bob.input_paused());
}

TEST(OldPlugin, HearsOfTheQueueAndOfTheEnd) {
  host.send_queue = 10;
  host.slow_client = SlowClient::drop;
  CHECK(host.create());
  FakeClient& ann = host.connect();
  ann.stop_reading();
  ann.send("12345678");
  ann.send("90");
  ann.read();
  CHECK((ann.take_all() == Texts{"welcome", "12345678", "drained"}));
  host.begin_stop();
  host.destroy();
  CHECK(host.logged("old: stopping"));
  CHECK(host.logged("old: closed 1001"));
}
