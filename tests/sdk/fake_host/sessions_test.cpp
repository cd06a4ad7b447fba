// The fake host keeps what wsp/plugin.h promises about sessions.
#include <array>
#include <thread>

#include "fake_host/recorder.h"

#include <CppUTest/TestHarness.h>

using namespace sdk_test;

TEST_GROUP(FakeSessions) {
  Bench bench;
  Recorder& plugin = bench.plugin;

  void setup() override { CHECK(bench.host.create()); }
};

TEST(FakeSessions, OpenAndCloseOnce) {
  FakeClient& client = bench.host.connect();
  client.close(1000, "bye");
  client.close(1000, "again");
  client.vanish();
  client.send("too late");
  CHECK((plugin.calls == Texts{"open 1001", "close 1001 1000 bye"}));
  CHECK_EQUAL(1U, bench.host.opened());
  CHECK_EQUAL(1U, bench.host.closed());
}

TEST(FakeSessions, EndWithTheCodeThatThePeerGave) {
  bench.host.connect().close(0);
  bench.host.connect().vanish();
  CHECK((plugin.calls == Texts{"open 1001", "close 1001 1005 ", "open 1002", "close 1002 1006 "}));
}

TEST(FakeSessions, ThatFailToOpenGetNoClose) {
  plugin.on_open = [&](wsp_session s) {
    plugin.send(s, "sorry");
    return WSP_E_FAILED;
  };
  FakeClient& client = bench.host.connect();
  CHECK((client.take_all() == Texts{"sorry"}));
  CHECK_EQUAL(1011, client.close_code());
  CHECK(!client.is_open());
  CHECK((plugin.calls == Texts{"open 1001"}));
}

TEST(FakeSessions, AreGoneAfterTheirEnd) {
  bench.host.connect().close();
  const wsp_host* h = plugin.host;
  size_t n = 0;
  for (const wsp_session s : {wsp_session{1001}, wsp_session{0}, wsp_session{77}}) {
    CHECK_EQUAL(WSP_E_GONE, plugin.send(s, "x"));
    CHECK_EQUAL(WSP_E_GONE, h->close(h, s, 1000, {}));
    CHECK_EQUAL(WSP_E_GONE, plugin.subscribe(s, "a"));
    CHECK_EQUAL(WSP_E_GONE, h->unsubscribe(h, s, {"a", 1}));
    CHECK_EQUAL(WSP_E_GONE, h->pause_input(h, s));
    CHECK_EQUAL(WSP_E_GONE, h->resume_input(h, s));
    CHECK_EQUAL(WSP_E_GONE, h->queued_bytes(h, s, &n));
  }
  CHECK_EQUAL(21U, bench.host.stale_calls());
}

TEST(FakeSessions, CloseAfterTheCallbackThatAsked) {
  plugin.on_message = [&](wsp_session s, auto) {
    CHECK_EQUAL(WSP_OK, plugin.host->close(plugin.host, s, 4000, {"why", 3}));
    CHECK_EQUAL(WSP_OK, plugin.host->close(plugin.host, s, 4001, {"no", 2}));
    CHECK_EQUAL(WSP_E_GONE, plugin.send(s, "x"));
    plugin.calls.emplace_back("returns");
  };
  FakeClient& client = bench.host.connect();
  client.send("go");
  CHECK((plugin.calls == Texts{"open 1001", "message 1001 go", "returns", "close 1001 4000 why"}));
  CHECK_EQUAL(4000, client.close_code());
}

TEST(FakeSessions, WaitForAClientThatDoesNotAnswerTheClose) {
  FakeClient& client = bench.host.connect();
  client.ignore_close();
  plugin.host->close(plugin.host, client.id(), 1000, {});
  client.send("still talking");
  CHECK((plugin.calls == Texts{"open 1001"}));
  client.vanish();
  CHECK((plugin.calls == Texts{"open 1001", "close 1001 1006 "}));
}

TEST(FakeSessions, SendOnlyReasonsThatAreAllowed) {
  FakeClient& client = bench.host.connect();
  std::string reason = "\xFF";
  for (int i = 0; i < 100; ++i) reason += "\xC3\xA4";
  plugin.host->close(plugin.host, client.id(), 1000, bytes(reason));
  CHECK_EQUAL(123U, client.close_reason().size());
  STRCMP_CONTAINS("\xEF\xBF\xBD\xC3\xA4", client.close_reason().c_str());
}

TEST(FakeSessions, EndWhenTheClientBreaksTheRules) {
  FakeClient& client = bench.host.connect();
  client.send("\xC0\x80");
  CHECK_EQUAL(1007, client.close_code());
  CHECK((plugin.calls == Texts{"open 1001", "close 1001 1007 "}));

  wsp_plugin text_only = recorder_table();
  text_only.accepts = WSP_ACCEPT_TEXT;
  Bench other(text_only);
  CHECK(other.host.create());
  FakeClient& binary = other.host.connect();
  binary.send("fine");
  CHECK(binary.is_open());
  binary.send_binary("not");
  CHECK_EQUAL(1003, binary.close_code());
}

TEST(FakeSessions, HoldMessagesWhilePaused) {
  FakeClient& client = bench.host.connect();
  plugin.on_message = [&](wsp_session s, std::string_view text) {
    if (text != "3") plugin.host->pause_input(plugin.host, s);
  };
  for (const char* text : {"1", "2", "3", "4"}) client.send(text);
  CHECK(client.input_paused());
  CHECK((plugin.calls == Texts{"open 1001", "message 1001 1"}));
  plugin.host->resume_input(plugin.host, client.id());
  CHECK_EQUAL(3U, plugin.calls.size());
  plugin.host->resume_input(plugin.host, client.id());
  CHECK_EQUAL(5U, plugin.calls.size());
  STRCMP_EQUAL("message 1001 4", plugin.calls.back().c_str());
}

TEST(FakeSessions, WithAFullQueueMissMessagesUntilDrained) {
  bench.host.send_queue = 10;
  bench.host.slow_client = SlowClient::drop;
  FakeClient& client = bench.host.connect();
  client.stop_reading();
  CHECK_EQUAL(WSP_OK, plugin.send(client.id(), "12345678"));
  CHECK_EQUAL(10U, client.queued_bytes());
  CHECK_EQUAL(WSP_E_FULL, plugin.send(client.id(), ""));
  CHECK(client.received().empty());
  client.read();
  CHECK((client.take_all() == Texts{"12345678"}));
  CHECK((plugin.calls == Texts{"open 1001", "drain 1001"}));
  client.stop_reading();
  CHECK_EQUAL(WSP_OK, plugin.send(client.id(), "longer than the queue"));
  client.read();
  CHECK_EQUAL(2U, plugin.calls.size());
}

TEST(FakeSessions, MayExceedTheQueueByOneMessage) {
  bench.host.send_queue = 11;
  FakeClient& client = bench.host.connect();
  client.stop_reading();
  CHECK_EQUAL(WSP_OK, plugin.send(client.id(), "12345678"));
  CHECK_EQUAL(WSP_OK, plugin.send(client.id(), "much longer than the one byte that is left"));
  CHECK_EQUAL(WSP_E_FULL, plugin.send(client.id(), ""));
}

TEST(FakeSessions, WithAFullQueueCloseByDefault) {
  bench.host.send_queue = 10;
  FakeClient& client = bench.host.connect();
  client.stop_reading();
  plugin.send(client.id(), "12345678");
  CHECK_EQUAL(WSP_E_FULL, plugin.send(client.id(), "9"));
  CHECK_EQUAL(1013, client.close_code());
  STRCMP_EQUAL("close 1001 1013 too slow", plugin.calls.back().c_str());
}

TEST(FakeSessions, TakeWhatOtherThreadsSendInTheirOrder) {
  FakeClient& client = bench.host.connect();
  std::array<std::thread, 4> threads;
  for (size_t t = 0; t < threads.size(); ++t)
    threads[t] = std::thread([this, t, id = client.id()] {
      for (int i = 0; i < 100; ++i)
        if (plugin.send(id, std::to_string(t) + " " + std::to_string(i)) != WSP_OK) return;
    });
  for (auto& thread : threads) thread.join();
  CHECK(client.received().empty());
  bench.host.run_foreign();
  CHECK_EQUAL(400U, client.received().size());
  std::array<int, 4> next = {};
  for (const std::string& text : client.take_all()) {
    int& expected = next.at(static_cast<size_t>(text[0] - '0'));
    CHECK_EQUAL(expected, std::stoi(text.substr(2)));
    ++expected;
  }
}

TEST(FakeSessions, AllEndBeforeThePluginIsDestroyed) {
  bench.host.connect();
  bench.host.connect();
  bench.host.destroy();
  bench.host.destroy();
  CHECK((plugin.calls ==
         Texts{"open 1001", "open 1002", "close 1001 1001 ", "close 1002 1001 ", "destroy"}));
  CHECK_EQUAL(503, bench.host.connect().handshake().status);
}
