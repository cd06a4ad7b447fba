// Which messages ended processes, and the line that says what a thread does.
#include "plugin/death_roll.h"

#include <memory>
#include <string>

#include <CppUTest/TestHarness.h>

#include "plugin/black_box.h"

using namespace ws::plugin;

namespace {
constexpr uint64_t kHourMs = 3'600'000;
}

TEST_GROUP(death_roll) { std::unique_ptr<DeathRoll> roll = std::make_unique<DeathRoll>(); };

TEST(death_roll, R12_TwiceTheSameIsOff) {
  DeathRecord& record = *roll->record(7);
  record.add(1, 5000);
  CHECK_FALSE(record.is_off());
  record.add(2, 5001);
  CHECK_FALSE(record.is_off());
  record.add(1, 5002);
  CHECK(record.is_off());
}

TEST(death_roll, R12_OldOnesAreForgotten) {
  DeathRecord& record = *roll->record(7);
  record.add(1, 5000);
  record.add(1, 5000 + kHourMs);
  CHECK_FALSE(record.is_off());
  record.add(1, 4999 + 2 * kHourMs);
  CHECK(record.is_off());
}

TEST(death_roll, R12_ManyDifferentOnesAreNoReason) {
  DeathRecord& record = *roll->record(7);
  for (uint64_t what = 1; what < 1000; ++what) record.add(what, 5000);
  CHECK_FALSE(record.is_off());
}

TEST(death_roll, R12_ItIsToldOnce) {
  DeathRecord& record = *roll->record(7);
  CHECK_FALSE(record.is_to_be_told());
  record.add(1, 5000);
  record.add(1, 5000);
  CHECK(record.is_to_be_told());
  CHECK_FALSE(record.is_to_be_told());
}

TEST(death_roll, EachInstanceHasItsOwn) {
  DeathRecord* const first = roll->record(7);
  CHECK(first == roll->record(7));
  CHECK(first != roll->record(7 + 256));
  CHECK(roll->record(7 + 256) == roll->record(7 + 256));
  CHECK(roll->record(0));
}

TEST(death_roll, TooManyInstancesAreNotCounted) {
  for (uint64_t key = 1; key <= 256; ++key) CHECK(roll->record(key));
  CHECK(!roll->record(257));
  CHECK(roll->record(256));
}

TEST_GROUP(black_box) {
  Suspect chat{"chat", "/ws/chat"};
  Suspect echo{"echo", "/ws/echo"};
};

TEST(black_box, TellsTheInnermostCallback) {
  BlackBoxLine& line = *BlackBox::mine();
  CHECK(!line.suspect.load());
  const uint32_t before = line.serial;
  {
    const Entered outer(chat, "on_message", 5);
    CHECK(line.suspect.load() == &chat);
    const uint64_t what = line.what();
    {
      const Entered inner(echo, "on_deliver", 6);
      CHECK(line.suspect.load() == &echo);
      CHECK(std::string(line.callback.load()) == "on_deliver");
      CHECK(line.what() != what);
    }
    CHECK(line.suspect.load() == &chat);
    CHECK_EQUAL(what, line.what());
  }
  CHECK(!line.suspect.load());
  CHECK_EQUAL(before + 4, line.serial.load());
  BlackBox::leave();
}

TEST(black_box, MessagesDifferInTheirEndsAndTheirSize) {
  const std::string large(1000, 'x');
  std::string other = large;
  other.back() = 'y';
  CHECK(message_digest(large) == message_digest(std::string(1000, 'x')));
  CHECK(message_digest(large) != message_digest(other));
  CHECK(message_digest(large) != message_digest(std::string(1001, 'x')));
  CHECK(message_digest("crash") != message_digest("crash "));
  CHECK(message_digest("") != message_digest(std::string_view("\0", 1)));
}
