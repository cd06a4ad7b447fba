// Bytes of a client, whole and cut at places that the fuzzer chooses: the assembler must make the
// same of them each time, and the same as the plain reader; without compression and with it.
#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "fuzz_input.h"
#include "protocol/message_assembler.h"
#include "support/client_frames.h"
#include "support/deflate_bits.h"
#include "support/oracle.h"
#include "support/recorded_event.h"

namespace {

using namespace ws::protocol;
using namespace ws::protocol::test;
using ws::fuzz::FuzzInput;

// The rest of the input as frames, so that the fuzzer gets past masks and lengths: for each a first
// byte, a size, and the payload; sizes from 128 on stand for longer payloads of one byte repeated,
// compressed if RSV1 is set.
std::string frames_of(FuzzInput& input) {
  std::string all;
  while (!input.empty()) {
    const uint8_t first = input.byte();
    const size_t size = input.byte();
    if (size < 128) {
      all += frame(first, input.bytes(size));
    } else {
      const char fill = static_cast<char>(input.byte());
      const std::string text((size - 127) * 13, fill);
      all += frame(first, first & kCompressed ? deflated(text) : text);
    }
  }
  return all;
}

ReadLimits limits_of(uint8_t choice) {
  constexpr uint64_t kSizes[] = {1 << 20, 1, 16, 200};
  constexpr uint32_t kFragments[] = {4096, 1, 3, 10};
  return {.max_message_size = kSizes[choice % 4], .max_fragments = kFragments[choice / 4 % 4]};
}

DeflateAgreement agreement_of(uint8_t choice) {
  return {.server_window_bits = 15,
          .client_window_bits = static_cast<uint8_t>(choice & 1 ? 9 : 15),
          .client_takeover = (choice & 2) != 0};
}

constexpr size_t kLong = 2000;  // not worth the time byte by byte

std::vector<size_t> every_place(size_t size) {
  std::vector<size_t> places;
  for (size_t i = 1; i < size; ++i) places.push_back(i);
  return places;
}

void check(std::string_view bytes, std::string_view cut_choice, const ReadLimits& limits,
           const DeflateAgreement& agreement) {
  const auto assembled = [&](std::span<const size_t> cuts) {
    return assemble(bytes, cuts, limits, agreement);
  };
  const std::vector<RecordedEvent> expected = oracle_events(bytes, limits, agreement);
  ws::fuzz::require(assembled({}) == expected, "whole: as the oracle");
  ws::fuzz::require(assembled(ws::fuzz::cuts(cut_choice, bytes.size())) == expected,
                    "cut: as the oracle");
  if (bytes.size() > kLong) return;
  ws::fuzz::require(assembled(every_place(bytes.size())) == expected,
                    "byte by byte: as the oracle");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  FuzzInput input(data, size);
  const uint8_t choice = input.byte();
  ReadLimits limits = limits_of(choice);
  const std::string_view cut_choice = input.bytes(choice >> 5);
  const std::string bytes = choice & 0x10 ? frames_of(input) : std::string(input.rest());
  check(bytes, cut_choice, limits, {});
  limits.max_message_size = std::min<uint64_t>(limits.max_message_size, 4000);
  check(bytes, cut_choice, limits, agreement_of(choice));
  return 0;
}
