// Members by key and by session, their events, and what a dead process leaves.
#include "channel/lmdb_presence.h"

#include <string>

#include "channel/lmdb_log.h"
#include "lmdb_state.h"

#include <CppUTest/TestHarness.h>

using namespace ws::channel;
using namespace ws::channel::lmdb;

namespace {

constexpr uint16_t kOwn = 1;
constexpr SessionId session_of(uint16_t process, uint64_t number) {
  return SessionId{process} << 48 | number;
}

}  // namespace

TEST_GROUP(lmdb_presence) {
  test::State state;

  void in(SessionId session, std::string_view key, std::string_view info = "",
          std::string_view room = "room") {
    LONGS_EQUAL(0, state.write([&](Writing& writing) {
      enter(writing, *writing.create(room), session, key, info);
    }));
  }
  void out(SessionId session) {
    LONGS_EQUAL(
        0, state.write([&](Writing& writing) { leave(writing, *writing.find("room"), session); }));
  }
  // "key:count:info ..."
  std::string members(const OwnMembers& own = {}) {
    ReadTxn txn(*state.store);
    uint64_t number = 0;
    ChannelRecord record{};
    if (txn.get(Table::names, "room", number))
      CHECK_TRUE(txn.get(Table::channels, Key().add(number), record));
    std::vector<Member> found;
    read_members(txn, record, kOwn, own, found);
    LONGS_EQUAL(0, txn.error());
    std::string text;
    for (const Member& member : found)
      text += member.key + ':' + std::to_string(member.session_count) + ':' + member.info + ' ';
    return text;
  }
  // "+key -key ..." of all events.
  std::string events() {
    ReadTxn txn(*state.store);
    std::string text;
    Cursor cursor(txn, Table::log);
    for (bool found = cursor.first(); found; found = cursor.next()) {
      LogHeader header{};
      Event event;
      CHECK_TRUE(read_header(cursor, header) && read_event(cursor, header, event));
      text += (event.kind == Event::Kind::joined ? '+' : '-') + event.member->key + ' ';
    }
    return text;
  }
  size_t rows() {
    ReadTxn txn(*state.store);
    return txn.entries(Table::members) + txn.entries(Table::keys) + txn.entries(Table::sessions) +
           txn.entries(Table::interest) + txn.entries(Table::processes);
  }
};

TEST(lmdb_presence, KeyJoinsAndLeavesOnce) {
  in(session_of(2, 1), "bob", "1");
  in(session_of(3, 1), "bob", "2");
  in(session_of(2, 2), "alice", "3");
  STRCMP_EQUAL("alice:1:3 bob:2:2 ", members().c_str());
  out(session_of(3, 1));
  STRCMP_EQUAL("alice:1:3 bob:1:1 ", members().c_str());
  out(session_of(2, 1));
  STRCMP_EQUAL("alice:1:3 ", members().c_str());
  STRCMP_EQUAL("+bob +alice -bob ", events().c_str());
  out(session_of(2, 1));
  STRCMP_EQUAL("+bob +alice -bob ", events().c_str());
}

TEST(lmdb_presence, SecondEnterChangesInfo) {
  in(session_of(2, 1), "bob", "1");
  in(session_of(2, 2), "bob", "2");
  in(session_of(2, 1), "bob", "later");
  STRCMP_EQUAL("bob:2:later ", members().c_str());
  STRCMP_EQUAL("+bob ", events().c_str());
}

TEST(lmdb_presence, KeysOfAnyBytesAndLength) {
  const std::string longest(255, '\xff');
  in(session_of(2, 1), std::string("\0", 1));
  in(session_of(2, 2), longest);
  in(session_of(2, 3), "a");
  STRCMP_EQUAL((std::string("a:1: ") + longest + ":1: ").c_str(), members().substr(5).c_str());
}

TEST(lmdb_presence, OwnSessionsAreAsThisProcessSays) {
  in(session_of(kOwn, 1), "ghost", "not ours any more");
  in(session_of(kOwn, 2), "bob", "old");
  in(session_of(2, 1), "bob", "theirs");
  const OwnMembers own{{session_of(kOwn, 2), {"bob", "old"}},
                       {session_of(kOwn, 3), {"new", "not written yet"}}};
  STRCMP_EQUAL("bob:2:theirs new:1:not written yet ", members(own).c_str());
}

TEST(lmdb_presence, DeadProcessLeavesNothing) {
  LONGS_EQUAL(0, state.write([&](Writing& writing) {
    for (const uint16_t process : {uint16_t{2}, uint16_t{3}}) {
      writing.txn().put(Table::processes, Key().add(process), bytes_of(ProcessRecord{}));
      for (uint64_t i = 0; i < 1200; ++i) {
        ChannelEntry& channel = *writing.create("room " + std::to_string(i % 7));
        enter(writing, channel, session_of(process, i), "key " + std::to_string(i % 50), "");
        add_listener(writing, channel, process);
      }
      // More than one transaction looks at.
      for (int i = 0; i < 4000; ++i)
        add_listener(writing, *writing.create("channel " + std::to_string(i)), process);
    }
  }));
  const size_t before = rows();
  std::string resume;
  int turns = 0;
  for (bool done = false; !done; ++turns)
    LONGS_EQUAL(0,
                state.write([&](Writing& writing) { done = remove_process(writing, 2, resume); }));
  CHECK_TRUE(turns > 2);
  LONGS_EQUAL(before / 2, rows());
  LONGS_EQUAL(0, state.write([&](Writing& writing) {
    for (int i = 0; i < 4000; ++i)
      LONGS_EQUAL(1, writing.find("channel " + std::to_string(i))->record.listeners);
    LONGS_EQUAL(172, writing.find("room 0")->record.sessions);
  }));
}

TEST(lmdb_presence, EventsNameOnlyListenersOfTheChannel) {
  LONGS_EQUAL(0, state.write([&](Writing& writing) {
    add_listener(writing, *writing.create("room"), kOwn);
  }));
  LONGS_EQUAL(0, state.control->take_hint().from);
  in(session_of(2, 1), "bob", "", "other room");
  LONGS_EQUAL(0, state.control->take_hint().from);
  in(session_of(2, 1), "bob");
  const Control::Hint hint = state.control->take_hint();
  CHECK_TRUE(hint.from != 0);
  LONGS_EQUAL(hint.until, transaction_of(hint.from));
}
