// wsp.timer/1: delays, repetition, and when a timer ends.
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "stage.h"

#include <CppUTest/TestHarness.h>

using namespace ws::plugin;
using namespace ws::plugin::test;

namespace {

void call(void* arg) { (*static_cast<std::function<void()>*>(arg))(); }

}  // namespace

TEST_GROUP(timer_api) {
  Script script;
  Stage stage{scripted_plugin(script)};
  std::function<void()> tick = [this] { script.add("tick"); };

  wsp_status start(wsp_session id, uint32_t delay_ms, uint32_t repeat_ms, wsp_timer & timer) {
    return script.extension<wsp_timer_1>(WSP_TIMER_1)
        .start(script.host, id, delay_ms, repeat_ms, call, &tick, &timer);
  }
  wsp_status stop(wsp_timer timer) {
    return script.extension<wsp_timer_1>(WSP_TIMER_1).stop(script.host, timer);
  }
  size_t left() { return stage.runtime.loop_at(0)->timers.size(); }
};

TEST(timer_api, CallsOnceAfterTheDelay) {
  auto& seat = stage.connect();
  script.take();
  wsp_timer timer = 0;
  stage.on_loop(seat, [&] { CHECK_EQUAL(WSP_OK, start(seat.id, 1000, 0, timer)); });
  CHECK_TRUE(timer != 0);
  stage.pass(999);
  STRCMP_EQUAL("", script.take().c_str());
  stage.pass(51);
  STRCMP_EQUAL("tick", script.take().c_str());
  stage.pass(5000);
  STRCMP_EQUAL("", script.take().c_str());
  stage.on_loop(seat, [&] { CHECK_EQUAL(WSP_E_GONE, stop(timer)); });
  CHECK_EQUAL(0u, left());
}

TEST(timer_api, EndsWhenItsPluginIsSwitchedOff) {
  const auto roll = std::make_unique<DeathRoll>();
  DeathRecord& record = *roll->record(1);
  const Suspect chat{"chat", "/ws/chat", &record};
  LoopTimers& timers = stage.runtime.loop_at(0)->timers;
  timers.schedule(timers.make({.owner = &chat,
                               .delay_ms = 100,
                               .repeat_ms = 100,
                               .fn = call,
                               .arg = &tick,
                               .suspect = &chat}));
  stage.pass(150);
  STRCMP_EQUAL("tick", script.take().c_str());
  record.add(1, 5000);
  record.add(1, 5000);
  stage.pass(1000);
  STRCMP_EQUAL("", script.take().c_str());
  CHECK_EQUAL(0u, left());
}

TEST(timer_api, RepeatsUntilStopped) {
  auto& seat = stage.connect();
  script.take();
  wsp_timer timer = 0;
  stage.on_loop(seat, [&] { CHECK_EQUAL(WSP_OK, start(seat.id, 100, 500, timer)); });
  stage.pass(1400);
  STRCMP_EQUAL("tick tick tick", script.take().c_str());
  stage.on_loop(seat, [&] {
    CHECK_EQUAL(WSP_OK, stop(timer));
    CHECK_EQUAL(WSP_E_GONE, stop(timer));
  });
  stage.pass(5000);
  STRCMP_EQUAL("", script.take().c_str());
  CHECK_EQUAL(0u, left());
}

TEST(timer_api, MayStopItselfAndStartOthersInItsCall) {
  auto& seat = stage.connect();
  script.take();
  wsp_timer timer = 0;
  int calls = 0;
  tick = [&] {
    script.add("tick");
    if (++calls == 2) {
      CHECK_EQUAL(WSP_OK, stop(timer));
      CHECK_EQUAL(WSP_E_GONE, stop(timer));
    }
  };
  stage.on_loop(seat, [&] { CHECK_EQUAL(WSP_OK, start(seat.id, 50, 50, timer)); });
  stage.pass(1000);
  STRCMP_EQUAL("tick tick", script.take().c_str());

  calls = 0;
  tick = [&] {
    script.add("tick");
    wsp_timer next = 0;
    if (++calls < 3) CHECK_EQUAL(WSP_OK, start(seat.id, 100, 0, next));
  };
  stage.on_loop(seat, [&] { CHECK_EQUAL(WSP_OK, start(seat.id, 0, 0, timer)); });
  stage.pass(1000);
  STRCMP_EQUAL("tick tick tick", script.take().c_str());
  CHECK_EQUAL(0u, left());
}

TEST(timer_api, EndsWithItsSessionBeforeOnClose) {
  auto& seat = stage.connect();
  wsp_timer timer = 0;
  stage.on_loop(seat, [&] { CHECK_EQUAL(WSP_OK, start(seat.id, 100, 100, timer)); });
  script.when_closed = [&](wsp_session id, uint16_t) {
    CHECK_EQUAL(WSP_E_GONE, stop(timer));
    wsp_timer late = 0;
    CHECK_EQUAL(WSP_E_GONE, start(id, 1, 0, late));
  };
  seat.peer.close();
  stage.turn();
  STRCMP_EQUAL("open close(1006,)", script.take().c_str());
  stage.pass(1000);
  STRCMP_EQUAL("", script.take().c_str());
  CHECK_EQUAL(0u, left());
}

TEST(timer_api, AGoneSessionHasNoTimers) {
  auto& seat = stage.connect();
  wsp_timer timer = 77;
  CHECK_EQUAL(WSP_E_GONE, start(seat.id ^ (1ull << 30), 1, 0, timer));
  seat.peer.close();
  stage.turn();
  CHECK_EQUAL(WSP_E_GONE, start(seat.id, 1, 0, timer));
  CHECK_EQUAL(77u, timer);
  CHECK_EQUAL(WSP_E_GONE, stop(0));
  CHECK_EQUAL(WSP_E_GONE, stop(12345));
  CHECK_EQUAL(WSP_E_GONE, stop(UINT64_MAX));
}

TEST(timer_api, ArgumentsAreChecked) {
  const auto& table = script.extension<wsp_timer_1>(WSP_TIMER_1);
  wsp_timer timer = 0;
  CHECK_EQUAL(WSP_E_INVALID, table.start(script.host, 0, 1, 0, nullptr, nullptr, &timer));
  CHECK_EQUAL(WSP_E_INVALID, table.start(script.host, 0, 1, 0, call, &tick, nullptr));
}

TEST(timer_api, ThePluginsOwnNeedNoSession) {
  wsp_timer timer = 0;
  std::thread([&] { CHECK_EQUAL(WSP_OK, start(0, 100, 100, timer)); }).join();
  CHECK_TRUE(stage.runtime.starts > 0);
  stage.turn();
  stage.pass(450);
  STRCMP_EQUAL("tick tick tick tick", script.take().c_str());
  CHECK_EQUAL(WSP_OK, stop(timer));
  stage.turn();
  stage.pass(1000);
  STRCMP_EQUAL("", script.take().c_str());
  CHECK_EQUAL(0u, left());
}

TEST(timer_api, WithoutThreadsThereAreNone) {
  stage.runtime.can_start = false;
  wsp_timer timer = 0;
  std::thread([&] { CHECK_EQUAL(WSP_E_FAILED, start(0, 100, 0, timer)); }).join();
  CHECK_EQUAL(0u, left());
}

TEST(timer_api, OtherThreadsStartAndStopThem) {
  auto& seat = stage.connect();
  script.take();
  wsp_timer first = 0;
  wsp_timer second = 0;
  std::thread([&] {
    CHECK_EQUAL(WSP_OK, start(seat.id, 100, 100, first));
    CHECK_EQUAL(WSP_OK, start(seat.id, 100, 100, second));
    CHECK_EQUAL(WSP_OK, stop(second));
    CHECK_EQUAL(WSP_E_GONE, stop(second));
  }).join();
  stage.turn();
  stage.pass(200);
  STRCMP_EQUAL("tick tick", script.take().c_str());
  std::thread([&] { CHECK_EQUAL(WSP_OK, stop(first)); }).join();
  stage.pass(1000);
  STRCMP_EQUAL("", script.take().c_str());
  CHECK_EQUAL(0u, left());
}

TEST(timer_api, OfAnotherThreadForASessionThatEndsMeanwhileNeverCalls) {
  auto& seat = stage.connect();
  wsp_timer timer = 0;
  std::thread([&] { CHECK_EQUAL(WSP_OK, start(seat.id, 0, 50, timer)); }).join();
  stage.session(seat)->drop("the test says so");
  script.take();
  stage.turn();
  stage.pass(1000);
  STRCMP_EQUAL("", script.take().c_str());
  CHECK_EQUAL(0u, left());
}

TEST(timer_api, ManyShortOnesLeaveNothingBehind) {
  auto& seat = stage.connect();
  script.take();
  int calls = 0;
  tick = [&] { ++calls; };
  for (int i = 0; i < 200; ++i) {
    stage.on_loop(seat, [&] {
      for (int k = 0; k < 10; ++k) {
        wsp_timer timer = 0;
        CHECK_EQUAL(WSP_OK, start(seat.id, 0, 0, timer));
      }
    });
    stage.pass(50);
  }
  stage.pass(100);
  CHECK_EQUAL(2000, calls);
  CHECK_EQUAL(0u, left());
}

TEST(timer_api, AnExceptionIsStopped) {
  auto& seat = stage.connect();
  script.take();
  tick = [&] {
    script.add("tick");
    throw 1;
  };
  wsp_timer timer = 0;
  stage.on_loop(seat, [&] { CHECK_EQUAL(WSP_OK, start(seat.id, 50, 50, timer)); });
  stage.pass(250);
  STRNCMP_EQUAL("tick tick", script.take().c_str(), 9);
  CHECK_TRUE(stage.log.has("exception out of a timer"));
}

TEST_GROUP(timer_in_create) {
  Script script;
  std::function<void()> tick = [this] { script.add("tick"); };
};

TEST(timer_in_create, WaitsForItsEnd) {
  wsp_timer timer = 0;
  wsp_timer stopped = 0;
  script.when_created = [&](const wsp_host* host) {
    script.host = host;
    const auto& table = script.extension<wsp_timer_1>(WSP_TIMER_1);
    CHECK_EQUAL(WSP_OK, table.start(host, 0, 0, 0, call, &tick, &timer));
    CHECK_EQUAL(WSP_OK, table.start(host, 0, 0, 0, call, &tick, &stopped));
    CHECK_EQUAL(WSP_OK, table.stop(host, stopped));
    script.add("created");
    return WSP_OK;
  };
  Stage stage(scripted_plugin(script));
  stage.pass(100);
  STRCMP_EQUAL("created tick", script.take().c_str());
}

TEST(timer_in_create, NeverCallsIfThatFails) {
  ws::test::ManualClock clock;
  ws::test::LinesLog log;
  HandRuntime runtime(log, clock, 1, 1 << 20);
  script.when_created = [&](const wsp_host* host) {
    wsp_timer timer = 0;
    script.host = host;
    CHECK_EQUAL(
        WSP_OK,
        script.extension<wsp_timer_1>(WSP_TIMER_1).start(host, 0, 0, 50, call, &tick, &timer));
    return WSP_E_FAILED;
  };
  std::string error;
  const wsp_plugin table = scripted_plugin(script);
  PluginInstance instance({PluginLibrary::wrap(table, error), "/ws", {}, ""}, runtime);
  CHECK_FALSE(instance.create());
  runtime.turn();
  clock.ms += 1000;
  runtime.turn();
  STRCMP_EQUAL("", script.take().c_str());
  CHECK_EQUAL(0u, runtime.loop_at(0)->timers.size());
}
