// The assembler: a fast way for small messages that are whole in the input, and one for all.
#include "protocol/message_assembler.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "protocol/close_code.h"
#include "protocol/mask.h"

namespace ws::protocol {
namespace {

constexpr size_t kInflateChunk = 4096;  // on the stack; larger ones are not faster

// Data that can't be compressed grow by less than this; what is beyond inflates to little.
uint64_t max_compressed_size(const ReadLimits& limits) noexcept {
  const uint64_t more = limits.max_message_size / 16 + 64;
  return limits.max_message_size + std::min(more, UINT64_MAX - limits.max_message_size);
}

}  // namespace

Event MessageAssembler::next(std::span<char>& input, const ReadLimits& limits, Inflater* inflater) {
  constexpr size_t kHeader = 6;
  if (at_start_ && input.size() >= kHeader) {
    const auto first = static_cast<unsigned char>(input[0]);
    const size_t size = static_cast<unsigned char>(input[1]) - size_t{0x80};
    const bool text = first == 0x81;
    if ((text || first == 0x82) && size < 126 && size <= input.size() - kHeader &&
        size <= limits.max_message_size) {
      char* const payload = input.data() + kHeader;
      uint32_t mask;
      std::memcpy(&mask, input.data() + 2, sizeof mask);
      input = input.subspan(kHeader + size);
      const bool ascii = unmask_ascii(payload, size, mask);
      if (text && !ascii && !is_valid_utf8({payload, size})) [[unlikely]] {
        input = {};
        return fail(ProtocolError::invalid_utf8);
      }
      return {.kind = Event::Kind::message,
              .opcode = text ? Opcode::text : Opcode::binary,
              .payload = {payload, size}};
    }
  }
  return next_of_any_kind(input, limits, inflater);
}

Event MessageAssembler::next_of_any_kind(std::span<char>& input, const ReadLimits& limits,
                                         Inflater* inflater) {
  if (delivered_) {
    buffer_.truncate(message_size_);
    delivered_ = false;
  }
  const Event event = state_ == State::reading  ? read(input, limits, inflater)
                      : state_ == State::failed ? fail(error_)
                                                : Event{};
  if (state_ != State::reading) input = {};
  at_start_ = idle() && !delivered_;
  return event;
}

Event MessageAssembler::read(std::span<char>& input, const ReadLimits& limits, Inflater* inflater) {
  for (;;) {
    const FramePiece piece = parser_.next(input, inflater != nullptr);
    ProtocolError error = piece.error;
    bool inflated = false;
    if (piece.kind == FramePiece::Kind::need_input) return {};
    if (piece.kind == FramePiece::Kind::header) {
      error = begin_frame(piece, limits, inflater);
    } else if (piece.kind == FramePiece::Kind::payload) {
      inflated = compressed_ && inflater != nullptr && !is_control(piece.opcode);
      error = inflated ? inflate_payload(piece, limits, *inflater) : unmask_payload(piece);
    }
    if (error != ProtocolError::none) return fail(error);
    if (piece.kind != FramePiece::Kind::payload) continue;

    const std::string_view payload = inflated ? buffer_.view() : collect(piece);
    if (!piece.last) continue;
    ++frames_;
    if (is_control(piece.opcode)) return finish_control(piece.opcode, payload);
    if (piece.fin) return finish_message(payload);
  }
}

ProtocolError MessageAssembler::begin_frame(const FramePiece& header, const ReadLimits& limits,
                                            Inflater* inflater) {
  if (is_control(header.opcode)) return ProtocolError::none;
  if (header.opcode != Opcode::continuation) {
    opcode_ = header.opcode;
    in_message_ = true;
    fragments_ = 0;
    wire_size_ = 0;
    compressed_ = header.compressed && inflater != nullptr;
    if (compressed_) [[unlikely]]
      inflater->begin_message();
  }
  uint64_t limit = limits.max_message_size;
  if (compressed_) [[unlikely]]
    limit = max_compressed_size(limits);
  if (header.payload_size > limit || wire_size_ > limit - header.payload_size) {
    return ProtocolError::message_too_big;
  }
  if (fragments_ >= limits.max_fragments) return ProtocolError::too_many_fragments;
  ++fragments_;
  wire_size_ += header.payload_size;
  return ProtocolError::none;
}

ProtocolError MessageAssembler::unmask_payload(const FramePiece& piece) noexcept {
  char* const bytes = piece.bytes.data();
  const size_t size = piece.bytes.size();
  const bool ascii = unmask_ascii(bytes, size, piece.mask);
  if (is_control(piece.opcode) || opcode_ != Opcode::text) return ProtocolError::none;
  const bool known_good = ascii && utf8_.complete();
  if (!known_good && !utf8_.feed({bytes, size})) return ProtocolError::invalid_utf8;
  const bool ends = piece.last && piece.fin;
  return ends && !utf8_.complete() ? ProtocolError::invalid_utf8 : ProtocolError::none;
}

ProtocolError MessageAssembler::inflate_payload(const FramePiece& piece, const ReadLimits& limits,
                                                Inflater& inflater) {
  unmask(piece.bytes.data(), piece.bytes.size(), piece.mask);
  std::string_view input{piece.bytes.data(), piece.bytes.size()};
  const bool ends = piece.last && piece.fin;
  char chunk[kInflateChunk];
  for (;;) {
    const Inflater::Step step = inflater.inflate(input, ends, chunk);
    const uint64_t room = limits.max_message_size - message_size_;
    const std::string_view bytes{chunk, static_cast<size_t>(std::min<uint64_t>(step.size, room))};
    if (opcode_ == Opcode::text && !utf8_.feed(bytes)) return ProtocolError::invalid_utf8;
    if (step.size > room) return ProtocolError::message_too_big;
    if (step.error != ProtocolError::none) return step.error;
    buffer_.append(bytes, ends && !step.more ? 0 : room - bytes.size());
    message_size_ = buffer_.size();
    if (step.more) continue;
    const bool cut = ends && opcode_ == Opcode::text && !utf8_.complete();
    return cut ? ProtocolError::invalid_utf8 : ProtocolError::none;
  }
}

// Gives the whole payload if the piece completes a message or a control frame.
std::string_view MessageAssembler::collect(const FramePiece& piece) {
  const std::string_view bytes{piece.bytes.data(), piece.bytes.size()};
  const bool control = is_control(piece.opcode);
  const size_t begin = control ? message_size_ : 0;
  if (piece.last && piece.fin && buffer_.size() == begin) return bytes;
  buffer_.append(bytes, piece.fin ? parser_.remaining() : std::numeric_limits<uint64_t>::max());
  if (!control) message_size_ = buffer_.size();
  return buffer_.view().substr(begin);
}

Event MessageAssembler::finish_message(std::string_view payload) noexcept {
  in_message_ = false;
  message_size_ = 0;
  delivered_ = buffer_.size() > 0;
  return {.kind = Event::Kind::message,
          .opcode = opcode_,
          .compressed = compressed_,
          .payload = payload};
}

Event MessageAssembler::finish_control(Opcode opcode, std::string_view payload) noexcept {
  delivered_ = buffer_.size() > message_size_;
  if (opcode == Opcode::close) return finish_close(payload);
  return {.kind = opcode == Opcode::ping ? Event::Kind::ping : Event::Kind::pong,
          .opcode = opcode,
          .payload = payload};
}

// RFC 6455 section 5.5.1. An unfinished message is dropped.
Event MessageAssembler::finish_close(std::string_view payload) noexcept {
  Event event{.kind = Event::Kind::close, .opcode = Opcode::close, .close_code = kNoStatus};
  if (payload.size() == 1) return fail(ProtocolError::bad_close_payload);
  if (payload.size() >= 2) {
    event.close_code = static_cast<uint16_t>(static_cast<unsigned char>(payload[0]) << 8 |
                                             static_cast<unsigned char>(payload[1]));
    event.payload = payload.substr(2);
    if (!may_be_received(event.close_code)) return fail(ProtocolError::bad_close_code);
    if (!is_valid_utf8(event.payload)) return fail(ProtocolError::bad_close_reason);
  }
  state_ = State::closed;
  in_message_ = false;
  message_size_ = 0;
  delivered_ = buffer_.size() > 0;
  return event;
}

Event MessageAssembler::fail(ProtocolError error) noexcept {
  state_ = State::failed;
  error_ = error;
  in_message_ = false;
  at_start_ = false;
  message_size_ = 0;
  delivered_ = false;
  buffer_.truncate(0);
  return {.kind = Event::Kind::error, .error = error};
}

}  // namespace ws::protocol
