// The UTF-8 checker against the plain one, whole and cut; and unmasking against the plain loop.
#include <string>

#include "fuzz_input.h"
#include "protocol/close_code.h"
#include "protocol/mask.h"
#include "protocol/utf8.h"
#include "support/client_frames.h"
#include "support/oracle.h"

namespace {

using namespace ws::protocol;
using namespace ws::protocol::test;
using ws::fuzz::require;

void check_validator(std::string_view text, const std::vector<size_t>& cuts) {
  const bool valid = oracle_is_utf8(text);
  require(is_valid_utf8(text) == valid, "whole: as the oracle");
  Utf8Validator validator;
  bool good = true;
  size_t begin = 0;
  for (const size_t cut : cuts) {
    good = validator.feed(text.substr(begin, cut - begin));
    require(good == oracle_is_utf8_prefix(text.substr(0, cut)), "cut: fails at once or not at all");
    begin = cut;
  }
  good = validator.feed(text.substr(begin));
  require((good && validator.complete()) == valid, "cut: as the oracle");
}

void check_mask(std::string_view text, size_t cut) {
  std::string bytes = masked(text);
  uint32_t key;
  std::memcpy(&key, kMask.data(), sizeof key);
  const bool first = unmask_ascii(bytes.data(), cut, key);
  const bool second = unmask_ascii(bytes.data() + cut, bytes.size() - cut, rotate_mask(key, cut));
  require(bytes == text, "the mask is off");
  bool ascii = true;
  for (const char c : text) ascii = ascii && static_cast<unsigned char>(c) < 0x80;
  require((first && second) == ascii, "ASCII is known as such");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  ws::fuzz::FuzzInput input(data, size);
  const std::string_view choice = input.bytes(input.byte() % 4);
  const std::string_view text = input.rest();
  const std::vector<size_t> cuts = ws::fuzz::cuts(choice, text.size());
  check_validator(text, cuts);
  check_mask(text, cuts.empty() ? 0 : cuts.front());
  const ClosePayload close = make_close_payload(kNormalClosure, text);
  require(close.size >= 2 && close.size <= 125, "a close payload fits its frame");
  require(oracle_is_utf8(close.view().substr(2)), "a close reason is UTF-8");
  return 0;
}
