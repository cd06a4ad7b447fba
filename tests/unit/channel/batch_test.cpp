// Frames of a batch, whole and cut.
#include "channel/batch.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace ws::channel;
using ws::base::SharedBytes;
using ws::protocol::Opcode;

namespace {

std::string frame_of(std::string_view payload) {
  return std::string("\x81") + static_cast<char>(payload.size()) + std::string(payload);
}

std::string cut(const Batch& batch, uint64_t session, uint64_t after, uint32_t& count) {
  const Batch::Cut cut = batch.cut_for(session, after, batch.plain());
  count = cut.count;
  // The last message is whole, and nothing follows it.
  if (count > 0) CHECK_EQUAL(cut.frames.view()[cut.last + 1] + 2u, cut.frames.size() - cut.last);
  return std::string(cut.frames.view());
}

}  // namespace

TEST_GROUP(batch){};

TEST(batch, OneMessageIsOneBuffer) {
  Batch batch;
  CHECK_TRUE(batch.empty());
  batch.add(Opcode::text, "hello", 1, 0);
  const SharedBytes before = batch.plain().frames;
  batch.seal();
  CHECK_TRUE(batch.plain().frames.view() == frame_of("hello"));
  POINTERS_EQUAL(before.view().data(), batch.plain().frames.view().data());
  CHECK_EQUAL(1u, batch.count());
  CHECK_EQUAL(0u, batch.plain().begin_of(0));
}

TEST(batch, ManyMessagesFollowEachOther) {
  Batch batch;
  batch.add(Opcode::text, "a", 1, 0);
  batch.add(Opcode::text, "", 2, 0);
  batch.add(Opcode::text, "ccc", 5, 0);
  batch.seal();
  CHECK_TRUE(batch.plain().frames.view() == frame_of("a") + frame_of("") + frame_of("ccc"));
  CHECK_EQUAL(batch.plain().frames.size(), batch.size());
  CHECK_EQUAL(3u, batch.count());
  CHECK_TRUE(batch.plain().frames.view().substr(batch.plain().begin_of(2)) == frame_of("ccc"));
}

TEST(batch, IsFullAtItsLimit) {
  Batch batch;
  batch.add(Opcode::binary, std::string(Batch::kFull - 5, 'x'), 1, 0);
  CHECK_FALSE(batch.is_full());
  batch.add(Opcode::binary, "", 2, 0);
  CHECK_TRUE(batch.is_full());
}

TEST(batch, GivesNewcomersWhatIsAfterThem) {
  Batch batch;
  batch.add(Opcode::text, "a", 3, 0);
  batch.add(Opcode::text, "b", 4, 0);
  batch.add(Opcode::text, "c", 9, 0);
  batch.seal();
  CHECK_TRUE(batch.part_for(7, 0) == Batch::Part::all);
  CHECK_TRUE(batch.part_for(7, 2) == Batch::Part::all);
  CHECK_TRUE(batch.part_for(7, 3) == Batch::Part::some);
  CHECK_TRUE(batch.part_for(7, 8) == Batch::Part::some);
  CHECK_TRUE(batch.part_for(7, 9) == Batch::Part::none);
  uint32_t count = 0;
  CHECK_TRUE(cut(batch, 7, 3, count) == frame_of("b") + frame_of("c"));
  CHECK_EQUAL(2u, count);
  CHECK_TRUE(cut(batch, 7, 8, count) == frame_of("c"));
  CHECK_EQUAL(1u, count);
}

TEST(batch, LeavesOutTheExceptedOnly) {
  Batch batch;
  batch.add(Opcode::text, "a", 1, 20);
  batch.add(Opcode::text, "b", 2, 10);
  batch.add(Opcode::text, "c", 3, 20);
  batch.seal();
  uint32_t count = 0;
  CHECK_TRUE(batch.part_for(15, 0) == Batch::Part::all);
  CHECK_TRUE(batch.part_for(20, 0) == Batch::Part::some);
  CHECK_TRUE(cut(batch, 20, 0, count) == frame_of("b"));
  CHECK_TRUE(cut(batch, 10, 0, count) == frame_of("a") + frame_of("c"));
  CHECK_TRUE(cut(batch, 10, 2, count) == frame_of("c"));
  CHECK_TRUE(cut(batch, 20, 2, count).empty());
  CHECK_EQUAL(0u, count);
  CHECK_TRUE(batch.plain().frames.view() == frame_of("a") + frame_of("b") + frame_of("c"));
}

TEST(batch, OneMessageForAllButOneCostsNoCopy) {
  Batch batch;
  batch.add(Opcode::text, "a", 1, 20);
  batch.seal();
  CHECK_TRUE(batch.part_for(20, 0) == Batch::Part::none);
  CHECK_TRUE(batch.part_for(21, 0) == Batch::Part::all);
}
