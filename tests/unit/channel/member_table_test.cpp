// Keys join with their first session and leave with their last.
#include "channel/member_table.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace ws::channel;
using Change = MemberTable::Change;

namespace {

std::string list(const MemberTable& table) {
  std::vector<Member> members;
  table.list(members);
  std::string out;
  for (const Member& m : members)
    out += m.key + "=" + m.info + "*" + std::to_string(m.session_count) + " ";
  return out;
}

}  // namespace

TEST_GROUP(member_table) {
  MemberTable table;
  Member left;
};

TEST(member_table, TellsTheFirstAndTheLastOfAKey) {
  CHECK_TRUE(table.enter(1, "ann", "a1") == Change::first_of_key);
  CHECK_TRUE(table.enter(2, "ann", "a2") == Change::none);
  CHECK_TRUE(table.enter(3, "bob", "b") == Change::first_of_key);
  STRCMP_EQUAL("ann=a2*2 bob=b*1 ", list(table).c_str());
  CHECK_TRUE(table.leave(1, left) == Change::none);
  CHECK_TRUE(table.leave(2, left) == Change::last_of_key);
  STRCMP_EQUAL("ann", left.key.c_str());
  STRCMP_EQUAL("a2", left.info.c_str());
  CHECK_EQUAL(0u, left.session_count);
  STRCMP_EQUAL("bob=b*1 ", list(table).c_str());
}

TEST(member_table, InfoIsOfTheSessionThatEnteredLast) {
  table.enter(1, "ann", "one");
  table.enter(2, "ann", "two");
  table.leave(2, left);
  STRCMP_EQUAL("ann=one*1 ", list(table).c_str());
  table.enter(3, "ann", "three");
  CHECK_TRUE(table.enter(1, "ann", "ONE") == Change::none);
  STRCMP_EQUAL("ann=ONE*2 ", list(table).c_str());
}

TEST(member_table, ASessionHasOneKey) {
  table.enter(1, "ann", "");
  CHECK_TRUE(table.enter(1, "bob", "") == Change::conflict);
  STRCMP_EQUAL("ann=*1 ", list(table).c_str());
}

TEST(member_table, LeavingTwiceIsNothing) {
  table.enter(1, "ann", "");
  CHECK_TRUE(table.leave(2, left) == Change::none);
  CHECK_TRUE(table.leave(1, left) == Change::last_of_key);
  CHECK_TRUE(table.leave(1, left) == Change::none);
  CHECK_TRUE(table.empty());
}
