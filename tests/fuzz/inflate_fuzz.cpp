// Compressed messages: the Inflater must make of them what the plain reader of DEFLATE makes,
// wherever input and output are cut, and never more than the limit; and what the deflaters write it
// must read. The input chooses window, takeover, limit, room and cuts; messages follow, each behind
// its size.
#include <string>
#include <vector>

#include "fuzz_input.h"
#include "protocol/deflater.h"
#include "protocol/deflater_pool.h"
#include "protocol/inflater.h"
#include "support/client_frames.h"
#include "support/oracle.h"
#include "support/oracle_inflate.h"
#include "support/recorded_event.h"

namespace {

using namespace ws::protocol;
using namespace ws::protocol::test;
using ws::fuzz::FuzzInput;
using ws::fuzz::require;

constexpr size_t kMost = 1 << 16;  // bytes of a message that are looked at
constexpr size_t kLong = 600;      // not worth the time byte by byte

struct Choice {
  DeflateAgreement agreement;
  ReadLimits limits;
  size_t room;
  std::string_view cuts;
};

Choice choose(FuzzInput& input) {
  const uint8_t first = input.byte();
  constexpr uint64_t kSizes[] = {kMost, 1, 200, 5000};
  const DeflateAgreement agreement{.server_window_bits = 15,
                                   .client_window_bits = static_cast<uint8_t>(8 + first % 8),
                                   .client_takeover = (first & 8) != 0};
  const ReadLimits limits{.max_message_size = kSizes[first >> 4 & 3], .max_fragments = 10};
  const size_t room = input.byte() + size_t{1};
  return {agreement, limits, room, input.bytes(first >> 6)};
}

// What comes out, up to kMost bytes and a little more; false if there is an error.
bool inflate(Inflater& inflater, std::string_view payload, const Choice& choice, std::string& all) {
  std::string output(choice.room, '\0');
  std::vector<size_t> ends = ws::fuzz::cuts(choice.cuts, payload.size());
  ends.push_back(payload.size());
  inflater.begin_message();
  size_t begin = 0;
  for (size_t i = 0; i < ends.size(); ++i) {
    std::string_view piece = payload.substr(begin, ends[i] - begin);
    begin = ends[i];
    for (;;) {
      const Inflater::Step step = inflater.inflate(piece, i + 1 == ends.size(), output);
      require(step.size <= output.size(), "no more than there is room for");
      all.append(output, 0, step.size);
      if (step.error != ProtocolError::none) return false;
      if (all.size() > kMost) return true;
      if (!step.more) break;
    }
    require(piece.empty(), "the input is used up");
  }
  return true;
}

void check_outputs(const std::vector<std::string_view>& messages, const Choice& choice) {
  const size_t window = size_t{1} << choice.agreement.client_window_bits;
  Inflater inflater(choice.agreement.client_window_bits, choice.agreement.client_takeover);
  std::string history;
  for (const std::string_view message : messages) {
    const OracleInflated expected = oracle_inflate(message, true, history, window, kMost + 1);
    std::string all;
    const bool good = inflate(inflater, message, choice, all);
    if (all.size() > kMost || expected.bytes.size() > kMost) {
      require(all.substr(0, kMost) == expected.bytes.substr(0, kMost), "as far as we look");
      return;
    }
    require(all == expected.bytes, "the bytes of the plain reader");
    require(good == (expected.whole && !expected.wrong), "the verdict of the plain reader");
    if (!good) return;
    if (choice.agreement.client_takeover) history = expected.history;
    inflater.park();
  }
}

void check_frames(const std::vector<std::string_view>& messages, const Choice& choice) {
  std::string bytes;
  uint8_t first = kText | kCompressed;
  for (const std::string_view message : messages) {
    bytes += frame(first, message);
    first ^= kText ^ kBinary;
  }
  const auto assembled = [&](std::span<const size_t> cuts) {
    return assemble(bytes, cuts, choice.limits, choice.agreement);
  };
  const auto expected = oracle_events(bytes, choice.limits, choice.agreement);
  require(assembled({}) == expected, "whole: as the oracle");
  require(assembled(ws::fuzz::cuts(choice.cuts, bytes.size())) == expected, "cut: as the oracle");
  if (bytes.size() > kLong) return;
  std::vector<size_t> every_place;
  for (size_t i = 1; i < bytes.size(); ++i) every_place.push_back(i);
  require(assembled(every_place) == expected, "byte by byte: as the oracle");
}

void check_round_trip(const std::vector<std::string_view>& messages, const Choice& choice) {
  const unsigned bits = std::max<unsigned>(choice.agreement.client_window_bits, 9);
  const int level = static_cast<int>(1 + choice.room % 9);
  Deflater deflater(bits, level);
  Inflater inflater(bits, true);
  DeflaterPool pool;
  Inflater alone(bits, false);
  for (const std::string_view message : messages) {
    // Long ones, too, with repetitions near and far.
    std::string text(message);
    while (text.size() < 2 * choice.room * message.size() && text.size() < 3000) text += text;
    std::string bytes, all;
    deflater.compress(text, bytes);
    require(inflate(inflater, bytes, choice, all) && all == text, "with context");
    bytes.clear();
    all.clear();
    pool.compress(text, window_for(text.size(), bits), level, bytes);
    require(bytes.size() <= text.size() + text.size() / 16 + 64, "not much larger");
    require(inflate(alone, bytes, choice, all) && all == text, "by itself");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  FuzzInput input(data, size);
  const Choice choice = choose(input);
  std::vector<std::string_view> messages;
  while (!input.empty() && messages.size() < 20) {
    const uint8_t next = input.byte();
    messages.push_back(next < 200 ? input.bytes(next) : input.rest());
  }
  check_outputs(messages, choice);
  check_frames(messages, choice);
  check_round_trip(messages, choice);
  return 0;
}
