// The frame layer as a program: reads cases from stdin and prints what happens in each, a line of
// JSON a case.
//
// A case: one byte for the compression (0: none; else the client's window bits, and 16 if its
// context is not kept), two for the size of the pieces that the bytes come in (0: one piece), four
// for their number, big-endian; then the bytes.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/inflater.h"
#include "protocol/message_assembler.h"
#include "protocol/protocol_error.h"

namespace {

using namespace ws::protocol;

constexpr ReadLimits kLimits{.max_message_size = 65536, .max_fragments = 16};

std::string hex(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    out += kDigits[static_cast<unsigned char>(c) >> 4];
    out += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

std::string text_of(const Event& event) {
  switch (event.kind) {
    case Event::Kind::need_input:
      return {};
    case Event::Kind::message:
      return (event.opcode == Opcode::text ? "[\"text\",\"" : "[\"binary\",\"") +
             hex(event.payload) + "\"]";
    case Event::Kind::ping:
      return "[\"ping\",\"" + hex(event.payload) + "\"]";
    case Event::Kind::pong:
      return "[\"pong\",\"" + hex(event.payload) + "\"]";
    case Event::Kind::close:
      return "[\"close\"," + std::to_string(event.close_code) + ",\"" + hex(event.payload) + "\"]";
    case Event::Kind::error:
      return "[\"error\"," + std::to_string(close_code(event.error)) + ",\"" +
             std::string(describe(event.error)) + "\"]";
  }
  return {};
}

std::string run(unsigned compression, size_t piece, std::string bytes) {
  std::optional<Inflater> inflater;
  if (compression != 0) inflater.emplace(compression & 15, (compression & 16) == 0);
  MessageAssembler assembler;
  std::string events;
  if (piece == 0) piece = std::max<size_t>(bytes.size(), 1);
  for (size_t at = 0; at < bytes.size(); at += piece) {
    std::span<char> input(bytes.data() + at, std::min(piece, bytes.size() - at));
    for (;;) {
      const Event event = assembler.next(input, kLimits, inflater ? &*inflater : nullptr);
      if (event.kind == Event::Kind::need_input) break;
      events += (events.empty() ? "" : ",") + text_of(event);
      if (event.kind == Event::Kind::error) return "[" + events + "]";
    }
  }
  return "[" + events + "]";
}

// Whole cases only: what feeds this is a script beside it.
uint32_t number(std::string_view& input, size_t size) {
  uint32_t value = 0;
  for (const char c : input.substr(0, size)) value = value << 8 | static_cast<unsigned char>(c);
  input.remove_prefix(size);
  return value;
}

}  // namespace

int main() {
  const std::string all(std::istreambuf_iterator<char>(std::cin), {});
  for (std::string_view input = all; !input.empty();) {
    const unsigned compression = number(input, 1);
    const size_t piece = number(input, 2);
    const size_t size = number(input, 4);
    std::puts(run(compression, piece, std::string(input.substr(0, size))).c_str());
    input.remove_prefix(size);
  }
  return 0;
}
