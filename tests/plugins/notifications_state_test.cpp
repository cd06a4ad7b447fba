// What a user has read and follows: sets that grow, states that join without loss.
#include <random>
#include <set>
#include <string>
#include <vector>

#include "read_set.h"
#include "user_state.h"
// after the standard's headers
#include <CppUTest/TestHarness.h>

using notifications::ReadSet;
using notifications::UserState;

TEST_GROUP(ReadSet){};

TEST(ReadSet, JoinsWhatTouches) {
  ReadSet set;
  set.add(5, 5);
  set.add(1, 2);
  set.add(9, 12);
  STRCMP_EQUAL("1-2,5,9-12", set.print().c_str());
  set.add(3, 4);
  STRCMP_EQUAL("1-5,9-12", set.print().c_str());
  set.add(4, 10);
  STRCMP_EQUAL("1-12", set.print().c_str());
  set.add(UINT64_MAX, UINT64_MAX);
  set.add(0, 0);
  STRCMP_EQUAL("0-12,18446744073709551615", set.print().c_str());
}

TEST(ReadSet, IsASet) {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    ReadSet set;
    std::set<std::uint64_t> model;
    for (int i = 0; i < 20; ++i) {
      const std::uint64_t first = random() % 60, last = first + random() % 5;
      set.add(first, last);
      for (auto o = first; o <= last; ++o) model.insert(o);
      for (std::uint64_t o = 0; o < 70; ++o) CHECK_EQUAL(model.contains(o), set.has(o));
      CHECK(ReadSet::parse(set.print()) == set);
    }
  }
}

TEST(ReadSet, HasABound) {
  ReadSet set;
  for (std::uint64_t i = 1; i <= ReadSet::kMostRanges + 2; ++i) set.add(i * 2, i * 2);
  CHECK(set.print().starts_with("2-6,8,10,"));
  CHECK(set.has(3));
  CHECK(!set.has(7));
}

TEST(ReadSet, PassesOverWhatIsNoRange) {
  STRCMP_EQUAL("3-4,9",
               ReadSet::parse("x,5-2,3-4,,-,9,7-,-8,1e3,99999999999999999999").print().c_str());
}

TEST_GROUP(UserState){};

TEST(UserState, IsPrintedAndRead) {
  UserState state;
  state.mark_read("", 7, 1, 12);
  state.mark_read("news", 8, 3, 3);
  state.choose("offers.tea", true, 1000);
  state.choose("news", false, 2000);
  CHECK(UserState::parse(state.print()) == state);
  CHECK(state.is_read("", {7, 12}));
  CHECK(!state.is_read("", {7, 13}));
  CHECK(!state.is_read("", {8, 12}));
  CHECK(state.choice("offers.tea") == true);
  CHECK(state.choice("news") == false);
  CHECK(!state.choice("tea"));
}

TEST(UserState, JoinsInAnyOrder) {
  std::mt19937 random(11);
  const std::vector<std::string> topics = {"", "news", "tea"};
  for (int round = 0; round < 300; ++round) {
    std::vector<UserState> states(4);
    for (UserState& state : states)
      for (int i = 0; i < 4; ++i) {
        const std::string& topic = topics[random() % topics.size()];
        const std::uint64_t first = 1 + random() % 20;
        state.mark_read(topic, 7 + random() % 2, first, first + random() % 4);
        if (!topic.empty()) state.choose(topic, random() % 2 != 0, random() % 5);
      }
    UserState forward, backward;
    for (const UserState& state : states) forward.join(state);
    for (auto state = states.rbegin(); state != states.rend(); ++state) backward.join(*state);
    CHECK(forward == backward);
    UserState again = forward;
    for (const UserState& state : states) again.join(UserState::parse(state.print()));
    CHECK(again == forward);
  }
}

TEST(UserState, TheLaterChoiceCounts) {
  UserState here, there;
  here.choose("news", true, 1000);
  there.choose("news", false, 2000);
  here.join(there);
  CHECK(here.choice("news") == false);
  here.choose("news", true, 500);  // a clock that goes back
  there.join(here);
  CHECK(there.choice("news") == true);
}

TEST(UserState, ForgetsTheOldestChoices) {
  UserState state;
  for (int i = 0; i <= static_cast<int>(UserState::kMostChoices); ++i)
    state.choose("t" + std::to_string(i), true, 1000 + i);
  CHECK(!state.choice("t0"));
  CHECK(state.choice("t1") == true);
  LONGS_EQUAL(UserState::kMostChoices, state.chosen().size());
}

TEST(UserState, PassesOverWhatIsNone) {
  for (
      const char* text :
      {"", "[]", "{}", "nonsense", R"({"read":1,"choices":{}})", R"({"read":[1,null,{"topic":1}]})",
       R"({"read":[{"topic":"a b","epoch":"7","offsets":"1"}]})",
       R"({"read":[{"topic":"a","epoch":"x","offsets":"1"}]})",
       R"({"choices":[{"topic":"a","follows":1,"time":1},{"topic":"","follows":true,"time":1}]})",
       R"({"choices":[{"topic":"a","follows":true,"time":1e300},{"topic":"a","follows":true,"time":-1}]})"})
    CHECK_TEXT(UserState::parse(text).empty(), text);
}
