// The plain reader.
#include "support/oracle.h"

#include <array>
#include <optional>

#include "support/oracle_inflate.h"

namespace ws::protocol::test {
namespace {

// The size of the character at the front, 0 if there is none that is right and whole.
size_t character_size(std::string_view bytes) {
  const auto at = [&](size_t i) { return static_cast<unsigned char>(bytes[i]); };
  size_t size = 0;
  unsigned number = 0;
  if ((at(0) & 0x80) == 0x00) size = 1, number = at(0);
  if ((at(0) & 0xE0) == 0xC0) size = 2, number = at(0) & 0x1F;
  if ((at(0) & 0xF0) == 0xE0) size = 3, number = at(0) & 0x0F;
  if ((at(0) & 0xF8) == 0xF0) size = 4, number = at(0) & 0x07;
  if (size == 0 || size > bytes.size()) return 0;
  for (size_t i = 1; i < size; ++i) {
    if ((at(i) & 0xC0) != 0x80) return 0;
    number = number * 64 + (at(i) & 0x3F);
  }
  const std::array<unsigned, 5> smallest{0, 0, 0x80, 0x800, 0x10000};
  if (number < smallest[size]) return 0;
  if (number >= 0xD800 && number <= 0xDFFF) return 0;
  if (number > 0x10FFFF) return 0;
  return size;
}

std::string_view without_whole_characters(std::string_view bytes) {
  while (!bytes.empty()) {
    const size_t size = character_size(bytes);
    if (size == 0) break;
    bytes.remove_prefix(size);
  }
  return bytes;
}

class Reader {
 public:
  Reader(std::string_view bytes, const ReadLimits& limits, const DeflateAgreement& agreement)
      : bytes_(bytes), limits_(limits), agreement_(agreement) {}

  std::vector<RecordedEvent> read() {
    while (read_frame()) {
    }
    return std::move(events_);
  }

 private:
  bool fail(ProtocolError error) {
    events_.push_back({.kind = Event::Kind::error, .error = error});
    return false;
  }

  std::optional<unsigned> byte() {
    if (at_ == bytes_.size()) return std::nullopt;
    return static_cast<unsigned char>(bytes_[at_++]);
  }

  // One frame; false if it is not all there, wrong, or the last one.
  bool read_frame() {
    const auto first = byte();
    if (!first) return false;
    const bool fin = *first >= 0x80;
    const unsigned opcode = *first % 16;
    const bool compressed = *first % 128 >= 64;
    const bool may_be_compressed =
        agreement_.client_window_bits != 0 && (opcode == 1 || opcode == 2);
    if (compressed && !may_be_compressed) return fail(ProtocolError::reserved_bit);
    if ((*first / 16) % 4 != 0) return fail(ProtocolError::reserved_bit);
    if ((opcode > 2 && opcode < 8) || opcode > 10) return fail(ProtocolError::reserved_opcode);
    const bool control = opcode >= 8;
    if (control && !fin) return fail(ProtocolError::control_fragmented);
    if (opcode == 0 && !open_) return fail(ProtocolError::unexpected_continuation);
    if ((opcode == 1 || opcode == 2) && open_) return fail(ProtocolError::expected_continuation);

    const auto second = byte();
    if (!second) return false;
    if (*second < 0x80) return fail(ProtocolError::unmasked_frame);
    uint64_t size = *second - 0x80;
    if (control && size > 125) return fail(ProtocolError::control_too_long);
    if (size == 126) {
      if (!read_number(2, size)) return false;
      if (size < 126) return fail(ProtocolError::length_not_minimal);
    } else if (size == 127) {
      if (at_ < bytes_.size() && static_cast<unsigned char>(bytes_[at_]) >= 0x80) {
        return fail(ProtocolError::length_too_big);
      }
      if (!read_number(8, size)) return false;
      if (size < 65536) return fail(ProtocolError::length_not_minimal);
    }
    if (bytes_.size() - at_ < 4) return false;
    const std::string_view mask = bytes_.substr(at_, 4);
    at_ += 4;
    if (control) return read_control(opcode, size, mask);
    if (opcode != 0) begin_message(static_cast<Opcode>(opcode), compressed);
    return read_data(fin, size, mask);
  }

  bool read_number(int count, uint64_t& number) {
    number = 0;
    for (int i = 0; i < count; ++i) {
      const auto next = byte();
      if (!next) return false;
      number = number * 256 + *next;
    }
    return true;
  }

  std::string read_payload(uint64_t size, std::string_view mask) {
    std::string payload;
    while (payload.size() < size && at_ < bytes_.size()) {
      payload.push_back(static_cast<char>(bytes_[at_++] ^ mask[payload.size() % 4]));
    }
    return payload;
  }

  void begin_message(Opcode opcode, bool compressed) {
    message_ = {.kind = Event::Kind::message, .opcode = opcode};
    frames_ = 0;
    received_.clear();
    compressed_ = compressed;
  }

  bool read_data(bool fin, uint64_t size, std::string_view mask) {
    const uint64_t most =
        limits_.max_message_size + (compressed_ ? limits_.max_message_size / 16 + 64 : 0);
    if (size > most || size + received_.size() > most) return fail(ProtocolError::message_too_big);
    if (++frames_ > limits_.max_fragments) return fail(ProtocolError::too_many_fragments);
    const std::string payload = read_payload(size, mask);
    received_ += payload;
    const bool whole = payload.size() == size;
    const ProtocolError error = compressed_ ? inflate(whole && fin) : ProtocolError::none;
    if (!compressed_) message_.payload = received_;
    if (message_.opcode == Opcode::text) {
      const bool ends = whole && fin && error == ProtocolError::none;
      const bool good =
          ends ? oracle_is_utf8(message_.payload) : oracle_is_utf8_prefix(message_.payload);
      if (!good) return fail(ProtocolError::invalid_utf8);
    }
    if (error != ProtocolError::none) return fail(error);
    if (!whole) return false;
    open_ = !fin;
    if (fin) events_.push_back(message_);
    return true;
  }

  // All that arrived of the message, from its begin.
  ProtocolError inflate(bool last) {
    const size_t most = limits_.max_message_size;
    OracleInflated all = oracle_inflate(received_, last, history_,
                                        size_t{1} << agreement_.client_window_bits, most + 1);
    message_.payload = all.bytes.substr(0, most);
    if (all.bytes.size() > most) return ProtocolError::message_too_big;
    if (all.wrong) return ProtocolError::bad_compressed_data;
    if (last && !all.whole) return ProtocolError::unfinished_compressed_data;
    if (last && agreement_.client_takeover) history_ = std::move(all.history);
    return ProtocolError::none;
  }

  bool read_control(unsigned opcode, uint64_t size, std::string_view mask) {
    const std::string payload = read_payload(size, mask);
    if (payload.size() < size) return false;
    if (opcode == 8) return read_close(payload);
    events_.push_back({.kind = opcode == 9 ? Event::Kind::ping : Event::Kind::pong,
                       .opcode = static_cast<Opcode>(opcode),
                       .payload = payload});
    return true;
  }

  bool read_close(const std::string& payload) {
    RecordedEvent event{.kind = Event::Kind::close, .opcode = Opcode::close, .close_code = 1005};
    if (payload.size() == 1) return fail(ProtocolError::bad_close_payload);
    if (!payload.empty()) {
      const unsigned code =
          static_cast<unsigned char>(payload[0]) * 256U + static_cast<unsigned char>(payload[1]);
      const bool defined =
          code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
      if (!defined && (code < 3000 || code > 4999)) return fail(ProtocolError::bad_close_code);
      event.close_code = static_cast<uint16_t>(code);
      event.payload = payload.substr(2);
      if (!oracle_is_utf8(event.payload)) return fail(ProtocolError::bad_close_reason);
    }
    events_.push_back(event);
    return false;
  }

  const std::string_view bytes_;
  const ReadLimits limits_;
  const DeflateAgreement agreement_;
  size_t at_ = 0;
  bool open_ = false;
  uint64_t frames_ = 0;
  RecordedEvent message_;
  std::string received_;  // of the message, as it is on the wire
  bool compressed_ = false;
  std::string history_;  // of earlier messages
  std::vector<RecordedEvent> events_;
};

}  // namespace

bool oracle_is_utf8(std::string_view bytes) { return without_whole_characters(bytes).empty(); }

bool oracle_is_utf8_prefix(std::string_view bytes) {
  const std::string_view rest = without_whole_characters(bytes);
  if (rest.empty()) return true;
  if (rest.size() > 3) return false;
  const std::string_view each = "\x80\x8F\x90\x9F\xA0\xBF";
  for (const char a : each) {
    if (character_size(std::string(rest) + a) == rest.size() + 1) return true;
    for (const char b : each) {
      if (character_size(std::string(rest) + a + b) == rest.size() + 2) return true;
      for (const char c : each) {
        if (character_size(std::string(rest) + a + b + c) == rest.size() + 3) return true;
      }
    }
  }
  return false;
}

std::vector<RecordedEvent> oracle_events(std::string_view bytes, const ReadLimits& limits,
                                         const DeflateAgreement& agreement) {
  return Reader(bytes, limits, agreement).read();
}

}  // namespace ws::protocol::test
