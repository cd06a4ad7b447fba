// A plugin's life, its handshakes, and what becomes of its exceptions (BAD_INPUT H6).
#include "plugin/plugin_instance.h"

#include <stdexcept>
#include <string>

#include "protocol/support/client_frames.h"
#include "stage.h"

#include <CppUTest/TestHarness.h>

using namespace ws::plugin;
using namespace ws::plugin::test;

namespace {

// Not wholly harmless: neither derives from std::exception.
struct Odd {};

}  // namespace

TEST_GROUP(plugin_instance) {
  Script script;
  wsp_plugin table = scripted_plugin(script);
};

TEST(plugin_instance, LivesFromCreateToDestroy) {
  {
    Stage stage(table);
    auto& seat = stage.connect();
    stage.say(seat, "hi");
    seat.peer.send(ws::protocol::test::close_frame(1001, "bye"));
    stage.turn();
    stage.instance->announce_stop();
  }
  STRCMP_EQUAL("open text(hi) close(1001,bye) stopping destroy", script.take().c_str());
}

TEST(plugin_instance, OnlyOnOpenIsNeeded) {
  wsp_plugin bare{};
  bare.struct_size = sizeof bare;
  bare.name = "bare";
  bare.on_open = [](void*, wsp_session, const wsp_request*, void** state) -> wsp_status {
    *state = nullptr;
    return WSP_OK;
  };
  Stage stage(bare);
  auto& seat = stage.connect();
  stage.say(seat, "hi");
  stage.say_binary(seat, "hi");
  stage.instance->announce_stop();
  seat.peer.send(ws::protocol::test::close_frame(1000));
  stage.turn();
  STRCMP_EQUAL("close(1000,) end", seat.peer.frames().c_str());
}

TEST(plugin_instance, AFailedCreateIsToldAndNothingFollows) {
  for (const wsp_status status : std::vector<wsp_status>{WSP_E_FAILED, WSP_E_INVALID, 12345, -99}) {
    ws::test::ManualClock clock;
    ws::test::LinesLog log;
    HandRuntime runtime(log, clock, 1, 1 << 20);
    std::string error;
    script.when_created = [&](const wsp_host*) { return status; };
    PluginInstance instance({PluginLibrary::wrap(table, error), "/ws", {}, ""}, runtime);
    CHECK_FALSE(instance.create());
    CHECK_TRUE(log.has("create failed with status " + std::to_string(status)));
    instance.destroy();
    STRCMP_EQUAL("", script.take().c_str());
  }
}

TEST(plugin_instance, AThrowingCreateIsAFailedOne) {
  ws::test::ManualClock clock;
  ws::test::LinesLog log;
  HandRuntime runtime(log, clock, 1, 1 << 20);
  std::string error;
  script.when_created = [](const wsp_host*) -> wsp_status { throw Odd(); };
  PluginInstance instance({PluginLibrary::wrap(table, error), "/ws", {}, ""}, runtime);
  CHECK_FALSE(instance.create());
  CHECK_TRUE(log.has("exception out of create"));
}

TEST(plugin_instance, TheConfigurationReachesCreate) {
  static std::string seen;
  table.create = [](const wsp_host*, const wsp_config* config, void** self) -> wsp_status {
    *self = nullptr;
    seen = std::string(config->location) + ":";
    for (uint32_t i = 0; i < config->option_count; ++i)
      seen += std::string(config->options[i].name) + "=" + config->options[i].value + ";";
    return WSP_OK;
  };
  table.destroy = nullptr;
  ws::test::ManualClock clock;
  ws::test::LinesLog log;
  HandRuntime runtime(log, clock, 1, 1 << 20);
  std::string error;
  PluginInstance instance(
      {PluginLibrary::wrap(table, error), "/ws", {{"a", "1"}, {"b", "x y"}}, ""}, runtime);
  CHECK_TRUE(instance.create());
  STRCMP_EQUAL("/ws:a=1;b=x y;", seen.c_str());
  seen = std::string();
}

TEST(plugin_instance, ARefusedOpenEndsWith1011AndNoOnClose) {
  Stage stage(table);
  for (const wsp_status status : std::vector<wsp_status>{WSP_E_FAILED, WSP_E_GONE, 12345}) {
    script.when_opened = [&](wsp_session id) {
      // Whatever it began ends too.
      CHECK_EQUAL(WSP_OK, script.host->subscribe(script.host, id, bytes("room")));
      return status;
    };
    auto& seat = stage.connect();
    STRCMP_EQUAL("close(1011,) end", seat.peer.frames().c_str());
    seat.peer.close();
    stage.turn();
    STRCMP_EQUAL("open", script.take().c_str());
  }
}

TEST(plugin_instance, R15_AnExceptionEndsItsSessionOnly) {
  Stage stage(table);
  auto& bystander = stage.connect();
  script.when_message = [](wsp_session, const wsp_message& message) {
    if (text_of(message.payload) == "std") throw std::runtime_error("secret\n");
    if (text_of(message.payload) == "odd") throw Odd();
  };
  for (const char* kind : {"std", "odd"}) {
    auto& seat = stage.connect();
    script.take();
    stage.say(seat, kind);
    STRCMP_EQUAL("close(1011,)", seat.peer.frames().c_str());
    seat.peer.close();
    stage.turn();
    STRCMP_EQUAL(("text(" + std::string(kind) + ") close(1006,)").c_str(), script.take().c_str());
  }
  CHECK_TRUE(stage.log.has("exception out of on_message: secret\\x0a"));
  stage.say(bystander, "fine");
  STRCMP_EQUAL("text(fine)", script.take().c_str());
}

TEST(plugin_instance, ExceptionsElsewhereAreStoppedToo) {
  script.when_opened = [](wsp_session) -> wsp_status { throw Odd(); };
  script.when_closed = [](wsp_session, uint16_t) { throw std::runtime_error("in on_close"); };
  Stage stage(table);
  auto& seat = stage.connect();
  STRCMP_EQUAL("close(1011,) end", seat.peer.frames().c_str());
  script.when_opened = nullptr;
  auto& second = stage.connect();
  second.peer.close();
  stage.turn();
  CHECK_TRUE(stage.log.has("exception out of on_open"));
  CHECK_TRUE(stage.log.has("exception out of on_close: in on_close"));
}

TEST(plugin_instance, AcceptsOnlyWhatThePluginTakes) {
  table.accepts = WSP_ACCEPT_TEXT;
  Stage stage(table);
  auto& seat = stage.connect();
  stage.say(seat, "text");
  stage.say_binary(seat, "binary");
  STRCMP_EQUAL("close(1003,) end", seat.peer.frames().c_str());
  STRCMP_EQUAL("open text(text) close(1003,)", script.take().c_str());
}

TEST(plugin_instance, EqualLimitsShareTheirSettings) {
  Stage stage(table);
  const ws::session::SessionLimits limits;
  ws::session::SessionLimits others;
  others.send_queue = 1;
  const auto& first = stage.instance->settings(limits, stage.log);
  const auto& other = stage.instance->settings(others, stage.log);
  POINTERS_EQUAL(&first, &stage.instance->settings(limits, stage.log));
  CHECK_TRUE(&first != &other);
  CHECK_EQUAL(1u, other.limits.send_queue);
  ws::test::LinesLog log;
  CHECK_TRUE(&first != &stage.instance->settings(limits, log));
  STRCMP_EQUAL("scripted", first.plugin_name.c_str());
}

TEST_GROUP(plugin_handshake) {
  Script script;
  wsp_plugin table = scripted_plugin(script);

  HandshakeDecision shake(Stage & stage, StoredRequest & request,
                          const std::vector<std::string_view>& offered = {}) {
    return stage.instance->handshake(request, offered);
  }
};

TEST(plugin_handshake, ChoosesASubprotocolInTheClientsOrder) {
  static const char* const kNames[] = {"one", "two", nullptr};
  table.subprotocols = kNames;
  Stage stage(table);
  struct Row {
    std::vector<std::string_view> offered;
    const char* chosen;
  };
  const Row rows[] = {
      {{"two", "one"}, "two"}, {{"three", "one"}, "one"}, {{"three"}, ""}, {{}, ""}};
  for (const Row& row : rows) {
    std::string shown = "?";
    script.when_shaking_hands = [&](const wsp_request& request, wsp_answer*) {
      shown = text_of(request.subprotocol);
      return WSP_OK;
    };
    StoredRequest request{RequestParts{}};
    const HandshakeDecision decision = shake(stage, request, row.offered);
    CHECK_EQUAL(101, decision.status);
    STRCMP_EQUAL(row.chosen, decision.subprotocol.c_str());
    STRCMP_EQUAL(row.chosen, shown.c_str());
    CHECK_TRUE(text_of(request.view().subprotocol) == row.chosen);
  }
}

TEST(plugin_handshake, ThePluginsChoiceReachesOnOpensRequest) {
  script.when_shaking_hands = [](const wsp_request&, wsp_answer* answer) {
    return answer->select_subprotocol(answer, bytes("two"));
  };
  Stage stage(table);
  StoredRequest request{RequestParts{}};
  STRCMP_EQUAL("two", shake(stage, request, {"one", "two"}).subprotocol.c_str());
  CHECK_TRUE(text_of(request.view().subprotocol) == "two");
}

TEST(plugin_handshake, WithoutOnHandshakeEverybodyComesIn) {
  table.on_handshake = nullptr;
  Stage stage(table);
  StoredRequest request{RequestParts{}};
  CHECK_EQUAL(101, shake(stage, request).status);
}

TEST(plugin_handshake, AnExceptionIs500) {
  script.when_shaking_hands = [](const wsp_request&, wsp_answer* answer) -> wsp_status {
    answer->add_header(answer, bytes("X"), bytes("y"));
    throw Odd();
  };
  Stage stage(table);
  StoredRequest request{RequestParts{}};
  const HandshakeDecision decision = shake(stage, request);
  CHECK_EQUAL(500, decision.status);
  CHECK_TRUE(decision.headers.empty());
  CHECK_TRUE(stage.log.has("exception out of on_handshake"));
}

TEST_GROUP(plugin_delivery) { Script script; };

TEST(plugin_delivery, GivesEachMessageItsFormOnce) {
  std::string seen;
  script.when_delivered = [&](wsp_delivery* d) {
    seen += std::string(text_of(d->channel)) + "/" + std::string(text_of(d->payload)) + "/" +
            std::to_string(d->position.offset) + " ";
    CHECK_TRUE(d->time_ms > 0 && d->position.epoch != 0 && d->opcode == WSP_TEXT);
    const std::string wire = "<" + std::string(text_of(d->payload)) + ">";
    CHECK_EQUAL(WSP_OK, d->replace(d, WSP_TEXT, bytes(wire)));
    CHECK_EQUAL(WSP_E_INVALID, d->replace(d, WSP_TEXT, bytes(wire)));
    return WSP_OK;
  };
  Stage stage(delivering_plugin(script));
  auto& ann = stage.connect();
  auto& bob = stage.connect();
  const wsp_host* const host = script.host;
  stage.on_loop(ann, [&] {
    for (auto* seat : {&ann, &bob})
      CHECK_EQUAL(WSP_OK, host->subscribe(host, seat->id, bytes("room")));
    CHECK_EQUAL(WSP_OK, host->publish(host, bytes("room"), WSP_TEXT, bytes("a"), 0));
    CHECK_EQUAL(WSP_OK, host->publish(host, bytes("room"), WSP_TEXT, bytes("b"), 0));
  });
  STRCMP_EQUAL("room/a/1 room/b/2 ", seen.c_str());
  STRCMP_EQUAL("text(<a>) text(<b>)", ann.peer.frames().c_str());
  STRCMP_EQUAL("text(<a>) text(<b>)", bob.peer.frames().c_str());
}

TEST(plugin_delivery, WhatFailsIsDroppedThere) {
  script.when_delivered = [&](wsp_delivery* d) -> wsp_status {
    const std::string_view payload = text_of(d->payload);
    if (payload == "drop") return WSP_E_FAILED;
    if (payload == "throw") throw Odd();
    if (payload == "bad") {
      CHECK_EQUAL(WSP_E_INVALID, d->replace(d, WSP_TEXT, bytes("\xFF")));
      CHECK_EQUAL(WSP_E_INVALID, d->replace(d, 9, bytes("x")));
      CHECK_EQUAL(WSP_OK, d->replace(d, WSP_BINARY, bytes("\xFF")));
    }
    return WSP_OK;
  };
  Stage stage(delivering_plugin(script));
  auto& ann = stage.connect();
  const wsp_host* const host = script.host;
  stage.on_loop(ann, [&] {
    CHECK_EQUAL(WSP_OK, host->subscribe(host, ann.id, bytes("room")));
    for (const char* text : {"1", "drop", "throw", "bad", "2"})
      CHECK_EQUAL(WSP_OK, host->publish(host, bytes("room"), WSP_TEXT, bytes(text), 0));
  });
  STRCMP_EQUAL("text(1) binary(1) text(2)", ann.peer.frames().c_str());
}
