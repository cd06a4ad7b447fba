// wsp/types.hpp - the plain values of the C++ API: text, opcodes, codes, messages. Wraps
// wsp/plugin.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "wsp/plugin.h"

namespace wsp {

constexpr std::string_view view(wsp_bytes b) noexcept { return {b.data, b.size}; }
constexpr wsp_bytes bytes(std::string_view s) noexcept { return {s.data(), s.size()}; }

enum class Opcode : wsp_opcode { text = WSP_TEXT, binary = WSP_BINARY };

// For what you send and publish: this message is never compressed. For a secret beside text that
// others may choose. A host before ABI 1.3 compresses nothing.
constexpr Opcode no_compress(Opcode opcode = Opcode::text) noexcept {
  return Opcode{static_cast<wsp_opcode>(opcode) | WSP_NO_COMPRESS};
}

namespace detail {

// The table has this member; that of an older host ends before it.
template <class Table, class Member>
bool reaches(const Table& table, Member Table::*member) noexcept {
  const auto* const begin = reinterpret_cast<const char*>(&table);
  const auto* const end = reinterpret_cast<const char*>(&(table.*member) + 1);
  return static_cast<size_t>(end - begin) <= table.struct_size;
}

// As this host knows it.
inline wsp_opcode opcode_for(const wsp_host& host, Opcode opcode) noexcept {
  const auto raw = static_cast<wsp_opcode>(opcode);
  return host.abi_minor >= 3 ? raw : raw & ~WSP_NO_COMPRESS;
}

}  // namespace detail

enum class LogLevel : wsp_log_level {
  error = WSP_LOG_ERROR,  // someone must act
  warning = WSP_LOG_WARNING,
  info = WSP_LOG_INFO,
  debug = WSP_LOG_DEBUG,
};

// RFC 6455, section 7.4.1, and the IANA registry. Your own codes: CloseCode{4000} to
// CloseCode{4999}.
enum class CloseCode : uint16_t {
  normal = 1000,
  going_away = 1001,
  protocol_error = 1002,
  unsupported_data = 1003,
  no_status = 1005,  // seen in on_close only
  abnormal = 1006,   // seen in on_close only
  invalid_payload = 1007,
  policy_violation = 1008,
  too_big = 1009,
  internal_error = 1011,
  service_restart = 1012,
  try_again_later = 1013,
};

enum class Status : wsp_status {
  ok = WSP_OK,
  gone = WSP_E_GONE,                // the session has ended
  full = WSP_E_FULL,                // too much waits already: not done
  invalid = WSP_E_INVALID,          // an argument breaks the contract
  unsupported = WSP_E_UNSUPPORTED,  // this host cannot do that
  failed = WSP_E_FAILED,            // the log says why
  denied = WSP_E_DENIED,            // this session may not do that
};

constexpr std::string_view to_string(Status s) noexcept {
  switch (s) {
    case Status::ok:
      return "ok";
    case Status::gone:
      return "gone";
    case Status::full:
      return "full";
    case Status::invalid:
      return "invalid";
    case Status::unsupported:
      return "unsupported";
    case Status::failed:
      return "failed";
    case Status::denied:
      return "denied";
  }
  return "unknown";
}

// A place in a channel's one order; see wsp/plugin.h.
using Position = wsp_position;

// One whole message of the peer. Borrowed: valid until the callback returns.
class Message {
 public:
  explicit Message(const wsp_message& m) noexcept : m_(m) {}
  Message(const Message&) = delete;
  Message& operator=(const Message&) = delete;

  bool is_text() const noexcept { return m_.opcode == WSP_TEXT; }
  Opcode opcode() const noexcept { return Opcode{m_.opcode}; }
  std::string_view payload() const noexcept { return view(m_.payload); }

 private:
  const wsp_message& m_;
};

// A published message on its way to this process's subscribers, in Plugin::on_deliver; or the
// announcement of Plugin::on_presence, or the notice of Plugin::on_gap. Borrowed: valid until the
// callback returns.
class Delivery {
 public:
  explicit Delivery(wsp_delivery& d) noexcept : d_(d) {}
  Delivery(const Delivery&) = delete;
  Delivery& operator=(const Delivery&) = delete;

  std::string_view channel() const noexcept { return view(d_.channel); }
  bool is_text() const noexcept { return d_.opcode == WSP_TEXT; }
  Opcode opcode() const noexcept { return Opcode{d_.opcode}; }
  std::string_view payload() const noexcept { return view(d_.payload); }  // as published
  Position position() const noexcept { return d_.position; }
  int64_t time_ms() const noexcept { return d_.time_ms; }  // of the publish, since 1970, UTC
  // Published with no_compress(); what replaces it, and what this call sends, is not compressed
  // either.
  bool is_not_compressed() const noexcept { return is_since_1_3() && d_.no_compress != 0; }

  // Sends this instead of the payload. The host copies it. At most once.
  Status replace(std::string_view payload, Opcode opcode = Opcode::text) noexcept {
    const auto raw = static_cast<wsp_opcode>(opcode);
    return Status{d_.replace(&d_, is_since_1_3() ? raw : raw & ~WSP_NO_COMPRESS, bytes(payload))};
  }
  // Nobody of this process gets it.
  void drop() noexcept { dropped_ = true; }
  bool dropped() const noexcept { return dropped_; }

 private:
  bool is_since_1_3() const noexcept { return detail::reaches(d_, &wsp_delivery::no_compress); }

  wsp_delivery& d_;
  bool dropped_ = false;
};

}  // namespace wsp
