// Compressed forms: what is in them, and that subscribers share them.
#include "channel/batch_form.h"

#include <sys/resource.h>

#include <string>
#include <vector>

#include "channel/batch.h"
#include "hall.h"
#include "protocol/inflater.h"

#include <CppUTest/TestHarness.h>

using namespace ws::channel;
using namespace ws::channel::test;
using ws::protocol::DeflateAgreement;
using ws::protocol::DeflaterPool;
using ws::protocol::DeflateSettings;
using ws::protocol::MessageType;
using ws::protocol::Opcode;

namespace {

const std::string kText(300, 'x');

std::string inflated(std::string_view deflated) {
  ws::protocol::Inflater inflater(15, false);
  inflater.begin_message();
  std::string out(100'000, '\0');
  const auto step = inflater.inflate(deflated, true, out);
  CHECK_TRUE(step.error == ws::protocol::ProtocolError::none && !step.more);
  out.resize(step.size);
  return out;
}

// The payload, behind a z if it was compressed. Compressed ones are short here.
std::string message_of(const BatchForm& form, size_t message) {
  const std::string_view frame = form.frame(message);
  const bool is_short = static_cast<unsigned char>(frame[1]) < 126;
  const std::string_view payload = frame.substr(is_short ? 2 : 4);
  return (frame[0] & 0x40) != 0 ? "z" + inflated(payload) : std::string(payload);
}

}  // namespace

TEST_GROUP(batch_form) {
  DeflaterPool pool;
  DeflateSettings settings;

  void add(Batch & batch, MessageType type, std::string_view payload) {
    batch.add(type, payload, batch.count() + 1, 0);
  }
};

TEST(batch_form, CompressesWhatMayBeAndGetsSmaller) {
  Batch batch;
  add(batch, Opcode::text, "short");
  add(batch, Opcode::text, kText);
  add(batch, {Opcode::text, false}, kText);
  add(batch, Opcode::binary, kText + kText);
  batch.seal();
  const BatchForm& form = batch.compressed(15, settings, pool);
  CHECK_TRUE(form.is_compressed);
  STRCMP_EQUAL("short", message_of(form, 0).c_str());
  STRCMP_EQUAL(("z" + kText).c_str(), message_of(form, 1).c_str());
  STRCMP_EQUAL(kText.c_str(), message_of(form, 2).c_str());
  STRCMP_EQUAL(("z" + kText + kText).c_str(), message_of(form, 3).c_str());
  CHECK_EQUAL('\xc2', form.frame(3)[0]);
  // Cut out of it, too.
  const Batch::Cut cut = batch.cut_for(1, 2, form);
  CHECK_EQUAL(2u, cut.count);
  CHECK_TRUE(cut.frames.view() == std::string(form.frame(2)).append(form.frame(3)));
}

TEST(batch_form, IsThePlainOneWhenNothingIsToCompress) {
  Batch batch;
  add(batch, Opcode::text, kText.substr(0, settings.min_size - 1));
  add(batch, {Opcode::text, false}, kText);
  batch.seal();
  POINTERS_EQUAL(&batch.plain(), &batch.compressed(15, settings, pool));
  CHECK_EQUAL(0u, batch.compressed_forms());
}

TEST(batch_form, WindowsThatMakeNoDifferenceShareAForm) {
  Batch batch;
  add(batch, Opcode::text, kText);
  batch.seal();
  for (unsigned bits = 9; bits <= 15; ++bits) (void)batch.compressed(bits, settings, pool);
  CHECK_EQUAL(1u, batch.compressed_forms());
  Batch large;
  add(large, Opcode::text, std::string(10'000, 'x'));
  large.seal();
  for (unsigned bits = 9; bits <= 15; ++bits) (void)large.compressed(bits, settings, pool);
  CHECK_EQUAL(6u, large.compressed_forms());  // 14 and 15 are the same to it
  settings.level = 9;
  (void)large.compressed(9, settings, pool);
  CHECK_EQUAL(7u, large.compressed_forms());
}

// Each way once, for a thousand subscribers of mixed agreements.
TEST(batch_form, AMessageIsCompressedOnceForAThousand) {
  rlimit descriptors{};
  getrlimit(RLIMIT_NOFILE, &descriptors);
  descriptors.rlim_cur = descriptors.rlim_max;
  setrlimit(RLIMIT_NOFILE, &descriptors);
  Hall hall;
  hall.settings.limits.deflate.emplace();
  const std::string text(5000, 'y');
  constexpr unsigned kWindows[] = {0, 9, 12, 15};
  std::vector<Guest*> guests;
  for (unsigned i = 0; i < 1000; ++i) {
    hall.deflate = {};
    if (const unsigned bits = kWindows[i % 4]; bits != 0)
      hall.deflate = {static_cast<uint8_t>(bits), 15, i % 8 > 4, false};
    guests.push_back(&hall.guest());
    guests.back()->subscribe("room");
  }
  CHECK_EQUAL(0u, hall.table.deflaters().compressions());
  hall.publish("room", text);
  hall.turn();
  CHECK_EQUAL(3u, hall.table.deflaters().compressions());
  hall.publish("room", "short");
  CHECK_TRUE(hall.bus->publish("room", {Opcode::text, false}, text, 0, {}).status == BusStatus::ok);
  hall.turn();
  CHECK_EQUAL(3u, hall.table.deflaters().compressions());
  for (Guest* const guest : guests) {
    const std::string first = guest->session->deflate().server_window_bits == 0 ? "text" : "z";
    STRCMP_EQUAL((first + "(" + text + ") text(short) text(" + text + ")").c_str(),
                 guest->got().c_str());
  }
}
