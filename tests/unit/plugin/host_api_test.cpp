// Each call of wsp_host, on the session's own thread.
#include "plugin/host_api.h"

#include <sys/socket.h>

#include <string>

#include "protocol/support/client_frames.h"
#include "stage.h"

#include <CppUTest/TestHarness.h>

using namespace ws::plugin;
using namespace ws::plugin::test;

TEST_GROUP(host_api) {
  Script script;
  Stage stage{scripted_plugin(script)};

  const wsp_host* host() const { return script.host; }
  wsp_status send(wsp_session id, std::string_view text, wsp_opcode opcode = WSP_TEXT) {
    return host()->send(host(), id, opcode, bytes(text));
  }
  wsp_status close(wsp_session id, uint16_t code, std::string_view reason = "") {
    return host()->close(host(), id, code, bytes(reason));
  }
  wsp_status publish(std::string_view channel, std::string_view text, wsp_session except = 0) {
    return host()->publish(host(), bytes(channel), WSP_TEXT, bytes(text), except);
  }
  wsp_status subscribe(wsp_session id, std::string_view channel) {
    return host()->subscribe(host(), id, bytes(channel));
  }
  wsp_status unsubscribe(wsp_session id, std::string_view channel) {
    return host()->unsubscribe(host(), id, bytes(channel));
  }
};

TEST(host_api, TheTableIsWhole) {
  CHECK_EQUAL(sizeof(wsp_host), host()->struct_size);
  CHECK_EQUAL(WSP_ABI_MINOR, host()->abi_minor);
  CHECK_TRUE(host()->log && host()->send && host()->close && host()->subscribe &&
             host()->unsubscribe && host()->publish && host()->get_extension &&
             host()->pause_input && host()->resume_input && host()->queued_bytes);
  for (const char* id : {WSP_TIMER_1, WSP_WORK_1, WSP_HISTORY_1, WSP_PRESENCE_1}) {
    const void* const extension = host()->get_extension(host(), id);
    CHECK_TRUE(extension != nullptr);
    CHECK_TRUE(*static_cast<const uint32_t*>(extension) > 4);
  }
  for (const char* id : {"", "wsp.timer/2", "wsp.timer", "wsp.timer/1 ", "nosuch/1"})
    CHECK_TRUE(host()->get_extension(host(), id) == nullptr);
  CHECK_TRUE(host()->get_extension(host(), nullptr) == nullptr);
}

TEST(host_api, SendsTextAndBinary) {
  script.when_message = [&](wsp_session id, const wsp_message& message) {
    CHECK_EQUAL(WSP_OK, host()->send(host(), id, message.opcode, message.payload));
    CHECK_EQUAL(WSP_OK, send(id, "more"));
  };
  auto& seat = stage.connect();
  stage.say(seat, "h\xC3\xA4llo");
  stage.say_binary(seat, "\xFF\xFE");
  STRCMP_EQUAL("text(h\xC3\xA4llo) text(more) binary(2) text(more)", seat.peer.frames().c_str());
}

TEST(host_api, RefusesTextThatIsNotUtf8AndUnknownOpcodes) {
  auto& seat = stage.connect();
  stage.on_loop(seat, [&] {
    CHECK_EQUAL(WSP_E_INVALID, send(seat.id, "\xFF"));
    CHECK_EQUAL(WSP_E_INVALID, send(seat.id, "cut\xC3"));
    for (const wsp_opcode opcode : {0, 3, 8, 9, 10, -1, 129})
      CHECK_EQUAL(WSP_E_INVALID, send(seat.id, "x", opcode));
    CHECK_EQUAL(WSP_E_INVALID, host()->send(host(), seat.id, WSP_TEXT, {nullptr, 3}));
    CHECK_EQUAL(WSP_OK, host()->send(host(), seat.id, WSP_TEXT, {nullptr, 0}));
  });
  STRCMP_EQUAL("text()", seat.peer.frames().c_str());
}

TEST(host_api, APartOfTheMessageAtHandIsSentOnlyIfItIsText) {
  script.when_message = [&](wsp_session id, const wsp_message& message) {
    const std::string_view text = text_of(message.payload);
    CHECK_EQUAL(WSP_OK, send(id, text.substr(0, 3)));
    CHECK_EQUAL(WSP_E_INVALID, send(id, text.substr(0, 2)));
    CHECK_EQUAL(WSP_E_INVALID, send(id, text.substr(2)));
    CHECK_EQUAL(WSP_OK, send(id, text.substr(3)));
  };
  auto& seat = stage.connect();
  stage.say(seat, "a\xC3\xA4z");
  STRCMP_EQUAL("text(a\xC3\xA4) text(z)", seat.peer.frames().c_str());
}

TEST(host_api, BinaryMessagesAreNoCheckedText) {
  script.when_message = [&](wsp_session id, const wsp_message& message) {
    CHECK_EQUAL(WSP_E_INVALID, host()->send(host(), id, WSP_TEXT, message.payload));
  };
  auto& seat = stage.connect();
  stage.say_binary(seat, "\xFF\xFE");
  STRCMP_EQUAL("", seat.peer.frames().c_str());
}

TEST(host_api, AGoneSessionIsGoneForEveryCall) {
  auto& seat = stage.connect();
  auto& other = stage.connect();
  seat.peer.close();
  stage.turn();
  STRCMP_EQUAL("open open close(1006,)", script.take().c_str());
  const wsp_session ids[] = {seat.id,
                             0,
                             1,
                             UINT64_MAX,
                             seat.id + 1,
                             seat.id ^ (1ull << 30),
                             seat.id ^ (1ull << 44),
                             other.id ^ (1ull << 50)};
  stage.on_loop(other, [&] {
    for (const wsp_session id : ids) {
      size_t queued = 0;
      CHECK_EQUAL(WSP_E_GONE, send(id, "x"));
      CHECK_EQUAL(WSP_E_GONE, close(id, 1000));
      CHECK_EQUAL(WSP_E_GONE, subscribe(id, "room"));
      CHECK_EQUAL(WSP_E_GONE, unsubscribe(id, "room"));
      CHECK_EQUAL(WSP_E_GONE, host()->pause_input(host(), id));
      CHECK_EQUAL(WSP_E_GONE, host()->resume_input(host(), id));
      CHECK_EQUAL(WSP_E_GONE, host()->queued_bytes(host(), id, &queued));
    }
    CHECK_EQUAL(WSP_OK, send(other.id, "still here"));
  });
  STRCMP_EQUAL("text(still here)", other.peer.frames().c_str());
}

TEST(host_api, ANumberIsNotUsedAgainSoon) {
  auto& seat = stage.connect();
  const wsp_session old = seat.id;
  seat.peer.close();
  stage.turn();
  for (int i = 0; i < 100; ++i) {
    auto& next = stage.connect();
    CHECK_TRUE(next.id != old);
    next.peer.close();
    stage.turn();
  }
}

TEST(host_api, ClosesWithCodeAndReason) {
  auto& seat = stage.connect();
  stage.on_loop(seat, [&] {
    CHECK_EQUAL(WSP_OK, close(seat.id, 4321, "bye"));
    CHECK_EQUAL(WSP_OK, close(seat.id, 1000, "again"));
    CHECK_EQUAL(WSP_E_GONE, send(seat.id, "late"));
    CHECK_EQUAL(WSP_E_GONE, subscribe(seat.id, "room"));
  });
  STRCMP_EQUAL("close(4321,bye)", seat.peer.frames().c_str());
  STRCMP_EQUAL("open", script.take().c_str());
  seat.peer.send(ws::protocol::test::close_frame(4321, "ok"));
  stage.turn();
  STRCMP_EQUAL("close(4321,ok)", script.take().c_str());
  STRCMP_EQUAL("end", seat.peer.frames().c_str());
}

TEST(host_api, KnowsWhichCodesMayBeSent) {
  auto& seat = stage.connect();
  stage.on_loop(seat, [&] {
    for (const uint16_t code : {0, 999, 1004, 1005, 1006, 1010, 1015, 1016, 2999, 5000, 65535})
      CHECK_EQUAL(WSP_E_INVALID, close(seat.id, code));
    CHECK_EQUAL(WSP_E_INVALID, host()->close(host(), seat.id, 1000, {nullptr, 3}));
    CHECK_EQUAL(WSP_OK, send(seat.id, "open"));
  });
  for (const uint16_t code : {1000, 1001, 1002, 1003, 1007, 1014, 3000, 4999}) {
    auto& one = stage.connect();
    stage.on_loop(one, [&] { CHECK_EQUAL(WSP_OK, close(one.id, code)); });
    STRCMP_EQUAL(("close(" + std::to_string(code) + ",)").c_str(), one.peer.frames().c_str());
  }
}

TEST(host_api, ReasonsAreCutAndMended) {
  auto& seat = stage.connect();
  std::string reason(122, 'r');
  reason += "\xE2\x82\xAC";
  stage.on_loop(seat, [&] { CHECK_EQUAL(WSP_OK, close(seat.id, 1000, reason)); });
  STRCMP_EQUAL(("close(1000," + std::string(122, 'r') + ")").c_str(), seat.peer.frames().c_str());
  auto& other = stage.connect();
  stage.on_loop(other, [&] { CHECK_EQUAL(WSP_OK, close(other.id, 1000, "a\xFFz")); });
  STRCMP_EQUAL("close(1000,a\xEF\xBF\xBDz)", other.peer.frames().c_str());
}

TEST(host_api, MayBeUsedInOnOpenAndNoMoreInOnClose) {
  script.when_opened = [&](wsp_session id) {
    CHECK_EQUAL(WSP_OK, send(id, "welcome"));
    CHECK_EQUAL(WSP_OK, subscribe(id, "room"));
    return WSP_OK;
  };
  script.when_closed = [&](wsp_session id, uint16_t) {
    CHECK_EQUAL(WSP_E_GONE, send(id, "x"));
    CHECK_EQUAL(WSP_E_GONE, close(id, 1000));
    CHECK_EQUAL(WSP_E_GONE, subscribe(id, "room"));
    CHECK_EQUAL(WSP_OK, publish("room", "somebody left"));
  };
  auto& ann = stage.connect();
  auto& bob = stage.connect();
  bob.peer.close();
  stage.turn();
  STRCMP_EQUAL("text(welcome) text(somebody left)", ann.peer.frames().c_str());
}

TEST(host_api, ClosesInOnOpen) {
  script.when_opened = [&](wsp_session id) {
    CHECK_EQUAL(WSP_OK, close(id, 4000, "no"));
    return WSP_OK;
  };
  auto& seat = stage.connect();
  STRCMP_EQUAL("close(4000,no)", seat.peer.frames().c_str());
  seat.peer.close();
  stage.turn();
  STRCMP_EQUAL("open close(1006,)", script.take().c_str());
}

TEST(host_api, PublishesToSubscribersOfTheChannel) {
  auto& ann = stage.connect();
  auto& bob = stage.connect();
  auto& eve = stage.connect();
  stage.on_loop(ann, [&] {
    CHECK_EQUAL(WSP_OK, subscribe(ann.id, "room"));
    CHECK_EQUAL(WSP_OK, subscribe(ann.id, "room"));
    CHECK_EQUAL(WSP_OK, subscribe(bob.id, "room"));
    CHECK_EQUAL(WSP_OK, publish("room", "1"));
    CHECK_EQUAL(WSP_OK, publish("room", "2", ann.id));
    CHECK_EQUAL(WSP_OK, unsubscribe(eve.id, "room"));
  });
  STRCMP_EQUAL("text(1)", ann.peer.frames().c_str());
  STRCMP_EQUAL("text(1) text(2)", bob.peer.frames().c_str());
  STRCMP_EQUAL("", eve.peer.frames().c_str());
  stage.on_loop(ann, [&] {
    CHECK_EQUAL(WSP_OK, unsubscribe(ann.id, "room"));
    CHECK_EQUAL(WSP_OK, publish("room", "3"));
    CHECK_EQUAL(WSP_OK, host()->publish(host(), bytes("room"), WSP_BINARY, bytes("\xFF"), 0));
  });
  STRCMP_EQUAL("", ann.peer.frames().c_str());
  STRCMP_EQUAL("text(3) binary(1)", bob.peer.frames().c_str());
}

TEST(host_api, RefusesBadChannelNamesEverywhere) {
  auto& seat = stage.connect();
  stage.on_loop(seat, [&] {
    for (const std::string& name :
         {std::string(), std::string(256, 'x'), std::string("a b"), std::string("a\nb"),
          std::string("\xFF"), std::string(1, '\0')}) {
      CHECK_EQUAL(WSP_E_INVALID, subscribe(seat.id, name));
      CHECK_EQUAL(WSP_E_INVALID, unsubscribe(seat.id, name));
      CHECK_EQUAL(WSP_E_INVALID, publish(name, "x"));
    }
    CHECK_EQUAL(WSP_E_INVALID, host()->subscribe(host(), seat.id, {nullptr, 3}));
    CHECK_EQUAL(WSP_E_INVALID, publish("room", "\xFF"));
    CHECK_EQUAL(WSP_E_INVALID, host()->publish(host(), bytes("room"), 7, bytes("x"), 0));
  });
}

TEST(host_api, PausedInputWaitsAndOrderStays) {
  script.when_message = [&](wsp_session id, const wsp_message& message) {
    if (text_of(message.payload) == "1") CHECK_EQUAL(WSP_OK, host()->pause_input(host(), id));
  };
  auto& seat = stage.connect();
  using namespace ws::protocol::test;
  seat.peer.send(frame(kText, "1") + frame(kText, "2"));
  stage.turn();
  seat.peer.send(frame(kText, "3"));
  stage.turn();
  STRCMP_EQUAL("open text(1)", script.take().c_str());
  stage.on_loop(seat, [&] { CHECK_EQUAL(WSP_OK, host()->resume_input(host(), seat.id)); });
  stage.turn();
  STRCMP_EQUAL("text(2) text(3)", script.take().c_str());
}

TEST(host_api, AFullQueueIsToldAndDrainFollows) {
  stage.limits.send_queue = 20'000;
  stage.limits.slow_client = ws::session::SlowClient::drop;
  auto& seat = stage.connect();
  const std::string payload(10'000, 'p');
  size_t queued = 0;
  int sent = 0;
  stage.on_loop(seat, [&] {
    CHECK_EQUAL(WSP_OK, host()->queued_bytes(host(), seat.id, &queued));
    CHECK_EQUAL(0u, queued);
    wsp_status status = WSP_OK;
    for (; sent < 1000 && status == WSP_OK; ++sent) status = send(seat.id, payload);
    CHECK_EQUAL(WSP_E_FULL, status);
    --sent;
    CHECK_EQUAL(WSP_OK, host()->queued_bytes(host(), seat.id, &queued));
    CHECK_TRUE(queued >= 20'000 && queued < 20'000 + 2 * 10'004);
    CHECK_EQUAL(WSP_E_INVALID, host()->queued_bytes(host(), seat.id, nullptr));
  });
  STRCMP_EQUAL("open", script.take().c_str());
  size_t got = 0;
  for (int i = 0; i < 200; ++i) {
    const std::string frames = seat.peer.frames();
    for (size_t at = frames.find("text("); at != std::string::npos;
         at = frames.find("text(", at + 1))
      ++got;
    stage.turn();
  }
  CHECK_EQUAL(static_cast<size_t>(sent), got);
  STRCMP_EQUAL("drain", script.take().c_str());
}

TEST(host_api, ASlowClientIsClosedByPolicy) {
  stage.limits.send_queue = 20'000;
  auto& seat = stage.connect();
  const std::string payload(10'000, 'p');
  stage.on_loop(seat, [&] {
    wsp_status status = WSP_OK;
    for (int i = 0; i < 1000 && status == WSP_OK; ++i) status = send(seat.id, payload);
    CHECK_EQUAL(WSP_E_FULL, status);
    CHECK_EQUAL(WSP_E_GONE, send(seat.id, "x"));
  });
  std::string all;
  for (int i = 0; i < 200; ++i) {
    all += seat.peer.frames();
    stage.turn();
  }
  CHECK_TRUE(all.find("close(1013,") != std::string::npos);
}

TEST(host_api, LogsALineWithThePluginsName) {
  host()->log(host(), WSP_LOG_INFO, bytes("line\r\nwith \x1B"));
  CHECK_TRUE(stage.log.has("plugin scripted: line\\x0d\\x0awith \\x1b"));
  host()->log(host(), 99, bytes("odd level"));
  host()->log(host(), WSP_LOG_ERROR, {nullptr, 5});
}

TEST(host_api, SessionsOfAnotherInstanceAreNotReached) {
  Script other_script;
  Stage other{scripted_plugin(other_script)};
  auto& seat = stage.connect();
  // Two instances of one process: the same loops.
  std::string error;
  const wsp_plugin table = scripted_plugin(other_script);
  PluginInstance stranger({PluginLibrary::wrap(table, error), "/other", {}, "example.org"},
                          stage.runtime);
  CHECK_TRUE(stranger.create());
  stage.on_loop(seat, [&] {
    const wsp_host* const strange = other_script.host;
    CHECK_EQUAL(WSP_E_GONE, strange->send(strange, seat.id, WSP_TEXT, bytes("x")));
    CHECK_EQUAL(WSP_E_GONE, strange->subscribe(strange, seat.id, bytes("room")));
    CHECK_EQUAL(WSP_OK, subscribe(seat.id, "room"));
    // But channels of a namespace are common.
    CHECK_EQUAL(WSP_OK, strange->publish(strange, bytes("room"), WSP_TEXT, bytes("shared"), 0));
  });
  stranger.destroy();
  STRCMP_EQUAL("text(shared)", seat.peer.frames().c_str());
}

TEST(host_api, NamespacesDoNotMix) {
  auto& seat = stage.connect();
  Script other_script;
  std::string error;
  const wsp_plugin table = scripted_plugin(other_script);
  PluginInstance stranger({PluginLibrary::wrap(table, error), "/ws/test", {}, "example.net"},
                          stage.runtime);
  CHECK_TRUE(stranger.create());
  stage.on_loop(seat, [&] {
    const wsp_host* const strange = other_script.host;
    CHECK_EQUAL(WSP_OK, subscribe(seat.id, "room"));
    CHECK_EQUAL(WSP_OK, strange->publish(strange, bytes("room"), WSP_TEXT, bytes("other"), 0));
    CHECK_EQUAL(WSP_OK, publish("room", "own"));
  });
  stranger.destroy();
  STRCMP_EQUAL("text(own)", seat.peer.frames().c_str());
}

TEST_GROUP(host_api_loops) {
  Script script;
  Stage stage{scripted_plugin(script),
              {.loops = 3, .mailbox_limit = 1 << 20, .channel_namespace = "example.org"}};
};

TEST(host_api_loops, SessionsOfAllLoopsReachEachOther) {
  auto& a = stage.connect(0);
  auto& b = stage.connect(1);
  auto& c = stage.connect(2);
  const wsp_host* const host = script.host;
  for (auto* seat : {&a, &b, &c})
    stage.on_loop(*seat,
                  [&] { CHECK_EQUAL(WSP_OK, host->subscribe(host, seat->id, bytes("room"))); });
  stage.on_loop(a, [&] {
    CHECK_EQUAL(WSP_OK, host->publish(host, bytes("room"), WSP_TEXT, bytes("hi"), b.id));
  });
  STRCMP_EQUAL("text(hi)", a.peer.frames().c_str());
  STRCMP_EQUAL("", b.peer.frames().c_str());
  STRCMP_EQUAL("text(hi)", c.peer.frames().c_str());
}
