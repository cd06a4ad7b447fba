// wsp.work/1: done exactly once, on the right thread, whatever happens meanwhile.
#include <atomic>
#include <functional>
#include <string>
#include <thread>

#include "stage.h"

#include <CppUTest/TestHarness.h>

using namespace ws::plugin;
using namespace ws::plugin::test;

namespace {

struct Task {
  std::function<void()> work;
  std::function<void(wsp_status)> done;
  std::atomic<int> worked = 0;
  std::atomic<int> ended = 0;
};

void work(void* arg) {
  Task& task = *static_cast<Task*>(arg);
  if (task.work) task.work();
  ++task.worked;
}

void done(void* arg, wsp_status status) {
  Task& task = *static_cast<Task*>(arg);
  if (task.done) task.done(status);
  ++task.ended;
}

}  // namespace

TEST_GROUP(work_api) {
  Script script;
  Stage stage{scripted_plugin(script)};

  wsp_status submit(wsp_session id, Task & task) {
    return script.extension<wsp_work_1>(WSP_WORK_1).submit(script.host, id, work, done, &task);
  }
  void finish(Task & task) {
    while (task.ended == 0) {
      stage.turn();
      std::this_thread::yield();
    }
  }
};

TEST(work_api, WorksElsewhereAndEndsOnTheLoop) {
  auto& seat = stage.connect();
  const auto own = std::this_thread::get_id();
  Task task;
  std::thread::id worker;
  task.work = [&] { worker = std::this_thread::get_id(); };
  wsp_status ended = 99;
  task.done = [&](wsp_status status) {
    ended = status;
    CHECK_TRUE(std::this_thread::get_id() == own);
    CHECK_EQUAL(WSP_OK, script.host->send(script.host, seat.id, WSP_TEXT, bytes("result")));
  };
  stage.on_loop(seat, [&] { CHECK_EQUAL(WSP_OK, submit(seat.id, task)); });
  finish(task);
  CHECK_EQUAL(WSP_OK, ended);
  CHECK_TRUE(worker != own);
  STRCMP_EQUAL("text(result)", seat.peer.frames().c_str());
}

TEST(work_api, ASessionThatEndedMeanwhileIsGone) {
  auto& seat = stage.connect();
  Task task;
  std::atomic<bool> go = false;
  wsp_status ended = 99;
  task.work = [&] { go.wait(false); };
  task.done = [&](wsp_status status) { ended = status; };
  stage.on_loop(seat, [&] { CHECK_EQUAL(WSP_OK, submit(seat.id, task)); });
  seat.peer.close();
  stage.turn();
  STRCMP_EQUAL("open close(1006,)", script.take().c_str());
  go = true;
  go.notify_all();
  finish(task);
  CHECK_EQUAL(WSP_E_GONE, ended);
  CHECK_EQUAL(1, task.worked.load());
}

TEST(work_api, NeedsNoSession) {
  Task task;
  wsp_status ended = 99;
  task.done = [&](wsp_status status) { ended = status; };
  CHECK_EQUAL(WSP_OK, submit(0, task));
  finish(task);
  CHECK_EQUAL(WSP_OK, ended);
}

TEST(work_api, ArgumentsAreChecked) {
  const auto& table = script.extension<wsp_work_1>(WSP_WORK_1);
  CHECK_EQUAL(WSP_E_INVALID, table.submit(script.host, 0, nullptr, done, nullptr));
  CHECK_EQUAL(WSP_E_INVALID, table.submit(script.host, 0, work, nullptr, nullptr));
  Task task;
  CHECK_EQUAL(WSP_E_GONE, submit(4711, task));
  auto& seat = stage.connect();
  script.when_closed = [&](wsp_session id, uint16_t) { CHECK_EQUAL(WSP_E_GONE, submit(id, task)); };
  seat.peer.close();
  stage.turn();
  CHECK_EQUAL(WSP_E_GONE, submit(seat.id, task));
  CHECK_EQUAL(0, task.ended.load());
}

TEST(work_api, TooMuchIsRefusedAndEveryOtherEndsOnce) {
  std::atomic<bool> go = false;
  std::deque<Task> tasks(20);
  int accepted = 0;
  for (Task& task : tasks) {
    task.work = [&] { go.wait(false); };
    const wsp_status status = submit(0, task);
    CHECK_TRUE(status == WSP_OK || status == WSP_E_FULL);
    if (status == WSP_OK) ++accepted;
  }
  CHECK_TRUE(accepted >= 4 && accepted <= 6);
  go = true;
  go.notify_all();
  const auto ended = [&] {
    int count = 0;
    for (Task& task : tasks) count += task.ended;
    return count;
  };
  while (ended() < accepted) {
    stage.turn();
    std::this_thread::yield();
  }
  for (int i = 0; i < 20; ++i) stage.turn();
  for (Task& task : tasks) CHECK_TRUE(task.ended <= 1);
  CHECK_EQUAL(accepted, ended());
}

TEST(work_api, AtTheEndWhatWaitsFailsOnce) {
  std::atomic<bool> go = false;
  std::deque<Task> tasks(6);
  std::atomic<int> running = 0;
  std::vector<wsp_status> ends(tasks.size(), 99);
  for (size_t i = 0; i < tasks.size(); ++i) {
    tasks[i].work = [&] {
      ++running;
      go.wait(false);
    };
    tasks[i].done = [&ends, i](wsp_status status) { ends[i] = status; };
    if (i == 2)
      while (running < 2) std::this_thread::yield();
    CHECK_EQUAL(WSP_OK, submit(0, tasks[i]));
  }
  CHECK_FALSE(stage.runtime.pool().stop(0));
  go = true;
  go.notify_all();
  CHECK_TRUE(stage.runtime.pool().stop(10'000));
  stage.turn();
  for (size_t i = 0; i < tasks.size(); ++i) {
    CHECK_EQUAL(1, tasks[i].ended.load());
    CHECK_EQUAL(i < 2 ? WSP_OK : WSP_E_FAILED, ends[i]);
    CHECK_EQUAL(i < 2 ? 1 : 0, tasks[i].worked.load());
  }
  Task late;
  CHECK_EQUAL(WSP_E_FAILED, submit(0, late));
  CHECK_EQUAL(0, late.ended.load());
}

TEST(work_api, AJobThatThrowsFails) {
  Task task;
  task.work = [] { throw 1; };
  wsp_status ended = 99;
  task.done = [&](wsp_status status) { ended = status; };
  CHECK_EQUAL(WSP_OK, submit(0, task));
  finish(task);
  CHECK_EQUAL(WSP_E_FAILED, ended);
  CHECK_TRUE(stage.log.has("exception out of a job"));
}

TEST_GROUP(work_in_create) { Script script; };

TEST(work_in_create, EndsAfterIt) {
  Task task;
  task.done = [&](wsp_status) { script.add("done"); };
  script.when_created = [&](const wsp_host* host) {
    script.host = host;
    const auto& table = script.extension<wsp_work_1>(WSP_WORK_1);
    CHECK_EQUAL(WSP_OK, table.submit(host, 0, work, done, &task));
    while (task.worked == 0) std::this_thread::yield();
    script.add("created");
    return WSP_OK;
  };
  Stage stage(scripted_plugin(script));
  while (task.ended == 0) stage.turn();
  STRCMP_EQUAL("created done", script.take().c_str());
}

TEST(work_in_create, EndsOnceAlsoWhenThatFails) {
  ws::test::ManualClock clock;
  ws::test::LinesLog log;
  Task task;
  std::atomic<int> ended = 99;
  task.done = [&](wsp_status status) { ended = status; };
  script.when_created = [&](const wsp_host* host) {
    script.host = host;
    const auto& table = script.extension<wsp_work_1>(WSP_WORK_1);
    CHECK_EQUAL(WSP_OK, table.submit(host, 0, work, done, &task));
    return WSP_E_FAILED;
  };
  std::string error;
  const wsp_plugin table = scripted_plugin(script);
  std::unique_ptr<PluginInstance> instance;
  HandRuntime runtime(log, clock, 1, 1 << 20);
  instance = std::make_unique<PluginInstance>(
      InstanceConfig{PluginLibrary::wrap(table, error), "/ws", {}, ""}, runtime);
  CHECK_FALSE(instance->create());
  CHECK_TRUE(runtime.pool().stop(10'000));
  runtime.turn();
  CHECK_EQUAL(1, task.ended.load());
  CHECK_EQUAL(WSP_E_FAILED, ended.load());
}
