// Limits, windows and memory of compressed messages (BAD_INPUT rows D6, D7, D9, D11).
#include <algorithm>
#include <string>
#include <string_view>

#include "protocol/message_assembler.h"
#include "support/check_events.h"
#include "support/client_frames.h"
#include "support/deflate_bits.h"
#include "support/recorded_event.h"

#include <CppUTest/TestHarness.h>

using namespace ws::protocol;
using namespace ws::protocol::test;

namespace {

constexpr uint8_t kDeflatedText = kText | kCompressed;
constexpr uint8_t kDeflatedBegin = kTextBegin | kCompressed;
constexpr const char* kTooBig = "error(the message is too big)";
constexpr const char* kTooMany = "error(the message has too many fragments)";
constexpr const char* kBad = "error(the compressed data are wrong)";

DeflateAgreement agreed(uint8_t bits, bool takeover = false) {
  return {.server_window_bits = 15, .client_window_bits = bits, .client_takeover = takeover};
}

std::string text_event(const std::string& payload) {
  return to_string({{.kind = Event::Kind::message, .opcode = Opcode::text, .payload = payload}});
}

// Bytes without repetitions, in which a distance can be long.
std::string varied(size_t size) {
  std::string text;
  for (uint32_t i = 0, seed = 1; i < size; ++i) {
    seed = seed * 1664525 + 1013904223;
    text.push_back(static_cast<char>('a' + (seed >> 24) % 26));
  }
  return text;
}

struct Feed {
  Inflater inflater{15, false};
  MessageAssembler assembler;

  Event operator()(std::string bytes, const ReadLimits& limits) {
    std::span<char> input(bytes.data(), bytes.size());
    Event event = assembler.next(input, limits, &inflater);
    event.payload = {};  // it goes with `bytes`
    return event;
  }
};

}  // namespace

TEST_GROUP(compressed_limits){};

TEST(compressed_limits, AcceptsAMessageOfTheLimitButNotOneByteMore) {
  for (const size_t limit : {1, 100, 1000, 4096, 4097}) {
    const ReadLimits limits{.max_message_size = limit, .max_fragments = 2};
    for (const std::string& text : {std::string(limit, 'x'), varied(limit)}) {
      const std::string over = deflated(text + "x");
      check_events(frame(kDeflatedText, deflated(text)), text_event(text), limits, agreed(15));
      check_events(frame(kDeflatedText, over), kTooBig, limits, agreed(15));
      check_events(frame(kDeflatedBegin, over.substr(0, over.size() - 1)) +
                       frame(kContinueEnd, over.substr(over.size() - 1)),
                   kTooBig, limits, agreed(15));
    }
  }
}

TEST(compressed_limits, CountsEachMessageAnew) {
  const ReadLimits limits{.max_message_size = 4, .max_fragments = 1};
  const std::string one = frame(kDeflatedText, deflated("abcd"));
  check_events(one + frame(kText, "abcd") + one, "text(abcd) text(abcd) text(abcd)", limits,
               agreed(15));
}

TEST(compressed_limits, TellsWhatComesFirst) {
  const ReadLimits limits{.max_message_size = 4, .max_fragments = 1};
  const char* const not_utf8 = "error(a text message that is not UTF-8)";
  check_events(frame(kDeflatedText, deflated("abc\xFF and more")), not_utf8, limits, agreed(15));
  check_events(frame(kDeflatedText, deflated("abcd\xFF and more")), kTooBig, limits, agreed(15));
  const auto wrong_after = [](std::string_view text) {
    return frame(kDeflatedText, DeflateBits().stored(text).begin(3).bytes());
  };
  check_events(wrong_after("abcd"), kBad, limits, agreed(15));
  check_events(wrong_after("abcde"), kTooBig, limits, agreed(15));
  check_events(wrong_after("abc\xE2"), kBad, limits, agreed(15));
  check_events(wrong_after("abc\xFF"), not_utf8, limits, agreed(15));
}

TEST(compressed_limits, LimitsWhatIsOnTheWireToo) {
  const ReadLimits limits{.max_message_size = 1600, .max_fragments = 4};
  const size_t most = 1600 + 100 + 64;
  const auto nothing = [](size_t size) {  // blocks without bytes
    std::string bytes;
    while (bytes.size() + 5 <= size) bytes.append("\x00\x00\x00\xFF\xFF", 5);
    bytes.append(size - bytes.size(), '\0');
    return bytes;
  };
  for (const size_t over : {0, 1}) {
    const std::string bytes = nothing(most - most % 5 + 1);
    const std::string expected = over ? kTooBig : "text()";
    const std::string rest(over ? most + 1 - bytes.size() : 0, '\0');
    check_events(frame(kDeflatedBegin, bytes) + frame(kContinueEnd, rest), expected, limits,
                 agreed(15));
  }
  check_events(header(kDeflatedText, most).append(kMask), "", limits, agreed(15));
  check_events(header(kDeflatedText, most + 1).append(kMask), kTooBig, limits, agreed(15));
  check_events(header(kDeflatedText, UINT64_MAX / 2).append(kMask), kTooBig,
               {.max_message_size = UINT64_MAX / 4, .max_fragments = 1}, agreed(15));
}

TEST(compressed_limits, TakesWhatCannotBeCompressed) {
  const std::string text = varied(5000);
  const ReadLimits limits{.max_message_size = text.size(), .max_fragments = 1};
  std::string payload;
  DeflateBits bits;
  for (size_t at = 0; at < text.size(); at += 100) bits.stored(text.substr(at, 100));
  check_events(frame(kDeflatedText, bits.flushed()), text_event(text), limits, agreed(15));
}

TEST(compressed_limits, CountsFragments) {
  const ReadLimits limits{.max_message_size = 1000, .max_fragments = 3};
  const std::string payload = deflated("text");
  const std::string two = frame(kDeflatedBegin, payload) + frame(kContinue, "");
  check_events(two + frame(kContinueEnd, ""), "text(text)", limits, agreed(15));
  check_events(two + frame(kContinue, "") + frame(kContinueEnd, ""), kTooMany, limits, agreed(15));
}

TEST(compressed_limits, StopsABombAtTheLimit) {
  const std::string bomb = deflated(std::string(10 << 20, '\0'));
  CHECK(bomb.size() < 12000);
  const ReadLimits limits{.max_message_size = 1 << 20, .max_fragments = 4096};
  for (const size_t piece : {size_t{1}, size_t{100}, bomb.size()}) {
    Feed feed;
    size_t most = 0;
    size_t sent = 0;
    Event event = feed(header(kBinary | kCompressed, bomb.size()).append("\0\0\0\0", 4), limits);
    while (event.kind == Event::Kind::need_input && sent < bomb.size()) {
      event = feed(bomb.substr(sent, piece), limits);
      sent += piece;
      most = std::max(most, feed.assembler.buffered_bytes());
    }
    CHECK(event.error == ProtocolError::message_too_big);
    CHECK(sent < 1100 + piece);
    CHECK(most <= limits.max_message_size);
    LONGS_EQUAL(0, feed.assembler.buffered_bytes());
  }
}

TEST(compressed_limits, StopsABombInManyFragments) {
  const std::string bomb = deflated(std::string(10 << 20, '\0'));
  const ReadLimits limits{.max_message_size = 1 << 20, .max_fragments = 100000};
  Feed feed;
  Event event = feed(frame(kBinaryBegin | kCompressed, ""), limits);
  size_t at = 0;
  while (event.kind == Event::Kind::need_input && at < bomb.size()) {
    event = feed(frame(kContinue, bomb.substr(at++, 1)), limits);
    CHECK(feed.assembler.buffered_bytes() <= limits.max_message_size);
  }
  CHECK(event.error == ProtocolError::message_too_big);
  CHECK(at < 1100);
}

TEST(compressed_limits, HoldsNoMoreThanAMessageNeeds) {
  const std::string text = varied(10000);
  std::string bytes = frame(kDeflatedText, deflated(text));
  Feed feed;
  std::span<char> input(bytes.data(), bytes.size());
  const Event event = feed.assembler.next(input, kLimits, &feed.inflater);
  CHECK(event.payload == text);
  LONGS_EQUAL(text.size(), feed.assembler.buffered_bytes());
  CHECK(feed("", kLimits).kind == Event::Kind::need_input);
  LONGS_EQUAL(0, feed.assembler.buffered_bytes());
}

TEST(compressed_limits, AcceptsADistanceOfTheWindowButNotOneByteMore) {
  for (uint8_t bits = 8; bits <= 15; ++bits) {
    const unsigned window = 1U << bits;
    for (const unsigned before : {window + 1, window + 300, 2 * window + 17}) {
      const std::string text = varied(before);
      const auto data = [&](unsigned distance) {
        DeflateBits all;
        for (size_t at = 0; at < before; at += 60000) all.stored(text.substr(at, 60000));
        return all.begin(1).match(20, distance).literals("!").end_of_block().flushed();
      };
      const std::string whole = text + text.substr(before - window, 20) + "!";
      check_events(frame(kDeflatedText, data(window)), text_event(whole), kLimits, agreed(bits));
      if (bits == 15) continue;  // DEFLATE has no longer distance
      check_events(frame(kDeflatedText, data(window + 1)), kBad, kLimits, agreed(bits));
    }
  }
}

TEST(compressed_limits, ChecksDistancesAfterWhatTheSameMessageGave) {
  const std::string text = varied(700);
  for (const unsigned distance : {512, 513}) {
    const std::string data =
        DeflateBits().begin(1).literals(text).match(258, distance).end_of_block().flushed();
    check_events(frame(kDeflatedText, data),
                 distance == 512 ? text_event(text + text.substr(188, 258)) : kBad, kLimits,
                 agreed(9));
  }
}

TEST(compressed_limits, ReadsWhatAClientMakesWithAnyWindow) {
  for (const uint8_t bits : {9, 11, 14, 15}) {
    for (const bool takeover : {false, true}) {
      ClientDeflate keeps(bits);
      std::string bytes;
      std::string expected;
      for (const size_t size : {10, 3000, 0, 500, 33000, 1, 500}) {
        std::string text = varied(size / 2);
        text += text;
        bytes += frame(kDeflatedText,
                       takeover ? keeps.message(text) : ClientDeflate(bits).message(text));
        expected += (expected.empty() ? "" : " ") + text_event(text);
      }
      check_events(bytes, expected, kLimits, agreed(bits, takeover));
    }
  }
}

TEST(compressed_limits, RefusesAContextThatWasNotAgreed) {
  ClientDeflate client;
  const std::string text = varied(50);
  const std::string first = frame(kDeflatedText, client.message(text));
  const std::string second = frame(kDeflatedText, client.message(text));
  check_events(first + second, text_event(text) + " " + text_event(text), kLimits,
               agreed(15, true));
  check_events(first + second, text_event(text) + " " + kBad, kLimits, agreed(15, false));
}

TEST(compressed_limits, LimitsTheWindowOverMessages) {
  const std::string text = varied(400);
  const auto refer = [](unsigned distance) {
    return frame(kDeflatedText,
                 DeflateBits().begin(1).match(10, distance).end_of_block().flushed());
  };
  const std::string two = frame(kDeflatedText, DeflateBits().stored(text).flushed()) +
                          frame(kDeflatedText, DeflateBits().stored(text).flushed());
  const std::string both = text_event(text) + " " + text_event(text) + " ";
  check_events(two + refer(512), both + text_event(text.substr(288, 10)), kLimits, agreed(9, true));
  check_events(two + refer(513), both + kBad, kLimits, agreed(9, true));
  check_events(refer(1), kBad, kLimits, agreed(9, true));
}

TEST(compressed_limits, ServesAnotherClientAfterAnUnfinishedMessageOrAnError) {
  const std::string payload = deflated("abc");
  for (const std::string& last : {close_frame(1000), frame(kContinueEnd, "\xFF\xFF")}) {
    Feed feed;
    CHECK(feed(frame(kDeflatedBegin, payload.substr(0, 2)), kLimits).kind ==
          Event::Kind::need_input);
    CHECK_TRUE(feed.assembler.inflating());
    CHECK(feed(last, kLimits).kind != Event::Kind::need_input);
    CHECK_FALSE(feed.assembler.inflating());
    std::string whole = frame(kDeflatedText, payload);
    std::span<char> input(whole.data(), whole.size());
    MessageAssembler other;
    CHECK(other.next(input, kLimits, &feed.inflater).payload == "abc");
  }
}

TEST(compressed_limits, TellsWhileTheInflaterIsNeeded) {
  std::string bytes = frame(kTextBegin, "plain") + frame(kContinueEnd, "");
  const size_t plain = bytes.size();
  bytes += frame(kDeflatedBegin, "") + frame(kPing, "p");
  bytes += frame(kContinueEnd, deflated("text"));
  Feed feed;
  for (size_t i = 0; i < bytes.size(); ++i) {
    std::span<char> input(bytes.data() + i, 1);
    while (feed.assembler.next(input, kLimits, &feed.inflater).kind != Event::Kind::need_input) {
    }
    const bool inside = i + 1 >= plain + 6 && i + 1 < bytes.size();
    CHECK_EQUAL(inside, feed.assembler.inflating());
  }
  CHECK_TRUE(feed.assembler.idle());
}
