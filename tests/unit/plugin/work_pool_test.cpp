// The threads for blocking work: bounded, lazy, and every job ends exactly once.
#include "plugin/work_pool.h"

#include <signal.h>

#include <atomic>
#include <latch>
#include <memory>
#include <thread>

#include "support/fakes.h"

#include <CppUTest/TestHarness.h>

using namespace ws::plugin;

namespace {

struct Counts {
  std::atomic<int> ran = 0;
  std::atomic<int> cancelled = 0;
  std::atomic<int> freed = 0;
};

class CountingJob final : public Job {
 public:
  explicit CountingJob(Counts& counts, std::latch* started = nullptr, std::latch* until = nullptr)
      : counts_(counts), started_(started), until_(until) {}
  ~CountingJob() override { ++counts_.freed; }
  void run() noexcept override {
    if (started_) started_->count_down();
    if (until_) until_->wait();
    ++counts_.ran;
  }
  void cancel() noexcept override { ++counts_.cancelled; }

 private:
  Counts& counts_;
  std::latch* const started_;
  std::latch* const until_;
};

}  // namespace

TEST_GROUP(work_pool) {
  ws::test::LinesLog log;
  Counts counts;
};

TEST(work_pool, RunsEachJobOnce) {
  WorkPool pool(4, 1000, log);
  for (int i = 0; i < 500; ++i)
    CHECK_TRUE(pool.submit(std::make_unique<CountingJob>(counts)) == WorkPool::Submit::ok);
  while (counts.freed < 500) std::this_thread::yield();
  CHECK_TRUE(pool.stop(10'000));
  CHECK_EQUAL(500, counts.ran.load());
  CHECK_EQUAL(0, counts.cancelled.load());
}

TEST(work_pool, StopCancelsWhatWaitsAndAwaitsWhatRuns) {
  WorkPool pool(2, 1000, log);
  std::latch started(2);
  std::latch until(1);
  for (int i = 0; i < 2; ++i)
    CHECK_TRUE(pool.submit(std::make_unique<CountingJob>(counts, &started, &until)) ==
               WorkPool::Submit::ok);
  started.wait();
  for (int i = 0; i < 50; ++i)
    CHECK_TRUE(pool.submit(std::make_unique<CountingJob>(counts)) == WorkPool::Submit::ok);
  CHECK_FALSE(pool.stop(0));
  CHECK_EQUAL(50, counts.cancelled.load());
  CHECK_TRUE(pool.submit(std::make_unique<CountingJob>(counts)) == WorkPool::Submit::stopped);
  until.count_down();
  CHECK_TRUE(pool.stop(10'000));
  CHECK_EQUAL(2, counts.ran.load());
  CHECK_EQUAL(50, counts.cancelled.load());
  CHECK_EQUAL(53, counts.freed.load());
}

TEST(work_pool, RefusesWhenTooMuchWaits) {
  WorkPool pool(1, 3, log);
  std::latch started(1);
  std::latch until(1);
  CHECK_TRUE(pool.submit(std::make_unique<CountingJob>(counts, &started, &until)) ==
             WorkPool::Submit::ok);
  started.wait();
  for (int i = 0; i < 3; ++i)
    CHECK_TRUE(pool.submit(std::make_unique<CountingJob>(counts)) == WorkPool::Submit::ok);
  CHECK_TRUE(pool.submit(std::make_unique<CountingJob>(counts)) == WorkPool::Submit::full);
  until.count_down();
  while (counts.freed < 5) std::this_thread::yield();
  CHECK_TRUE(pool.stop(10'000));
  CHECK_EQUAL(4, counts.ran.load());
}

TEST(work_pool, JobsRunBesideEachOther) {
  WorkPool pool(3, 10, log);
  std::latch together(4);
  struct Meeting final : Job {
    explicit Meeting(std::latch& latch) : latch_(latch) {}
    void run() noexcept override { latch_.arrive_and_wait(); }
    void cancel() noexcept override {}
    std::latch& latch_;
  };
  for (int i = 0; i < 3; ++i)
    CHECK_TRUE(pool.submit(std::make_unique<Meeting>(together)) == WorkPool::Submit::ok);
  together.arrive_and_wait();
  CHECK_TRUE(pool.stop(10'000));
}

TEST(work_pool, ItsThreadsTakeNoSignals) {
  WorkPool pool(1, 10, log);
  struct Look final : Job {
    explicit Look(std::atomic<int>& found) : found_(found) {}
    void run() noexcept override {
      sigset_t blocked;
      pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
      bool all = true;
      for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGPIPE, SIGCHLD, SIGALRM})
        all = all && sigismember(&blocked, signal) == 1;
      found_ = all ? 1 : 2;
    }
    void cancel() noexcept override {}
    std::atomic<int>& found_;
  };
  std::atomic<int> found = 0;
  CHECK_TRUE(pool.submit(std::make_unique<Look>(found)) == WorkPool::Submit::ok);
  while (found == 0) std::this_thread::yield();
  CHECK_EQUAL(1, found.load());
  CHECK_TRUE(pool.stop(10'000));
  sigset_t own;
  pthread_sigmask(SIG_BLOCK, nullptr, &own);
  CHECK_EQUAL(0, sigismember(&own, SIGTERM));
}
