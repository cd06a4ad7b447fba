// The log of all events.
#include "channel/lmdb_log.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "channel/lmdb_history.h"

namespace ws::channel::lmdb {

namespace {

// Large contents are cut into pages: LMDB needs free pages side by side for a larger value, and
// those get rare.
constexpr size_t kPart = 4096 - 16;
// Above this size a value takes whole pages.
constexpr size_t kInline = 2000;
constexpr size_t kPage = 4096;
constexpr size_t kEntryCost = 32;
constexpr size_t kSureParts = 64;  // so much room is made before they are found

// So much is dropped at once, and so far below the limit, that it need not be done for each
// message. Not more: the list of the freed pages shall fit into a page.
constexpr size_t kTrimCount = 4096;
constexpr uint64_t kTrimBytes = uint64_t{3} << 19;
constexpr uint64_t kAgePeriodMs = 1000;

struct Found {
  uint64_t order;
  LogHeader header;
};

constexpr uint8_t kUncompressed = 0x80;

uint8_t encode_type(protocol::MessageType type) noexcept {
  return static_cast<uint8_t>(static_cast<uint8_t>(type.opcode) |
                              (type.may_compress ? 0 : kUncompressed));
}

protocol::MessageType decode_type(uint8_t type) noexcept {
  return {static_cast<protocol::Opcode>(type & ~kUncompressed), (type & kUncompressed) == 0};
}

// Whatever else is said about the message.
bool is_data(uint8_t type) noexcept {
  const protocol::Opcode opcode = decode_type(type).opcode;
  return opcode == protocol::Opcode::text || opcode == protocol::Opcode::binary;
}

size_t part_count(size_t size) noexcept {
  const size_t first = kPart - sizeof(LogHeader);
  return size <= first ? 1 : 1 + (size - first + kPart - 1) / kPart;
}

bool is_kept(Writing& writing, const Found& event) {
  KeptRecord kept{};
  return event.header.kind == static_cast<uint8_t>(Event::Kind::message) &&
         writing.txn().get(Table::history, Key(event.header.channel, event.header.offset), kept) &&
         kept.order == event.order;
}

// Events after `order`, oldest first, while `wanted`.
template <class Wanted>
std::vector<Found> collect(Writing& writing, uint64_t order, Wanted wanted) {
  std::vector<Found> events;
  uint64_t bytes = 0;
  Cursor cursor(writing.txn(), Table::log);
  const uint64_t begin = order + 1;
  for (bool found = cursor.seek(order_key(begin));
       found && events.size() < kTrimCount && bytes < kTrimBytes; found = cursor.next()) {
    Found event{order_of(cursor.key()), {}};
    if (!read_header(cursor, event.header)) {
      writing.txn().fail(MDB_CORRUPTED);
      break;
    }
    if (!wanted(event)) break;
    events.push_back(event);
    bytes += event.header.cost;
    for (uint16_t part = 1; part < event.header.parts; ++part) cursor.next();
  }
  return events;
}

void drop_live(Writing& writing, const Found& event) {
  MetaRecord& meta = writing.meta();
  erase_event(writing, event.order, event.header.parts);
  meta.live_bytes -= std::min(meta.live_bytes, event.header.cost);
}

void drop_kept(Writing& writing, const Found& event) {
  if (ChannelEntry* const channel = writing.find(event.header.channel))
    drop_until(writing, *channel, event.header.offset);
}

// The oldest of what is not kept.
void trim_live(Writing& writing, uint64_t limit, bool by_age) {
  MetaRecord& meta = writing.meta();
  const uint64_t oldest =
      writing.now_ms() - std::min<uint64_t>(writing.now_ms(), writing.settings().live_ms);
  uint64_t left = meta.live_bytes;
  const auto events = collect(writing, meta.live_front, [&](const Found& event) {
    const bool drop = left > limit || (by_age && event.header.time_ms < oldest);
    if (drop && !is_kept(writing, event)) left -= std::min(left, event.header.cost);
    return drop;
  });
  for (const Found& event : events) {
    if (!is_kept(writing, event)) drop_live(writing, event);
    meta.live_front = event.order + event.header.parts - 1;
  }
}

// The oldest of all, kept or not.
void drop_oldest(Writing& writing, const std::vector<Found>& events) {
  MetaRecord& meta = writing.meta();
  for (const Found& event : events) {
    if (is_kept(writing, event)) drop_kept(writing, event);
    if (event.order <= meta.live_front) continue;
    drop_live(writing, event);
    meta.live_front = event.order + event.header.parts - 1;
  }
}

void trim_kept(Writing& writing, uint64_t limit) {
  uint64_t left = writing.meta().kept_bytes;
  drop_oldest(writing, collect(writing, 0, [&](const Found& event) {
                if (left <= limit) return false;
                if (is_kept(writing, event)) left -= std::min(left, event.header.cost);
                return true;
              }));
}

void trim_some(Writing& writing, size_t count) {
  drop_oldest(writing, collect(writing, 0, [&count](const Found&) { return count-- > 0; }));
}

}  // namespace

uint64_t cost_of(size_t size) noexcept {
  const size_t parts = part_count(size);
  const size_t bytes = size + sizeof(LogHeader) + kEntryCost * parts;
  return bytes <= kInline ? bytes : (bytes + kPage - 1) / kPage * kPage;
}

Place append(Writing& writing, ChannelEntry& channel, const NewEvent& event) {
  const size_t parts = part_count(event.content.size());
  const uint64_t order = writing.take_order(static_cast<uint32_t>(parts));
  LogHeader header{};
  header.channel = channel.record.number;
  header.offset = channel.record.offset;
  header.except = event.except;
  header.unix_ms = writing.unix_ms();
  header.time_ms = writing.now_ms();
  header.size = static_cast<uint32_t>(event.content.size());
  header.parts = static_cast<uint16_t>(parts);
  header.kind = static_cast<uint8_t>(event.kind);
  header.type = encode_type(event.type);
  header.cost = cost_of(event.content.size());

  std::string_view rest = event.content;
  for (size_t part = 0; part < parts; ++part) {
    const size_t head = part == 0 ? sizeof header : 0;
    const std::string_view piece = rest.substr(0, kPart - head);
    rest.remove_prefix(piece.size());
    char* const to =
        writing.txn().reserve(Table::log, order_key(order + part), head + piece.size(), MDB_APPEND);
    if (!to) break;
    if (head > 0) std::memcpy(to, &header, head);
    std::copy(piece.begin(), piece.end(), to + head);
  }
  writing.meta().live_bytes += header.cost;
  writing.hint(channel, order);
  channel.record.used_ms = writing.now_ms();
  channel.is_changed = true;
  return {order, header.cost};
}

void erase_event(Writing& writing, uint64_t order, uint16_t parts) {
  for (uint16_t part = 0; part < parts; ++part)
    writing.txn().erase(Table::log, order_key(order + part));
}

void trim_log(Writing& writing) {
  MetaRecord& meta = writing.meta();
  const uint64_t bytes = uint64_t{writing.page_count()} * kPage;
  const uint64_t live_limit = bytes / 4;
  const uint64_t kept_limit = bytes / 3;
  const bool by_age = writing.now_ms() - meta.trimmed_ms >= kAgePeriodMs;
  if (by_age) meta.trimmed_ms = writing.now_ms();
  if (by_age || meta.live_bytes > live_limit)
    trim_live(writing, meta.live_bytes > live_limit ? live_limit / 8 * 7 : live_limit, by_age);
  if (meta.kept_bytes > kept_limit) trim_kept(writing, kept_limit / 16 * 15);
  // Sparse pages: many small messages went between few that stay.
  const size_t most = writing.page_count() / 10 * 6;
  for (int i = 0; i < 16 && writing.message_pages() > most; ++i) trim_some(writing, 128);
}

bool read_header(const Cursor& cursor, LogHeader& header) noexcept {
  return record_of(cursor.value(), header) && header.parts > 0 &&
         header.parts == part_count(header.size) &&
         header.kind <= static_cast<uint8_t>(Event::Kind::control) &&
         (header.kind != static_cast<uint8_t>(Event::Kind::message) || is_data(header.type));
}

bool read_event(Cursor& cursor, const LogHeader& header, Event& event) {
  const uint64_t order = order_of(cursor.key());
  event.kind = static_cast<Event::Kind>(header.kind);
  event.type = decode_type(header.type);
  event.except = header.except;
  event.position.offset = header.offset;
  event.order = order;
  event.time_ms = header.unix_ms;
  std::string_view content = cursor.value().substr(sizeof header);
  std::string joined;
  if (header.parts > 1) {
    // Reserved as far as it is sure to be there.
    joined.reserve(std::min<size_t>(header.size, kPart * kSureParts));
    joined = content;
    for (uint16_t part = 1; part < header.parts; ++part) {
      if (!cursor.next() || order_of(cursor.key()) != order + part ||
          cursor.value().size() > header.size - std::min<size_t>(header.size, joined.size()))
        return false;
      joined += cursor.value();
    }
    content = joined;
  }
  if (content.size() != header.size) return false;
  if (event.kind != Event::Kind::joined && event.kind != Event::Kind::left) {
    event.payload = base::SharedBytes(content);
    return true;
  }
  if (content.size() < 8) return false;
  const size_t key_size = number_in(content, 4, 4);
  if (key_size > content.size() - 8) return false;
  event.member = std::make_shared<const Member>(
      Member{std::string(content.substr(8, key_size)), std::string(content.substr(8 + key_size)),
             static_cast<uint32_t>(number_in(content, 0, 4))});
  return true;
}

std::string encode_member(const Member& member) {
  Key numbers;
  numbers.add(member.session_count).add(static_cast<uint32_t>(member.key.size()));
  std::string content(numbers);
  return content.append(member.key).append(member.info);
}

}  // namespace ws::channel::lmdb
