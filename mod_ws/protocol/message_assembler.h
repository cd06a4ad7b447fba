// Turns a client's bytes into messages and control frames: fragments are put together, UTF-8 and
// limits checked as bytes arrive. It knows no socket, no time and no closing handshake.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "protocol/frame_parser.h"
#include "protocol/inflater.h"
#include "protocol/message_buffer.h"
#include "protocol/opcode.h"
#include "protocol/protocol_error.h"
#include "protocol/utf8.h"

namespace ws::protocol {

// Both at least 1: there is no "unlimited".
struct ReadLimits {
  uint64_t max_message_size;  // bytes of payload, decompressed, all fragments together
  uint32_t max_fragments;     // frames of one message, empty ones too

  bool operator==(const ReadLimits&) const = default;
};

struct Event {
  enum class Kind : uint8_t {
    need_input,  // the input is used up
    message,     // opcode text (valid UTF-8) or binary
    ping,
    pong,
    close,  // the peer's Close frame, checked; what follows it is discarded
    error,  // the peer broke a rule; all further input is discarded
  };

  Kind kind = Kind::need_input;
  Opcode opcode = Opcode::continuation;  // message: text or binary; ping, pong, close: the same
  ProtocolError error = ProtocolError::none;
  bool compressed = false;        // message: it came so
  uint16_t close_code = 0;        // close: the peer's, 1005 if it gave none
  std::string_view payload = {};  // message, ping, pong: payload; close: reason
};

// One for a connection, or for a connection that is not idle(): an idle one holds no memory and
// nothing to remember.
//
//   for (;;) { Event event = assembler.next(input, limits); if need_input, stop; ... }
class MessageAssembler {
 public:
  // Takes bytes off the front of `input` up to the next event, and unmasks them where they are.
  // The payload is a view of the input or of the assembler's own buffer, valid until the next call
  // or until the input's memory changes. A message that is whole in `input` is not copied and
  // nothing is allocated. The same events come out wherever the input is cut. After `error` every
  // call gives it again and takes all input; after `close` every call gives need_input and takes
  // all input.
  // `inflater`: for compressed messages; null if no compression was agreed. It must be the same
  // one, and serve nobody else, while inflating(). Throws std::bad_alloc.
  [[nodiscard]] Event next(std::span<char>& input, const ReadLimits& limits,
                           Inflater* inflater = nullptr);

  // No frame and no message has begun, nothing failed and no Close came: may be dropped, or used
  // for another connection. The payload of the last event may still be in here.
  [[nodiscard]] bool idle() const noexcept {
    return state_ == State::reading && !in_frame() && !in_message_;
  }

  // A frame has begun and is not complete (frame timeout).
  [[nodiscard]] bool in_frame() const noexcept {
    return state_ == State::reading && parser_.in_frame();
  }

  // The header of a message's first frame was read and the message is not complete (message
  // timeout).
  [[nodiscard]] bool in_message() const noexcept { return in_message_; }

  // A compressed message has begun and is not complete: the inflater holds a part of it.
  [[nodiscard]] bool inflating() const noexcept { return in_message_ && compressed_; }

  // Frames that were completed, but for those that were whole in the input while nothing was
  // begun: tells whether the frame of in_frame() is still the same one.
  [[nodiscard]] uint64_t frames() const noexcept { return frames_; }

  // Bytes that it holds of an unfinished message.
  [[nodiscard]] size_t buffered_bytes() const noexcept { return buffer_.capacity(); }

 private:
  enum class State : uint8_t {
    reading,
    closed,  // the peer's Close came
    failed,  // the peer broke a rule
  };

  Event next_of_any_kind(std::span<char>& input, const ReadLimits& limits, Inflater* inflater);
  Event read(std::span<char>& input, const ReadLimits& limits, Inflater* inflater);
  ProtocolError begin_frame(const FramePiece& header, const ReadLimits& limits, Inflater* inflater);
  ProtocolError unmask_payload(const FramePiece& piece) noexcept;
  [[gnu::noinline]] ProtocolError inflate_payload(const FramePiece& piece, const ReadLimits& limits,
                                                  Inflater& inflater);
  std::string_view collect(const FramePiece& piece);
  Event finish_message(std::string_view payload) noexcept;
  Event finish_control(Opcode opcode, std::string_view payload) noexcept;
  Event finish_close(std::string_view payload) noexcept;
  Event fail(ProtocolError error) noexcept;

  FrameParser parser_;
  MessageBuffer buffer_;     // the message so far, then what is there of a control frame in it
  size_t message_size_ = 0;  // how much of buffer_ is the message's
  uint64_t wire_size_ = 0;   // of the message's frames so far, as they came
  uint64_t frames_ = 0;
  uint32_t fragments_ = 0;  // of the message
  Utf8Validator utf8_;      // of a text message; complete at its end, so ready for the next
  Opcode opcode_ = Opcode::continuation;  // of the message
  ProtocolError error_ = ProtocolError::none;
  State state_ = State::reading;
  bool in_message_ = false;
  bool compressed_ = false;  // the message is, or the last one was
  bool delivered_ = false;   // what buffer_ has beyond message_size_ was the last event's
  bool at_start_ = true;     // nothing held, nothing begun: the next byte begins a message
};

}  // namespace ws::protocol
