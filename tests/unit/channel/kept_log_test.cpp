// What is kept, how long, and when a recovery is whole.
#include "channel/kept_log.h"

#include <string>
#include <vector>

#include <CppUTest/TestHarness.h>

using namespace ws::channel;

namespace {

struct Emptied final : KeptLog::Owner {
  void on_empty(KeptLog::Shelf&) noexcept override { ++count; }
  int count = 0;
};

struct Shop {
  explicit Shop(KeptLog::Caps caps = {}) : log(caps, emptied) {}

  void keep(KeptLog::Shelf& shelf, uint64_t offset, Keep how, std::string_view payload = "x") {
    Event event;
    event.position = {1, offset};
    event.payload = ws::base::SharedBytes(payload);
    log.add(shelf, event, how, now_ms);
  }
  std::string read(KeptLog::Shelf& shelf, uint32_t limit = 0) {
    std::vector<Event> events;
    log.read(shelf, limit, now_ms, events);
    return words(events);
  }
  std::string recover(KeptLog::Shelf& shelf, uint64_t after, uint32_t limit = 0) {
    std::vector<Event> events;
    if (log.recover(shelf, after, limit, now_ms, events)) return "all:" + words(events);
    CHECK_TRUE(events.empty());
    return "no";
  }
  static std::string words(const std::vector<Event>& events) {
    std::string out;
    for (const Event& event : events)
      out += (out.empty() ? "" : " ") + std::to_string(event.position.offset);
    return out;
  }

  Emptied emptied;
  KeptLog log;
  uint64_t now_ms = 5000;
};

void check(std::string_view expected, const std::string& actual) {
  STRCMP_EQUAL(std::string(expected).c_str(), actual.c_str());
}

}  // namespace

TEST_GROUP(kept_log){};

TEST(kept_log, KeepsTheNewestByCount) {
  Shop shop;
  KeptLog::Shelf shelf;
  for (uint64_t i = 1; i <= 5; ++i) shop.keep(shelf, i, {3, 0});
  check("3 4 5", shop.read(shelf));
  check("4 5", shop.read(shelf, 2));
  check("5", shop.read(shelf, 1));
  check("3 4 5", shop.read(shelf, 99));
}

TEST(kept_log, RecoversAllOrNothing) {
  Shop shop;
  KeptLog::Shelf shelf;
  check("all:", shop.recover(shelf, 0));
  for (uint64_t i = 1; i <= 5; ++i) shop.keep(shelf, i, {3, 0});
  check("no", shop.recover(shelf, 0));
  check("no", shop.recover(shelf, 1));
  check("all:3 4 5", shop.recover(shelf, 2));
  check("all:5", shop.recover(shelf, 4));
  check("all:", shop.recover(shelf, 5));
  check("all:3 4 5", shop.recover(shelf, 2, 3));
  check("no", shop.recover(shelf, 2, 2));
}

TEST(kept_log, AMessageThatWasNotKeptIsAGap) {
  Shop shop;
  KeptLog::Shelf shelf;
  shop.keep(shelf, 1, {10, 0});
  KeptLog::pass(shelf, 2);
  shop.keep(shelf, 3, {10, 0});
  check("1 3", shop.read(shelf));
  check("no", shop.recover(shelf, 1));
  check("all:3", shop.recover(shelf, 2));
}

TEST(kept_log, AnEmptyShelfRecoversOnlyFromTheNewest) {
  Shop shop;
  KeptLog::Shelf shelf;
  KeptLog::pass(shelf, 7);
  check("no", shop.recover(shelf, 6));
  check("all:", shop.recover(shelf, 7));
}

TEST(kept_log, DropsWhatIsTooOld) {
  Shop shop;
  KeptLog::Shelf shelf;
  shop.keep(shelf, 1, {10, 100});
  shop.now_ms += 60;
  shop.keep(shelf, 2, {10, 100});
  shop.now_ms += 40;
  check("1 2", shop.read(shelf));
  shop.now_ms += 1;
  check("2", shop.read(shelf));
  check("no", shop.recover(shelf, 0));
  check("all:2", shop.recover(shelf, 1));
  shop.now_ms += 100;
  check("", shop.read(shelf));
  CHECK_EQUAL(0u, shop.log.bytes());
  CHECK_EQUAL(1, shop.emptied.count);
}

TEST(kept_log, OldMessagesOfOtherChannelsGoWhenSomethingIsKept) {
  Shop shop;
  KeptLog::Shelf quiet;
  KeptLog::Shelf busy;
  shop.keep(quiet, 1, {10, 100});
  const size_t before = shop.log.bytes();
  shop.now_ms += 101;
  shop.keep(busy, 1, {10, 100});
  CHECK_TRUE(quiet.empty());
  CHECK_EQUAL(before, shop.log.bytes());
}

TEST(kept_log, AZeroCountDropsWhatWasKept) {
  Shop shop;
  KeptLog::Shelf shelf;
  shop.keep(shelf, 1, {10, 0});
  shop.keep(shelf, 2, {0, 0});
  check("", shop.read(shelf));
  check("no", shop.recover(shelf, 1));
  check("all:", shop.recover(shelf, 2));
}

TEST(kept_log, TheCapsWin) {
  Shop shop({.bytes = 1 << 20, .count = 2, .age_ms = 50});
  KeptLog::Shelf shelf;
  for (uint64_t i = 1; i <= 5; ++i) shop.keep(shelf, i, {1000, 1'000'000});
  check("4 5", shop.read(shelf));
  shop.now_ms += 51;
  check("", shop.read(shelf));
  shop.keep(shelf, 6, {1000, 0});
  shop.now_ms += 51;
  check("", shop.read(shelf));
}

TEST(kept_log, BytesAreBoundedOverAllChannelsOldestFirst) {
  Shop shop({.bytes = 10'000});
  KeptLog::Shelf first;
  KeptLog::Shelf second;
  const std::string payload(2000, 'p');
  shop.keep(first, 1, {100, 0}, payload);
  shop.keep(second, 1, {100, 0}, payload);
  shop.keep(first, 2, {100, 0}, payload);
  shop.keep(second, 2, {100, 0}, payload);
  check("1 2", shop.read(first));
  shop.keep(second, 3, {100, 0}, payload);
  check("2", shop.read(first));
  check("1 2 3", shop.read(second));
  CHECK_TRUE(shop.log.bytes() <= 10'000);
  check("no", shop.recover(first, 0));
  check("all:2", shop.recover(first, 1));
}

TEST(kept_log, OneTooLargeMessagePushesNobodyOut) {
  Shop shop({.bytes = 10'000});
  KeptLog::Shelf shelf;
  KeptLog::Shelf other;
  shop.keep(other, 1, {100, 0});
  shop.keep(shelf, 1, {100, 0});
  shop.keep(shelf, 2, {100, 0}, std::string(20'000, 'p'));
  check("1", shop.read(shelf));
  check("1", shop.read(other));
  check("no", shop.recover(shelf, 1));
  check("all:", shop.recover(shelf, 2));
}
