// Compressed messages both ways, and what a session keeps for them.
#include <string>

#include "protocol/deflater.h"
#include "protocol/inflater.h"
#include "session_bench.h"
#include "support/client_frames.h"

#include <CppUTest/TestHarness.h>

using namespace ws::session;
using namespace ws::session::test;
using namespace ws::protocol::test;
using ws::protocol::Deflater;
using ws::protocol::Inflater;
using ws::protocol::Opcode;

namespace {

constexpr unsigned char kCompressedText = 0xc1;
const std::string kLong(1000, 'a');

// The client's side of permessage-deflate.
struct Client {
  explicit Client(bool takeover) : from_server(15, takeover) {}

  std::string message(std::string_view text) {
    std::string deflated;
    deflater.compress(text, deflated);
    return frame(kCompressedText, deflated);
  }

  // Frames as words, "z" before those that came compressed.
  std::string words(std::string_view bytes) {
    std::string all;
    while (!bytes.empty()) {
      const auto first = static_cast<unsigned char>(bytes[0]);
      size_t size = static_cast<unsigned char>(bytes[1]);
      size_t header = 2;
      if (size == 126) {
        size = static_cast<size_t>(static_cast<unsigned char>(bytes[2])) << 8 |
               static_cast<unsigned char>(bytes[3]);
        header = 4;
      }
      const std::string_view payload = bytes.substr(header, size);
      bytes.remove_prefix(header + size);
      if (!all.empty()) all += ' ';
      all += (first & 0x40) != 0 ? "z" + inflated(payload) : std::string(payload);
    }
    return all;
  }

  std::string inflated(std::string_view input) {
    std::string out(100'000, '\0');
    from_server.begin_message();
    const auto step = from_server.inflate(input, true, out);
    CHECK_TRUE(step.error == ws::protocol::ProtocolError::none);
    CHECK_FALSE(step.more);
    out.resize(step.size);
    return out;
  }

  Deflater deflater{15, 6};
  Inflater from_server;
};

SessionLimits with_compression() {
  SessionLimits limits;
  limits.deflate.emplace();
  return limits;
}

}  // namespace

TEST_GROUP(session_compression) {
  Bench bench{with_compression()};
  Client client{false};

  void open(bool server_takeover = false, bool client_takeover = false) {
    bench.deflate = {15, 15, server_takeover, client_takeover};
    client.from_server.use_for(15, server_takeover);
    bench.open();
    bench.handler.take();
  }
  std::string got() { return client.words(bench.received()); }
  Session& session() { return *bench.handler.session; }
  // Frames of these lengths, without their headers.
  size_t wire_size() { return bench.received().size(); }
};

TEST(session_compression, SendsCompressedWhatIsLongEnough) {
  open();
  session().send(Opcode::text, kLong.substr(0, 127));
  session().send(Opcode::text, kLong.substr(0, 128));
  STRCMP_EQUAL((kLong.substr(0, 127) + " z" + kLong.substr(0, 128)).c_str(), got().c_str());
}

TEST(session_compression, NothingIsCompressedWithoutAnAgreement) {
  bench.open();
  session().send(Opcode::text, kLong);
  STRCMP_EQUAL(kLong.c_str(), got().c_str());
}

TEST(session_compression, SecretsGoOutAsTheyAre) {
  open();
  session().send({Opcode::text, false}, kLong);
  STRCMP_EQUAL(kLong.c_str(), got().c_str());
}

TEST(session_compression, WhatGetsNoSmallerGoesOutAsItIs) {
  open(true);
  std::string noise;
  for (uint32_t i = 0, x = 1; i < 200; ++i) noise += static_cast<char>((x = x * 69069 + 1) >> 24);
  session().send(Opcode::binary, noise);
  CHECK_TRUE(got() == noise);
  session().send(Opcode::text, kLong);
  session().send(Opcode::binary, noise);
  session().send(Opcode::text, kLong);
  CHECK_TRUE(got() == "z" + kLong + " " + noise + " z" + kLong);
}

TEST(session_compression, WithTakeoverMessagesReferToEarlierOnes) {
  open(true);
  std::string text;
  for (int i = 0; i < 100; ++i) text += std::to_string(i * i * 7919);
  session().send(Opcode::text, text);
  const std::string first = bench.received();
  session().send(Opcode::text, text);
  const std::string second = bench.received();
  CHECK_TRUE(second.size() * 5 < first.size());
  CHECK_TRUE(client.words(first) == "z" + text);
  CHECK_TRUE(client.words(second) == "z" + text);
}

TEST(session_compression, WhatOthersCompressedBreaksTheContext) {
  open(true);
  session().send(Opcode::text, kLong);
  STRCMP_EQUAL(("z" + kLong).c_str(), got().c_str());
  // Not this session's: the client's window has it, ours has not.
  std::string foreign;
  Deflater(15, 6).compress("a published message", foreign);
  session().break_context();
  session().send_frames(
      ws::base::SharedBytes({std::string("\xc1") + static_cast<char>(foreign.size()), foreign}), 1);
  session().send(Opcode::text, kLong);
  STRCMP_EQUAL(("za published message z" + kLong).c_str(), got().c_str());
}

TEST(session_compression, ReceivesCompressedMessages) {
  open();
  bench.send(client.message("hello"));
  client.deflater.reset();
  bench.send(frame(kText, "plain"));
  STRCMP_EQUAL("text(hello) text(plain)", bench.handler.take().c_str());
}

TEST(session_compression, CompressedWithoutAnAgreementIs1002) {
  bench.open();
  bench.handler.take();
  bench.send(client.message("hello"));
  STRCMP_EQUAL("close(1002,) eof", bench.frames().c_str());
}

// Without takeover nobody's message gets into another's.
TEST(session_compression, TheLoopsInflaterStaysWithAnUnfinishedMessage) {
  open();
  Bench other{with_compression()};
  const std::string whole = client.message("abcdefgh");
  bench.send(whole.substr(0, whole.size() - 3));
  CHECK_TRUE(bench.table.take_inflater() == nullptr);
  bench.send(whole.substr(whole.size() - 3));
  STRCMP_EQUAL("text(abcdefgh)", bench.handler.take().c_str());
  CHECK_TRUE(bench.table.take_inflater() != nullptr);
}

TEST(session_compression, WithoutTakeoverAReferenceToAnEarlierMessageIs1007) {
  open();
  const std::string text = "no context, no reference, no context, no reference";
  bench.send(client.message(text));
  bench.send(client.message(text));
  STRCMP_EQUAL(("text(" + text + ") close(1007,)").c_str(), bench.handler.take().c_str());
  STRCMP_EQUAL("close(1007,) eof", bench.frames().c_str());
}

TEST(session_compression, WithTakeoverAQuietClientsContextIsParkedAndTakenUpAgain) {
  open(true, true);
  const std::string text = "a context that outlives the silence of a client";
  bench.send(client.message(text));
  session().send(Opcode::text, kLong);
  STRCMP_EQUAL(("z" + kLong).c_str(), got().c_str());
  bench.handler.take();
  bench.pass(26'000);
  bench.received();
  bench.send(frame(kPong, ""));
  const std::string again = client.message(text);
  CHECK_TRUE(again.size() < text.size() / 2);
  bench.send(again);
  STRCMP_EQUAL(("text(" + text + ")").c_str(), bench.handler.take().c_str());
  // The server's own began anew.
  session().send(Opcode::text, kLong);
  Inflater fresh(15, false);
  client.from_server = std::move(fresh);
  STRCMP_EQUAL(("z" + kLong).c_str(), got().c_str());
}

TEST(session_compression, ALimitIsOfWhatComesOut) {
  bench.settings.limits.read.max_message_size = 1000;
  open();
  bench.send(client.message(kLong));
  STRCMP_EQUAL(("text(" + kLong + ")").c_str(), bench.handler.take().c_str());
  client.deflater.reset();
  bench.send(client.message(kLong + "a"));
  STRCMP_EQUAL("close(1009,)", bench.handler.take().c_str());
  STRCMP_EQUAL("close(1009,) eof", bench.frames().c_str());
}

TEST(session_compression, WhatAMessageGrowsToCountsAsBytes) {
  bench.settings.limits.rates.bytes = {1000, 2000};
  open();
  bench.send(client.message(kLong));
  bench.send(frame(kText, "within the burst"));
  bench.handler.take();
  client.deflater.reset();
  bench.send(client.message(kLong));
  bench.send(frame(kText, "late"));
  STRCMP_EQUAL(("text(" + kLong + ")").c_str(), bench.handler.take().c_str());
  bench.pass(200);
  STRCMP_EQUAL("text(late)", bench.handler.take().c_str());
}
