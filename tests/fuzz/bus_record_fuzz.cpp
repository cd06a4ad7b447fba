// The shared state of the bus with records that no process of ours would write: whatever lies in
// it, reading and writing it does no harm. LMDB's own pages are in order here; see lmdb_check.h.
//
// An input is a list of changes, made to a small state by liblmdb, and what is done then. Nothing
// of it is committed: each input finds the same state.
#include <sanitizer/allocator_interface.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "channel/close_order.h"
#include "channel/lmdb_control.h"
#include "channel/lmdb_history.h"
#include "channel/lmdb_log.h"
#include "channel/lmdb_presence.h"
#include "channel/lmdb_reader.h"
#include "channel/lmdb_receipts.h"
#include "channel/lmdb_seats.h"
#include "channel/lmdb_store.h"
#include "channel/lmdb_writing.h"
#include "fuzz_input.h"

namespace {

using namespace ws::channel;
using namespace ws::channel::lmdb;
using ws::fuzz::FuzzInput;
using ws::fuzz::require;

constexpr size_t kStateSize = size_t{1} << 20;
// Nothing that is read may take more than all that the state holds, and what growing costs.
constexpr size_t kLargest = 4 * kStateSize;
constexpr size_t kMostChanges = 32;
constexpr Times kNow{1'000'000, 1'700'000'000'000};
constexpr SessionId kSession = SessionId{2} << 48 | 1;

void check_allocation(const volatile void*, size_t size) {
  require(size <= kLargest, "an allocation is bounded by the state");
}
void ignore_free(const volatile void*) {}

class Nobody final : public Listener {
 public:
  void wake() noexcept override {}
};

Submission submission() {
  Submission made;
  made.targets.resize(2);
  made.key = "key";
  return made;
}

// Opened once; gone with the process.
class State {
 public:
  State() : directory_("/tmp/ws-fuzz-" + std::to_string(getpid())) {
    std::filesystem::create_directory(directory_);
    std::string error;
    settings.size = kStateSize;
    settings.directory = directory_;
    control = Control::open(directory_ + "/control", error);
    store = Store::open(directory_, kStateSize, false, error);
    require(control && store && control->claim([](uint16_t) { return true; }), "there is a state");
    fill();
    __sanitizer_install_malloc_and_free_hooks(check_allocation, ignore_free);
  }
  ~State() {
    store.reset();
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }

  LmdbSettings settings;
  std::unique_ptr<Control> control;
  std::unique_ptr<Store> store;

 private:
  static void say(Writing& writing, const char* name, const std::string& text) {
    ChannelEntry& channel = *writing.create(name);
    ++channel.record.offset;
    const Place place =
        append(writing, channel, {Event::Kind::message, ws::protocol::Opcode::text, 0, text});
    channel.record.message_order = place.order;
    keep(writing, channel, Keep{10, 0}, place);
  }

  void fill() {
    Writing writing(*store, settings, kNow);
    say(writing, "room", "one");
    say(writing, "room", std::string(9000, 'x'));
    say(writing, "room", "three");
    say(writing, "room.a", "a");
    ChannelEntry& room = *writing.find("room");
    add_listener(writing, room, 2);
    set_audience(writing, room, 2, 3);
    for (uint64_t i = 0; i < 3; ++i)
      enter(writing, room, kSession + i, i == 2 ? "bob" : "ann", "info");
    Receipt receipt;
    receipt.placed.resize(2);
    keep_receipt(writing, submission(), receipt);
    add_seats(writing, 2, {1, 2, 3});
    writing.txn().put(Table::processes, Key().add(uint16_t{2}), bytes_of(ProcessRecord{1, 1, 0}));
    require(writing.commit(*control) == 0, "the state is filled");
  }

  const std::string directory_;
};

// As liblmdb takes it: other keys and values it would refuse.
void put(Writing& writing, Table table, std::string key, std::string value) {
  key.resize(table == Table::log ? 8 : std::clamp<size_t>(key.size(), 1, 511));
  if (table == Table::keys) value.resize(sizeof(KeyRecord));
  writing.txn().put(table, key, value);
}

bool find_row(Writing& writing, Table table, unsigned number, std::string& key,
              std::string& value) {
  Cursor cursor(writing.txn(), table);
  bool found = cursor.first();
  for (unsigned i = 0; found && i < number; ++i)
    if (!cursor.next()) break;
  if (!found) return false;
  key = cursor.key();
  value = cursor.value();
  return true;
}

void change(Writing& writing, FuzzInput& input) {
  const auto table = static_cast<Table>(input.byte() % kTableCount);
  const uint8_t row = input.byte();
  const uint8_t how = input.byte();
  const size_t at = input.byte();
  const std::string bytes(input.bytes(input.byte()));
  std::string key;
  std::string value;
  const bool found = find_row(writing, table, row % 16, key, value);
  switch (how % 6) {
    case 0:  // another value in the row's place
      return put(writing, table, found ? key : bytes, bytes);
    case 1:  // some bytes of the value
      if (at < value.size())
        value.replace(at, std::min(bytes.size(), value.size() - at), bytes, 0, value.size() - at);
      return found ? put(writing, table, key, value) : void();
    case 2:  // some bytes of the key
      if (at < key.size())
        key.replace(at, std::min(bytes.size(), key.size() - at), bytes, 0, key.size() - at);
      return found ? put(writing, table, key, value) : void();
    case 3:  // a value that is cut, or goes on
      value.resize(value.size() * at / 128, 'y');
      return found ? put(writing, table, key, value) : void();
    case 4:
      return put(writing, table, bytes.substr(0, at), bytes);
    case 5:
      (void)writing.txn().erase(table, key);
  }
}

void check_event(const Event& event) {
  const bool is_member = event.kind == Event::Kind::joined || event.kind == Event::Kind::left;
  require(event.kind <= Event::Kind::control, "an event is of a kind");
  require(!is_member || event.member, "a member comes or goes");
  require(event.payload.size() <= kStateSize, "a message is in the state");
  uint16_t code = 0;
  std::string_view reason;
  if (event.kind == Event::Kind::control) (void)decode_close(event.payload.view(), code, reason);
}

void read_channel(Txn& txn, const ChannelRecord& channel, FuzzInput& input) {
  ChannelFacts facts;
  describe(txn, channel, facts);
  std::vector<Member> members;
  read_members(txn, channel, 2, {{kSession, {"ann", ""}}}, members);
  HistoryQuery query;
  if (input.byte() & 1) query.since = Position{channel.epoch, input.byte()};
  query.limit = input.byte() % 8;
  History history;
  if (read_history(txn, channel, ws::base::SharedBytes("room"), query, 2'000'000, history))
    for (const Event& event : history.messages) check_event(event);
}

// A loop that listens to two channels and a family, and asks for history.
void listen(Txn& txn, const LmdbSettings& settings, FuzzInput& input) {
  Nobody nobody;
  Reader reader(nobody, settings);
  for (const char* const name : {"room", "room.a", "room.*"}) {
    const auto listening = reader.listen(name, input.byte());
    uint64_t number = 0;
    if (!txn.get(Table::names, name, number)) number = input.byte();
    reader.activate(txn, listening, {number, 1});
  }
  reader.expect(input.byte());
  reader.read_later({ws::base::SharedBytes("room"), {}, [](BusStatus, const History& history) {
                       for (const Event& event : history.messages) check_event(event);
                     }});
  std::vector<HistoryRead> unknown;
  for (int i = 0; i < 8 && reader.read(txn, 1'000'000, unknown); ++i) {
  }
  std::vector<Event> events;
  (void)reader.receive(events);
  for (const Event& event : events) check_event(event);
  reader.detach();
}

void use(State& state, Writing& writing, FuzzInput& input) {
  ChannelEntry* const room = writing.find("room");
  switch (input.byte() % 10) {
    case 0:
      return room ? read_channel(writing.txn(), room->record, input) : void();
    case 1:
      return listen(writing.txn(), state.settings, input);
    case 2:
      return trim_log(writing);
    case 3:
      return room ? drop_until(writing, *room, input.byte()) : void();
    case 4:
      return room ? leave(writing, *room, kSession + input.byte() % 4) : void();
    case 5: {
      std::string resume;
      for (int i = 0; i < 4 && !remove_process(writing, 2, resume); ++i) {
      }
      return;
    }
    case 6: {
      Receipt receipt;
      const Submission asked = submission();
      if (find_receipt(writing, asked, receipt) && receipt.status == BusStatus::ok)
        require(receipt.placed.size() == asked.targets.size(), "a place for each target");
      receipt.placed.resize(2);
      return keep_receipt(writing, asked, receipt);
    }
    case 7:
      return room ? enter(writing, *room, kSession + input.byte() % 4, "ann", "") : void();
    case 8:
      remove_seats(writing, 2, {1, 2, 3});
      return void(take_seats(writing, 2, {{{1, 5}, {2, 5}, {3, 5}}}));
    case 9:
      if (room) writing.erase(*room);
      return void(writing.create("room"));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static State state;
  FuzzInput input(data, size);
  Writing writing(*state.store, state.settings, kNow, (input.byte() & 1) != 0);
  MetaRecord& meta = writing.meta();
  const uint8_t shift = input.byte();
  if (shift & 1) meta.live_front = input.byte();
  if (shift & 2) meta.live_bytes = uint64_t{input.byte()} << (shift >> 2);
  if (shift & 4) meta.kept_bytes = uint64_t{input.byte()} << (shift >> 2);
  const uint8_t changes = input.byte() % kMostChanges;
  for (uint8_t i = 0; i < changes; ++i) change(writing, input);
  while (!input.empty() && writing.txn().error() == 0) use(state, writing, input);
  return 0;
}
