// The fake host keeps what wsp/plugin.h promises about the handshake and the answer to it.
#include "fake_host/recorder.h"

#include <CppUTest/TestHarness.h>

using namespace sdk_test;
using wsp::testing::Handshake;

TEST_GROUP(FakeHandshake) {
  static constexpr const char* kOffered[] = {"b", "a", nullptr};
  static wsp_plugin table() {
    wsp_plugin t = recorder_table();
    t.subprotocols = kOffered;
    return t;
  }
  Bench bench{table()};
  Recorder& plugin = bench.plugin;

  void setup() override { CHECK(bench.host.create()); }
  Handshake answer(std::function<wsp_status(wsp_answer*)> fill) {
    plugin.on_handshake = [fill](const wsp_request*, wsp_answer* a) { return fill(a); };
    return bench.host.handshake({.subprotocols = {"x", "a", "b"}});
  }
};

TEST(FakeHandshake, TurnsTheStatusIntoAnAnswer) {
  const std::pair<wsp_status, int> cases[] = {
      {WSP_OK, 101},     {WSP_E_INVALID, 403},     {WSP_E_FAILED, 500},
      {WSP_E_GONE, 500}, {WSP_E_UNSUPPORTED, 500}, {12345, 500}};
  for (const auto& [status, expected] : cases)
    CHECK_EQUAL(expected, answer([s = status](wsp_answer*) { return s; }).status);
  CHECK_EQUAL(429, answer([](wsp_answer* a) {
                     a->refuse(a, 429, {"x", 1});
                     return WSP_OK;
                   }).status);
}

TEST(FakeHandshake, ChoosesTheClientsFirstSubprotocolThatThePluginHas) {
  plugin.on_handshake = [](const wsp_request* r, wsp_answer*) {
    CHECK(view(r->subprotocol) == "a");
    return WSP_OK;
  };
  const auto names = [&](std::vector<std::string> offered) {
    return bench.host.handshake({.subprotocols = std::move(offered)}).subprotocol;
  };
  STRCMP_EQUAL("a", names({"x", "a", "b"}).c_str());
  plugin.on_handshake = [](auto, auto) { return WSP_OK; };
  STRCMP_EQUAL("b", names({"b", "a"}).c_str());
  STRCMP_EQUAL("", names({"x"}).c_str());
  STRCMP_EQUAL("", names({}).c_str());
}

TEST(FakeHandshake, TakesOneOfTheOfferedSubprotocolsOrNone) {
  const auto select = [&](const char* name) {
    return answer([name](wsp_answer* a) { return a->select_subprotocol(a, bytes(name)); });
  };
  STRCMP_EQUAL("x", select("x").subprotocol.c_str());
  STRCMP_EQUAL("", select("").subprotocol.c_str());
  CHECK_EQUAL(500, select("never offered").status);
  CHECK_EQUAL(1U, bench.host.take_complaints().size());
}

TEST(FakeHandshake, Answers500ToWhatBreaksHttp) {
  const std::pair<const char*, const char*> headers[] = {
      {"X", "a\r\nb"},  {"X", "a\n"}, {"X", "\x01"},      {"X", " a"},
      {"X", "a\t"},     {"", "a"},    {"X:", "a"},        {"X Y", "a"},
      {"upgrade", "a"}, {"TE", "a"},  {"Connection", ""}, {"Sec-WebSocket-Accept", "a"}};
  for (const auto& [name, value] : headers) {
    const Handshake result = answer([n = name, v = value](wsp_answer* a) {
      CHECK_EQUAL(WSP_E_INVALID, a->add_header(a, bytes(n), bytes(v)));
      return WSP_OK;
    });
    CHECK_EQUAL(500, result.status);
  }
  for (const uint16_t status : {200, 399, 600}) {
    const Handshake result = answer([status](wsp_answer* a) {
      CHECK_EQUAL(WSP_E_INVALID, a->refuse(a, status, {}));
      return WSP_OK;
    });
    CHECK_EQUAL(500, result.status);
  }
  CHECK_EQUAL(500, answer([](wsp_answer* a) { return a->refuse(a, 400, {"\xFF", 1}); }).status);
  CHECK_EQUAL(std::size(headers) + 4, bench.host.take_complaints().size());
  CHECK_EQUAL(101, answer([](wsp_answer* a) {
                     return a->add_header(a, {"X-Fine", 6}, {"t\xC3\xA4g", 4});
                   }).status);
}

TEST(FakeHandshake, IsOnAWorker) {
  const auto* history = plugin.extension<wsp_history_1>(WSP_HISTORY_1);
  FakeClient& client = bench.host.connect();
  answer([&](wsp_answer*) {
    size_t n = 0;
    const wsp_history_query query = {sizeof query, 0, nullptr};
    const auto ignore = [](void*, wsp_status, const wsp_history_reply*) {};
    CHECK_EQUAL(WSP_E_INVALID, plugin.host->queued_bytes(plugin.host, client.id(), &n));
    CHECK_EQUAL(WSP_E_INVALID,
                history->read(plugin.host, client.id(), {"a", 1}, &query, ignore, &n));
    CHECK_EQUAL(WSP_OK, plugin.send(client.id(), "from the handshake of another"));
    CHECK(client.received().empty());
    return WSP_OK;
  });
  CHECK_EQUAL(1U, client.received().size());
  CHECK_EQUAL(2U, bench.host.take_complaints().size());
}
