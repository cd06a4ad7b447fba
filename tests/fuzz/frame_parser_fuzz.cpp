// Bytes of a client, whole and cut at places that the fuzzer chooses: the assembler must make the
// same of them each time, and the same as the plain reader.
#include <string>
#include <vector>

#include "fuzz_input.h"
#include "protocol/message_assembler.h"
#include "support/client_frames.h"
#include "support/oracle.h"
#include "support/recorded_event.h"

namespace {

using namespace ws::protocol;
using namespace ws::protocol::test;
using ws::fuzz::FuzzInput;

// The rest of the input as frames, so that the fuzzer gets past masks and lengths: for each a first
// byte, a size, and the payload; sizes from 128 on stand for longer payloads of one byte repeated.
std::string frames_of(FuzzInput& input) {
  std::string all;
  while (!input.empty()) {
    const uint8_t first = input.byte();
    const size_t size = input.byte();
    if (size < 128) {
      all += frame(first, input.bytes(size));
    } else {
      const char fill = static_cast<char>(input.byte());
      all += frame(first, std::string((size - 127) * 13, fill));
    }
  }
  return all;
}

ReadLimits limits_of(uint8_t choice) {
  constexpr uint64_t kSizes[] = {1 << 20, 1, 16, 200};
  constexpr uint32_t kFragments[] = {4096, 1, 3, 10};
  return {.max_message_size = kSizes[choice % 4], .max_fragments = kFragments[choice / 4 % 4]};
}

constexpr size_t kLong = 2000;  // not worth the time byte by byte

std::vector<size_t> every_place(size_t size) {
  std::vector<size_t> places;
  for (size_t i = 1; i < size; ++i) places.push_back(i);
  return places;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  FuzzInput input(data, size);
  const uint8_t choice = input.byte();
  const ReadLimits limits = limits_of(choice);
  const std::string_view cut_choice = input.bytes(choice >> 5);
  const std::string bytes = choice & 0x10 ? frames_of(input) : std::string(input.rest());

  const std::vector<RecordedEvent> expected = oracle_events(bytes, limits);
  ws::fuzz::require(assemble(bytes, {}, limits) == expected, "whole: as the oracle");
  ws::fuzz::require(assemble(bytes, ws::fuzz::cuts(cut_choice, bytes.size()), limits) == expected,
                    "cut: as the oracle");
  if (bytes.size() > kLong) return 0;
  ws::fuzz::require(assemble(bytes, every_place(bytes.size()), limits) == expected,
                    "byte by byte: as the oracle");
  return 0;
}
