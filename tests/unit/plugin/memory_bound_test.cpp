// Whoever keeps most goes first, when all together keep too much.
#include <string>

#include "plugin/memory_bound.h"
#include "stage.h"

#include <CppUTest/TestHarness.h>

using namespace ws;
using namespace ws::plugin;
using namespace ws::plugin::test;

namespace {

constexpr size_t kLimit = 150'000;

// The first fragment of a text, masked with zeros.
std::string begun(size_t size) {
  std::string frame = {'\x01', '\xFE', static_cast<char>(size >> 8), static_cast<char>(size), 0, 0,
                       0,      0};
  return frame.append(size, 'x');
}

const std::string kRest = {'\x80', '\x81', 0, 0, 0, 0, '!'};

}  // namespace

TEST_GROUP(memory_bound) {
  Script script;
  Stage stage{scripted_plugin(script)};
  MemoryBound bound{stage.runtime.first_loop(), MemoryBound::kReceiving, kLimit};

  size_t held() { return stage.runtime.first_loop().table.received_bytes().get(); }
  Stage::Seat& begin(size_t size) {
    auto& seat = stage.connect();
    seat.peer.send(begun(size));
    stage.turn();
    return seat;
  }
};

// What is held of a message is up to twice its size.
TEST(memory_bound, TheLargestUnfinishedMessagesEndTheirSessions) {
  auto& small = begin(1'000);
  auto& large = begin(60'000);
  CHECK_TRUE(held() >= 61'000);
  for (int i = 0; i < 6 && !stage.log.has("1013"); ++i) begin(30'000);
  CHECK_TRUE(stage.session(large) == nullptr || !stage.session(large)->is_open());
  CHECK_TRUE(held() <= kLimit);
  CHECK_TRUE(stage.log.has("clients were closed with 1013"));
  script.take();
  small.peer.send(kRest);
  stage.turn();
  STRCMP_EQUAL(("text(" + std::string(1'000, 'x') + "!)").c_str(), script.take().c_str());
}

TEST(memory_bound, WhatASessionHeldIsCountedNoLongerThanItself) {
  auto& one = begin(30'000);
  auto& other = begin(30'000);
  const size_t both = held();
  CHECK_TRUE(both >= 60'000);
  one.peer.close();
  stage.turn();
  CHECK_TRUE(held() >= 30'000 && held() < both);
  stage.on_loop(other, [&] { stage.session(other)->drop("test"); });
  stage.turn();
  UNSIGNED_LONGS_EQUAL(0, held());
}

TEST(memory_bound, WhatOtherProcessesWriteEndsNobody) {
  const MemoryBound sending{stage.runtime.first_loop(), MemoryBound::kSending, kLimit};
  auto& seat = begin(1'000);
  RowHead& shown = stage.runtime.first_loop().row.head();
  CHECK_EQUAL(held(), shown.received_bytes.get());
  shown.received_bytes.set(uint64_t{1} << 40);
  shown.waiting_bytes.set(uint64_t{1} << 40);
  stage.turn();
  CHECK_TRUE(stage.session(seat) != nullptr && stage.session(seat)->is_open());
  seat.peer.send(kRest);
  stage.turn();
  UNSIGNED_LONGS_EQUAL(0, held());
  UNSIGNED_LONGS_EQUAL(0, shown.received_bytes.get());
}
