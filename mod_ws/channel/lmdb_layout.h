// What lies in the shared state: tables, keys, records. Any change here is another kLayout.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

#include "channel/seats.h"
#include "session/session_table.h"

namespace ws::channel::lmdb {

inline constexpr uint32_t kLayout = 4;

enum class Table : uint8_t {
  meta,       // kMetaKey -> MetaRecord
  names,      // full name -> channel number
  channels,   // channel number -> ChannelRecord, full name
  log,        // order -> LogHeader, content; the rest of a large content at the orders after it
  history,    // channel number, offset -> KeptRecord: the messages of the log that are kept
  interest,   // channel number, process -> uint32_t: who is woken, and how many sessions it has
              // there
  members,    // channel number, session -> MemberRecord, key, info
  keys,       // channel number, key -> a KeyRecord for each session, the last entered at the end
  sessions,   // session, channel number -> nothing: where a process's sessions are
  processes,  // process -> ProcessRecord
  receipts,   // Submission::key -> ReceiptRecord, PlacedRecords
  ages,       // time, entry -> Submission::key: the receipts, oldest first
  seats,      // process, number -> uint32_t: seats taken; process 0: by all together
};
inline constexpr size_t kTableCount = 13;

// An event's place among all events of all channels: the transaction that wrote it, and which of
// that transaction's it is. So the newest order is known without a look at the log.
inline constexpr unsigned kOrderBits = 20;
inline constexpr uint64_t kOrdersPerTransaction = uint64_t{1} << kOrderBits;
constexpr uint64_t first_order(uint64_t transaction) noexcept { return transaction << kOrderBits; }
constexpr uint64_t last_order(uint64_t transaction) noexcept {
  return first_order(transaction) | (kOrdersPerTransaction - 1);
}
constexpr uint64_t transaction_of(uint64_t order) noexcept { return order >> kOrderBits; }

inline constexpr std::string_view kMetaKey = "meta";

struct MetaRecord {
  uint64_t transaction;  // the last one; see ReadTxn
  uint64_t next_epoch;
  uint64_t next_channel;
  uint64_t next_entry;        // numbers those who enter
  uint64_t live_front;        // of events up to this order only the kept ones are still there
  uint64_t live_bytes;        // of events that are not kept
  uint64_t kept_bytes;        // of those that are
  uint64_t trimmed_ms;        // when age was last looked at
  uint64_t time_ms;           // of the last write; see time_shift_ms
  int64_t time_shift_ms;      // added to the clock it gives a time that goes on after a reboot
  int64_t unix_ms;            // of the last write
  std::array<char, 40> boot;  // see lmdb_boot.h
  SeatKey seat_key;
};

struct ChannelRecord {
  uint64_t number;
  uint64_t epoch;
  uint64_t offset;          // of the newest message
  uint64_t message_order;   // of the newest message
  uint64_t other_order;     // of the newest event that is no message
  uint64_t first_kept;      // offset of the oldest kept message; 0: none
  uint64_t complete_after;  // every message with a greater offset is kept
  uint64_t kept_bytes;
  uint64_t used_ms;
  uint32_t kept_count;
  uint32_t keep_count;
  uint32_t keep_age_ms;
  uint32_t listeners;  // processes
  uint32_t sessions;   // that entered
  uint32_t keys;       // that they entered under
};

struct LogHeader {
  uint64_t channel;
  uint64_t offset;  // of the message, or of the message before
  uint64_t except;
  int64_t unix_ms;
  uint64_t time_ms;
  uint32_t size;   // of the content, all parts together
  uint16_t parts;  // entries of the log that it takes, at least 1
  uint8_t kind;    // an Event::Kind
  uint8_t type;    // an Opcode, and 0x80 when the message may not be compressed
  uint64_t cost;   // bytes that it takes
};

struct KeptRecord {
  uint64_t order;
  uint64_t time_ms;
  uint64_t cost;
};

struct MemberRecord {
  uint64_t entry;
  uint32_t key_size;
  uint32_t info_size;
};

struct KeyRecord {
  std::array<char, 8> entry;  // big-endian: the table sorts by it
  std::array<char, 8> session;
};

struct ProcessRecord {
  uint64_t started;  // of the pid, as /proc tells
  uint32_t pid;
  uint32_t unused;
};

struct ReceiptRecord {
  uint64_t time_ms;
  std::array<unsigned char, 32> digest;
};

struct PlacedRecord {
  uint64_t epoch;
  uint64_t offset;
  uint64_t subscribers;
};

template <class Record>
std::string_view bytes_of(const Record& record) noexcept {
  static_assert(std::is_trivially_copyable_v<Record> &&
                std::has_unique_object_representations_v<Record>);
  return {reinterpret_cast<const char*>(&record), sizeof record};
}

// False: the bytes are too few.
template <class Record>
bool record_of(std::string_view bytes, Record& record) noexcept {
  static_assert(std::is_trivially_copyable_v<Record>);
  if (bytes.size() < sizeof record) return false;
  std::memcpy(&record, bytes.data(), sizeof record);
  return true;
}

// Keys of tables that are in the order of their bytes.
class Key {
 public:
  Key() = default;
  Key(uint64_t first, uint64_t second) noexcept { add(first).add(second); }

  template <class Number>
  requires std::is_unsigned_v<Number> Key& add(Number number) noexcept {
    for (int shift = static_cast<int>(sizeof number) * 8 - 8; shift >= 0; shift -= 8)
      bytes_[size_++] = static_cast<char>(number >> shift);
    return *this;
  }
  // No more than there is room for.
  Key& add(std::string_view bytes) noexcept {
    size_ += bytes.copy(bytes_.data() + size_, bytes_.size() - size_);
    return *this;
  }
  operator std::string_view() const noexcept { return {bytes_.data(), size_}; }

 private:
  size_t size_ = 0;
  std::array<char, 512> bytes_;
};

// A part of a Key. Bytes that are not there count as zeros.
inline uint64_t number_in(std::string_view bytes, size_t at, size_t size = 8) noexcept {
  uint64_t number = 0;
  for (size_t i = at; i < at + size; ++i)
    number = number << 8 | (i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0U);
  return number;
}

}  // namespace ws::channel::lmdb
