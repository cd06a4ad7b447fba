// The choice of a subprotocol (BAD_INPUT row A26).
#include "protocol/subprotocol.h"

#include <vector>

#include <CppUTest/TestHarness.h>

using ws::protocol::select_subprotocol;
using Names = std::vector<std::string_view>;

TEST_GROUP(subprotocol){};

TEST(subprotocol, FollowsTheClientsOrder) {
  CHECK(select_subprotocol(Names{"b", "a"}, Names{"a", "b"}) == "b");
  CHECK(select_subprotocol(Names{"x", "a", "b"}, Names{"b", "a"}) == "a");
}

TEST(subprotocol, IsNoneWithoutACommonName) {
  CHECK(select_subprotocol(Names{"x"}, Names{"a"}).empty());
  CHECK(select_subprotocol(Names{}, Names{"a"}).empty());
  CHECK(select_subprotocol(Names{"x"}, Names{}).empty());
}

TEST(subprotocol, ComparesExactly) {
  CHECK(select_subprotocol(Names{"CHAT", "chat2", "cha"}, Names{"chat"}).empty());
}

TEST(subprotocol, GivesTheServersOwnText) {
  const char server[] = "chat";
  const char client[] = "chat";
  const Names servers{server};
  POINTERS_EQUAL(server, select_subprotocol(Names{client}, servers).data());
}
