// The fake host keeps what wsp/extensions.h promises about timers and work.
#include <chrono>

#include "fake_host/recorder.h"

#include <CppUTest/TestHarness.h>

using namespace sdk_test;
using namespace std::chrono_literals;

namespace {

struct Note {
  Texts* calls;
  const char* name;
};
void note(void* arg) {
  const auto& n = *static_cast<Note*>(arg);
  n.calls->emplace_back(n.name);
}
void note_status(void* arg, wsp_status status) {
  const auto& n = *static_cast<Note*>(arg);
  n.calls->push_back(std::string(n.name) + " " + std::to_string(status));
}

}  // namespace

TEST_GROUP(FakeLater) {
  Bench bench;
  Recorder& plugin = bench.plugin;
  Note a{&plugin.calls, "a"};
  Note b{&plugin.calls, "b"};
  const wsp_timer_1* timer = nullptr;
  const wsp_work_1* work = nullptr;
  FakeClient* client = nullptr;

  void setup() override {
    CHECK(bench.host.create());
    timer = plugin.extension<wsp_timer_1>(WSP_TIMER_1);
    work = plugin.extension<wsp_work_1>(WSP_WORK_1);
    client = &bench.host.connect();
    plugin.calls.clear();
  }
  wsp_timer start(wsp_session s, uint32_t delay_ms, uint32_t repeat_ms, Note & n) {
    wsp_timer t = 0;
    CHECK_EQUAL(WSP_OK, timer->start(plugin.host, s, delay_ms, repeat_ms, note, &n, &t));
    CHECK(t != 0);
    return t;
  }
};

TEST(FakeLater, TimersCallInTheOrderOfTheirTimes) {
  start(client->id(), 20, 0, a);
  start(0, 10, 15, b);
  bench.host.advance(30ms);
  CHECK((plugin.calls == Texts{"b", "a", "b"}));
  LONGS_EQUAL(FakeHost::kStartTimeMs + 30, bench.host.now_ms());
}

TEST(FakeLater, TimersNeverCallFromWithinStart) {
  start(client->id(), 0, 0, a);
  CHECK(plugin.calls.empty());
  bench.host.advance(0ms);
  CHECK((plugin.calls == Texts{"a"}));
}

TEST(FakeLater, TimersThatAreOverAreGone) {
  const wsp_timer once = start(client->id(), 10, 0, a);
  const wsp_timer often = start(client->id(), 10, 10, a);
  bench.host.advance(10ms);
  CHECK_EQUAL(WSP_E_GONE, timer->stop(plugin.host, once));
  CHECK_EQUAL(WSP_OK, timer->stop(plugin.host, often));
  CHECK_EQUAL(WSP_E_GONE, timer->stop(plugin.host, often));
  CHECK_EQUAL(WSP_E_GONE, timer->stop(plugin.host, 0));
}

TEST(FakeLater, TimersEndBeforeOnClose) {
  const wsp_timer t = start(client->id(), 10, 0, a);
  plugin.on_close = [&](auto) { CHECK_EQUAL(WSP_E_GONE, timer->stop(plugin.host, t)); };
  client->vanish();
  bench.host.advance(1s);
  CHECK((plugin.calls == Texts{"close 1001 1006 "}));
  wsp_timer none = 0;
  CHECK_EQUAL(WSP_E_GONE, timer->start(plugin.host, 1001, 1, 0, note, &a, &none));
}

TEST(FakeLater, WorkRunsWhenToldAndIsDoneOnce) {
  CHECK_EQUAL(WSP_OK, work->submit(plugin.host, client->id(), note, note_status, &a));
  CHECK_EQUAL(WSP_OK, work->submit(plugin.host, 0, note, note_status, &b));
  CHECK(plugin.calls.empty());
  CHECK_EQUAL(2U, bench.host.run_work());
  CHECK((plugin.calls == Texts{"a", "a 0", "b", "b 0"}));
  CHECK_EQUAL(0U, bench.host.run_work());
}

TEST(FakeLater, WorkOfAnEndedSessionIsDoneWithGone) {
  CHECK_EQUAL(WSP_OK, work->submit(plugin.host, client->id(), note, note_status, &a));
  client->vanish();
  CHECK_EQUAL(WSP_E_GONE, work->submit(plugin.host, client->id(), note, note_status, &b));
  bench.host.run_work();
  CHECK((plugin.calls == Texts{"close 1001 1006 ", "a", "a -1"}));
}

TEST(FakeLater, WorkThatNeverRanIsDoneBeforeDestroy) {
  CHECK_EQUAL(WSP_OK, work->submit(plugin.host, 0, note, note_status, &a));
  bench.host.destroy();
  CHECK((plugin.calls == Texts{"close 1001 1001 ", "a -5", "destroy"}));
}

TEST(FakeLater, WorkIsLimited) {
  bench.host.work_limit = 1;
  CHECK_EQUAL(WSP_OK, work->submit(plugin.host, 0, note, note_status, &a));
  CHECK_EQUAL(WSP_E_FULL, work->submit(plugin.host, 0, note, note_status, &b));
  bench.host.run_work();
  CHECK((plugin.calls == Texts{"a", "a 0"}));
}
