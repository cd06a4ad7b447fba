// A tool beside the processes of a state: takes what is there, as it is.
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "channel/lmdb_bus.h"
#include "lmdb_state.h"
#include "support/fakes.h"

#include <CppUTest/TestHarness.h>

using namespace ws::channel;
using ws::protocol::Opcode;

TEST_GROUP(lmdb_join) {
  test::TemporaryDirectory directory;
  ws::test::LinesLog log;
  ws::base::MonotonicClock clock;
  LmdbSettings settings;
  std::string error;

  void setup() override {
    settings.directory = directory.path();
    settings.size = size_t{3} << 20;
    std::filesystem::create_directory(directory.path());
  }
  std::unique_ptr<LmdbBus> open() { return LmdbBus::open(settings, log, clock, error); }
  std::unique_ptr<LmdbBus> join() { return LmdbBus::join(directory.path(), log, clock, error); }
  uint64_t publish(LmdbBus & bus) {
    return bus.publish_and_wait("room", Opcode::text, "x", 0, Keep{10, 0}, 10'000).position.offset;
  }
  std::string about() const {
    std::ostringstream text;
    text << std::ifstream(directory.path() + "/state/about").rdbuf();
    return text.str();
  }
  off_t size() const {
    struct stat facts {};
    stat((directory.path() + "/state/data.mdb").c_str(), &facts);
    return facts.st_size;
  }
};

TEST(lmdb_join, MakesNoState) {
  CHECK_TRUE(join() == nullptr);
  STRCMP_CONTAINS("there is none", error.c_str());
  CHECK_TRUE(std::filesystem::is_empty(directory.path()));
}

TEST(lmdb_join, GoesOnAsTheStateIs) {
  LONGS_EQUAL(1, publish(*open()));
  const std::string before = about();
  LONGS_EQUAL(2, publish(*join()));
  LONGS_EQUAL(3 << 20, size());
  STRCMP_EQUAL(before.c_str(), about().c_str());
  LONGS_EQUAL(3, publish(*open()));
}

TEST(lmdb_join, LeavesASyncedStateSynced) {
  settings.sync = true;
  LONGS_EQUAL(1, publish(*open()));
  LONGS_EQUAL(2, publish(*join()));
  STRCMP_CONTAINS("boot any", about().c_str());
}

TEST(lmdb_join, SetsNothingAside) {
  LONGS_EQUAL(1, publish(*open()));
  std::ofstream(directory.path() + "/state/about") << "another version";
  CHECK_TRUE(join() == nullptr);
  STRCMP_CONTAINS("another version", error.c_str());
  CHECK_FALSE(std::filesystem::exists(directory.path() + "/state.aside"));
  STRCMP_EQUAL("another version", about().c_str());
}
