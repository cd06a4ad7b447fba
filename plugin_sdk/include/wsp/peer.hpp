// wsp/peer.hpp - Host and Peer: what a plugin may ask of the server. Both are small values: copy
// them, keep them, use them on any thread until the plugin is destroyed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "wsp/types.hpp"

namespace wsp {

class Peer;

namespace detail {

// The host's table has this function; that of an older host ends before it.
template <class Table, class Function>
bool has(const Table* table, Function Table::*member) noexcept {
  return table && reaches(*table, member) && table->*member != nullptr;
}

}  // namespace detail

// The server, as one Location's plugin sees it. All calls [any]: they never block.
class Host {
 public:
  explicit Host(const wsp_host& host) noexcept : host_(&host) {}

  void log(LogLevel level, std::string_view text) const noexcept {
    host_->log(host_, static_cast<wsp_log_level>(level), bytes(text));
  }

  // One message to every subscriber of the channel, in all server processes.
  Status publish(std::string_view channel, std::string_view payload,
                 Opcode opcode = Opcode::text) const noexcept {
    return Status{host_->publish(host_, bytes(channel), detail::opcode_for(*host_, opcode),
                                 bytes(payload), 0)};
  }

  Peer peer(wsp_session id) const noexcept;

  // nullptr when this host lacks it. Timers, Work, History and the others ask by
  // themselves.
  template <class Table>
  const Table* extension(const char* id) const noexcept {
    return static_cast<const Table*>(host_->get_extension(host_, id));
  }

  const wsp_host& raw() const noexcept { return *host_; }

 private:
  const wsp_host* host_;
};

// Names one connection. After its end every call gives Status::gone and does nothing.
// A status may be ignored: the host itself acts upon a full queue and ends what is gone.
class Peer {
 public:
  Peer(const wsp_host& host, wsp_session id) noexcept : host_(&host), id_(id) {}

  wsp_session id() const noexcept { return id_; }
  Host host() const noexcept { return Host(*host_); }

  // full: not queued; on_drain follows, unless WebSocketSlowClient ends the session.
  // invalid: text that is not UTF-8.
  Status send(std::string_view payload, Opcode opcode = Opcode::text) const noexcept {
    return Status{host_->send(host_, id_, detail::opcode_for(*host_, opcode), bytes(payload))};
  }

  // Starts the closing handshake; on_close follows. A reason has at most 123 bytes.
  Status close(CloseCode code = CloseCode::normal, std::string_view reason = {}) const noexcept {
    return Status{host_->close(host_, id_, static_cast<uint16_t>(code), bytes(reason))};
  }

  // Channel names: 1 to 255 bytes of UTF-8 without control characters or blanks.
  Status subscribe(std::string_view channel) const noexcept {
    return Status{host_->subscribe(host_, id_, bytes(channel))};
  }
  Status unsubscribe(std::string_view channel) const noexcept {
    return Status{host_->unsubscribe(host_, id_, bytes(channel))};
  }

  // To every subscriber but this one. To all: host().publish().
  Status publish_to_others(std::string_view channel, std::string_view payload,
                           Opcode opcode = Opcode::text) const noexcept {
    return Status{host_->publish(host_, bytes(channel), detail::opcode_for(*host_, opcode),
                                 bytes(payload), id_)};
  }

  // Stops and starts reading from the peer: backpressure.
  Status pause_input() const noexcept { return Status{host_->pause_input(host_, id_)}; }
  Status resume_input() const noexcept { return Status{host_->resume_input(host_, id_)}; }

  // Bytes that wait to be sent; 0 for a session that is gone. On its own thread only.
  size_t queued_bytes() const noexcept {
    size_t n = 0;
    return host_->queued_bytes(host_, id_, &n) == WSP_OK ? n : 0;
  }

  void log(LogLevel level, std::string_view text) const noexcept { host().log(level, text); }

  bool operator==(const Peer& other) const noexcept = default;

 private:
  const wsp_host* host_;
  wsp_session id_;
};

inline Peer Host::peer(wsp_session id) const noexcept { return {*host_, id}; }

}  // namespace wsp
