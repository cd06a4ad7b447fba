// What reading costs without a network: nanoseconds per frame through MessageAssembler, of which
// unmasking and the UTF-8 check. Each figure is the best of several rounds.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "measure.h"
#include "protocol/mask.h"
#include "protocol/message_assembler.h"
#include "protocol/utf8.h"

namespace {

using ws::bench::nanoseconds;
using ws::protocol::Event;
using ws::protocol::MessageAssembler;
using ws::protocol::ReadLimits;

constexpr ReadLimits kLimits{.max_message_size = 1 << 20, .max_fragments = 4096};

std::string masked_frame(char first_byte, std::string_view payload) {
  constexpr std::array<char, 4> kMask{0x37, '\xfa', 0x21, 0x3d};
  std::string frame(1, first_byte);
  if (payload.size() < 126) {
    frame.push_back(static_cast<char>(0x80 | payload.size()));
  } else {
    const bool is_long = payload.size() > 0xFFFF;
    frame.push_back(static_cast<char>(is_long ? 0xFF : 0xFE));
    for (int shift = is_long ? 56 : 8; shift >= 0; shift -= 8) {
      frame.push_back(static_cast<char>(payload.size() >> shift));
    }
  }
  frame.append(kMask.data(), kMask.size());
  for (size_t i = 0; i < payload.size(); ++i) {
    frame.push_back(static_cast<char>(payload[i] ^ kMask[i % 4]));
  }
  return frame;
}

std::string repeated(std::string_view text, size_t size) {
  std::string all;
  while (all.size() + text.size() <= size) all.append(text);
  all.append(size - all.size(), '.');
  return all;
}

// `input` is fed in pieces of `piece` bytes, from a fresh copy each time, as recv() would leave it.
void measure_frames(const char* name, const std::string& input, size_t frames, size_t piece) {
  std::string buffer(input.size(), '\0');
  MessageAssembler assembler;
  size_t messages = 0;
  const double copy = nanoseconds([&] {
    std::memcpy(buffer.data(), input.data(), input.size());
    asm volatile("" : : "r"(buffer.data()) : "memory");
  });
  const double all = nanoseconds([&] {
    std::memcpy(buffer.data(), input.data(), input.size());
    asm volatile("" : : "r"(buffer.data()) : "memory");
    for (size_t at = 0; at < buffer.size(); at += piece) {
      std::span<char> bytes(buffer.data() + at, std::min(piece, buffer.size() - at));
      for (;;) {
        const Event event = assembler.next(bytes, kLimits);
        if (event.kind == Event::Kind::need_input) break;
        asm volatile("" : : "r"(event.payload.data()) : "memory");
        messages += event.kind == Event::Kind::message ? 1 : 0;
      }
    }
  });
  const double each = (all - copy) / static_cast<double>(frames);
  const double bytes = static_cast<double>(input.size()) / static_cast<double>(frames);
  std::printf("%-44s %10.1f ns/frame %8.2f GB/s\n", name, each, bytes / each);
  if (messages == 0) std::printf("  no message came out\n");
}

void measure_bytes(const char* name, size_t size, double each) {
  std::printf("%-44s %10.1f ns/call  %8.2f GB/s\n", name, each, static_cast<double>(size) / each);
}

void measure_masks() {
  for (const size_t size : {4UL, 20UL, 64UL, 125UL, 1024UL, 65536UL}) {
    std::string bytes(size, 'a');
    bool ascii = false;
    const double each = nanoseconds([&] {
      ascii ^= ws::protocol::unmask_ascii(bytes.data(), bytes.size(), 0x12345678);
      asm volatile("" : : "r"(bytes.data()), "r"(ascii) : "memory");
    });
    measure_bytes(("unmask and look for ASCII, " + std::to_string(size) + " B").c_str(), size,
                  each);
  }
}

void measure_utf8() {
  const struct {
    const char* name;
    std::string_view text;
  } kTexts[] = {{"ASCII", "plain text, nothing else. "},
                {"German", "Größe, Übermut und süße Äpfel fürs Frühstück. "},
                {"Russian", "Съешь же ещё этих мягких французских булок. "},
                {"Chinese", "我能吞下玻璃而不傷身體。"},
                {"emoji", "😀😃😄😁😆"}};
  for (const auto& [name, text] : kTexts) {
    for (const size_t size : {100UL, 65536UL}) {
      const std::string all = repeated(text, size);
      bool valid = false;
      const double each = nanoseconds([&] {
        valid = ws::protocol::is_valid_utf8(all);
        asm volatile("" : : "r"(all.data()), "r"(valid) : "memory");
      });
      measure_bytes(("UTF-8 check, " + std::string(name) + ", " + std::to_string(size) + " B" +
                     (valid ? "" : " (INVALID)"))
                        .c_str(),
                    size, each);
    }
  }
}

void measure_messages() {
  std::string sixteen;
  for (int i = 0; i < 16; ++i) sixteen += masked_frame('\x81', "twenty bytes of text");
  measure_frames("16 text frames of 20 B in one input", sixteen, 16, sixteen.size());
  measure_frames("the same, input cut every 100 B", sixteen, 16, 100);
  std::string umlauts;
  for (int i = 0; i < 16; ++i) umlauts += masked_frame('\x81', "zwanzig B mit \xC3\xBC\xC3\xA4..");
  measure_frames("16 text frames of 20 B with umlauts", umlauts, 16, umlauts.size());
  std::string pings;
  for (int i = 0; i < 16; ++i) pings += masked_frame('\x89', "") + masked_frame('\x82', "x");
  measure_frames("16 pings and 16 binary frames of 1 B", pings, 32, pings.size());
  for (const size_t size : {126UL, 1024UL, 16384UL, 65536UL}) {
    const std::string frame = masked_frame('\x81', repeated("some plain text ", size));
    measure_frames(("text frame of " + std::to_string(size) + " B").c_str(), frame, 1,
                   frame.size());
  }
  const std::string large = masked_frame('\x81', repeated("some plain text ", 65536));
  measure_frames("text frame of 65536 B, input cut every 16 KiB", large, 1, 16384);
  const std::string russian = masked_frame(
      '\x81', repeated("\xD0\xB5\xD1\x89\xD1\x91 \xD1\x8D\xD1\x82\xD0\xB8\xD1\x85 ", 65536));
  measure_frames("text frame of 65536 B, Russian", russian, 1, russian.size());
}

}  // namespace

int main() {
  measure_messages();
  measure_masks();
  measure_utf8();
  return 0;
}
