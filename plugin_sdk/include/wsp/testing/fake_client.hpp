// wsp/testing/fake_client.hpp - FakeClient: one connection, seen and driven from the client's side.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "wsp/testing/handshake.hpp"

namespace wsp::testing {

class FakeHost;

// One whole message.
struct Frame {
  wsp_opcode opcode = WSP_TEXT;
  std::string payload = {};
  bool no_compress = false;  // never compressed on the wire
  bool is_text() const noexcept { return opcode == WSP_TEXT; }
  bool operator==(const Frame&) const = default;
};

namespace detail {

constexpr wsp_opcode plain(wsp_opcode opcode) noexcept { return opcode & ~WSP_NO_COMPRESS; }
constexpr bool is_opcode(wsp_opcode opcode) noexcept {
  return plain(opcode) == WSP_TEXT || plain(opcode) == WSP_BINARY;
}
inline Frame frame_of(wsp_opcode opcode, std::string_view payload, bool no_compress = false) {
  return {plain(opcode), std::string(payload), no_compress || opcode != plain(opcode)};
}

}  // namespace detail

// Belongs to its FakeHost and lives as long. Each call returns when the plugin and all that
// follows (other sessions' messages too) are through. All on the test's thread.
class FakeClient {
 public:
  FakeClient(const FakeClient&) = delete;
  FakeClient& operator=(const FakeClient&) = delete;

  const Handshake& handshake() const noexcept { return handshake_; }
  wsp_session id() const noexcept { return id_; }
  // The handshake succeeded, and neither side has closed.
  bool is_open() const noexcept { return phase_ == Phase::open; }

  void send(std::string_view text) { receive_from_peer({WSP_TEXT, std::string(text)}); }
  void send_binary(std::string_view data) { receive_from_peer({WSP_BINARY, std::string(data)}); }
  // code 0: a Close frame without a code, which the plugin sees as 1005.
  void close(uint16_t code = 1000, std::string_view reason = {});
  // The connection breaks: 1006.
  void vanish();

  // Messages that came and were not taken yet.
  const std::deque<Frame>& received() const noexcept { return received_; }
  // The oldest of them; std::out_of_range when there is none.
  Frame take_frame() {
    if (received_.empty()) throw std::out_of_range("the client received nothing");
    Frame frame = std::move(received_.front());
    received_.pop_front();
    return frame;
  }
  std::string take() { return take_frame().payload; }
  std::vector<std::string> take_all() {
    std::vector<std::string> all;
    while (!received_.empty()) all.push_back(take());
    return all;
  }

  // A slow client: from now on messages wait in the session's output queue. One may exceed
  // FakeHost::send_queue; what comes behind it is refused with WSP_E_FULL.
  void stop_reading() noexcept { reading_ = false; }
  void read();  // takes all that waits and goes on reading; on_drain if it was full
  size_t queued_bytes() const noexcept { return queued_bytes_; }

  // A client that does not answer a Close frame: on_close comes with vanish() only.
  void ignore_close() noexcept { answers_close_ = false; }
  // The Close frame that the client got, 0 for none yet.
  uint16_t close_code() const noexcept { return close_code_; }
  const std::string& close_reason() const noexcept { return close_reason_; }

  bool input_paused() const noexcept { return paused_; }
  bool subscribed_to(std::string_view channel) const;

 private:
  friend class FakeHost;
  enum class Phase {
    refused,  // no connection: see handshake()
    open,     // on_open was called, or is being called
    closing,  // a Close frame went to the client
    ended,    // on_close was called, or on_open failed
  };

  // A history reply that waits for FakeHost::answer_history(), and what was published meanwhile.
  struct LateHistory {
    std::string channel;
    bool subscribes;
    std::function<void(bool gone)> answer;
    std::vector<Frame> live = {};
  };

  FakeClient(FakeHost& host, wsp_session id) : host_(host), id_(id) {}
  void receive_from_peer(Frame frame);

  FakeHost& host_;
  wsp_session id_;
  Handshake handshake_;
  std::string user_;
  int64_t expires_ms_ = 0;
  Phase phase_ = Phase::refused;
  void* state_ = nullptr;
  bool has_state_ = false;  // on_open returned WSP_OK, on_close is due
  std::deque<Frame> received_;
  std::deque<Frame> output_;  // waits for read()
  std::deque<Frame> input_;   // waits for resume_input
  std::vector<LateHistory> late_history_;
  size_t queued_bytes_ = 0;
  bool reading_ = true;
  bool was_full_ = false;
  bool paused_ = false;
  bool answers_close_ = true;
  uint16_t close_code_ = 0;
  std::string close_reason_;
};

}  // namespace wsp::testing
