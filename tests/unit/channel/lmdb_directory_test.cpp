// What is trusted, what is set aside, and what is told to the administrator.
#include "channel/lmdb_directory.h"

#include <sys/stat.h>

#include <fstream>
#include <random>
#include <sstream>

#include "channel/lmdb_bus.h"
#include "channel/lmdb_check.h"
#include "lmdb_state.h"
#include "support/fakes.h"

#include <CppUTest/TestHarness.h>

using namespace ws::channel;
using ws::protocol::Opcode;

namespace {

std::string read_file(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

void write_file(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

}  // namespace

TEST_GROUP(lmdb_directory) {
  test::TemporaryDirectory directory;
  ws::test::LinesLog log;
  ws::base::MonotonicClock clock;
  LmdbSettings settings;
  std::string error;

  void setup() override {
    settings.directory = directory.path();
    settings.size = size_t{2} << 20;
  }
  std::string prepare() { return prepare_state_directory(directory.path(), getuid(), getgid()); }
  std::unique_ptr<LmdbBus> open() { return LmdbBus::open(settings, log, clock, error); }
  // Opens, publishes, and says at which offset that was.
  uint64_t publish() {
    const auto bus = open();
    STRCMP_EQUAL("", error.c_str());
    uint64_t offset = 0;
    for (int i = 0; i < 50; ++i)
      offset = bus->publish_and_wait("room " + std::to_string(i % 5), Opcode::text,
                                     std::string(300, 'x'), 0, Keep{1000, 0}, 10'000)
                   .position.offset;
    return offset;
  }
  std::string data() const { return directory.path() + "/state/data.mdb"; }
};

TEST(lmdb_directory, IsMadeForOneUserAlone) {
  STRCMP_EQUAL("", prepare().c_str());
  struct stat facts {};
  CHECK_EQUAL(0, stat(directory.path().c_str(), &facts));
  CHECK_EQUAL(0700, facts.st_mode & 07777);
  CHECK_EQUAL(0, chmod(directory.path().c_str(), 0755));
  STRCMP_EQUAL("", prepare().c_str());
  CHECK_EQUAL(0, stat(directory.path().c_str(), &facts));
  CHECK_EQUAL(0700, facts.st_mode & 07777);
}

TEST(lmdb_directory, IsNotMadeWithoutItsParent) {
  STRCMP_CONTAINS("No such file",
                  prepare_state_directory(directory.path() + "/a/b", getuid(), getgid()).c_str());
}

TEST(lmdb_directory, IsNoFileAndNoLink) {
  write_file(directory.path(), "x");
  STRCMP_CONTAINS("cannot use", prepare().c_str());
  std::filesystem::remove(directory.path());
  std::filesystem::create_directory_symlink("/tmp", directory.path());
  STRCMP_CONTAINS("cannot use", prepare().c_str());
}

TEST(lmdb_directory, OfAnotherUserIsRefused) {
  if (getuid() != 0) return;
  STRCMP_EQUAL("", prepare_state_directory(directory.path(), 12'345, 12'345).c_str());
  STRCMP_CONTAINS("belongs to user 12345",
                  prepare_state_directory(directory.path(), 54'321, 54'321).c_str());
}

// Root must not give /run to the children, whatever the configuration says.
TEST(lmdb_directory, OfRootWithSomethingInItIsRefused) {
  if (geteuid() != 0) return;
  constexpr uid_t kNobody = 65534;
  CHECK_EQUAL(0, mkdir(directory.path().c_str(), 0755));
  STRCMP_EQUAL("", prepare_state_directory(directory.path(), kNobody, kNobody).c_str());
  STRCMP_EQUAL("", prepare_state_directory(directory.path(), kNobody, kNobody).c_str());
  CHECK_EQUAL(0, chown(directory.path().c_str(), 0, 0));
  CHECK_EQUAL(0, mkdir((directory.path() + "/other").c_str(), 0755));
  STRCMP_CONTAINS("not empty", prepare_state_directory(directory.path(), kNobody, kNobody).c_str());
}

TEST(lmdb_directory, StateOutlivesItsProcesses) {
  STRCMP_EQUAL("", prepare().c_str());
  LONGS_EQUAL(10, publish());
  LONGS_EQUAL(20, publish());
  CHECK_FALSE(log.has("aside"));
}

TEST(lmdb_directory, WithoutADirectoryTheErrorNamesIt) {
  CHECK_FALSE(open());
  STRCMP_CONTAINS(directory.path().c_str(), error.c_str());
}

TEST(lmdb_directory, OtherLayoutIsSetAside) {
  STRCMP_EQUAL("", prepare().c_str());
  (void)publish();
  const std::string about = directory.path() + "/state/about";
  std::string text = read_file(about);
  const std::string layout = "layout " + std::to_string(lmdb::kLayout);
  text.replace(text.find(layout), layout.size(), "layout 0");
  write_file(about, text);
  LONGS_EQUAL(10, publish());
  CHECK_TRUE(log.has("set aside as " + directory.path() + "/state.aside"));
  STRCMP_EQUAL(text.c_str(), read_file(directory.path() + "/state.aside/about").c_str());
  LONGS_EQUAL(20, publish());
  // A second time, over the first.
  write_file(about, text);
  LONGS_EQUAL(10, publish());
}

TEST(lmdb_directory, StateOfAnotherBootIsGoodOnlyWhenSynced) {
  STRCMP_EQUAL("", prepare().c_str());
  settings.sync = true;
  LONGS_EQUAL(10, publish());
  STRCMP_CONTAINS("boot any", read_file(directory.path() + "/state/about").c_str());
  settings.sync = false;
  LONGS_EQUAL(20, publish());
  const std::string about = directory.path() + "/state/about";
  std::string text = read_file(about);
  const size_t boot = text.find("boot ") + 5;
  CHECK_TRUE(text.substr(boot, 3) != "any");
  text[boot] = text[boot] == '0' ? '1' : '0';
  write_file(about, text);
  LONGS_EQUAL(10, publish());
  CHECK_TRUE(log.has("set aside"));
}

TEST(lmdb_directory, CutFileIsSetAside) {
  STRCMP_EQUAL("", prepare().c_str());
  (void)publish();
  std::filesystem::resize_file(data(), 40'000);
  LONGS_EQUAL(10, publish());
  CHECK_TRUE(log.has("it was cut"));
}

TEST(lmdb_directory, OtherFileIsSetAside) {
  STRCMP_EQUAL("", prepare().c_str());
  (void)publish();
  write_file(data(), std::string(50'000, 'x'));
  LONGS_EQUAL(10, publish());
  CHECK_TRUE(log.has("no LMDB file"));
}

TEST(lmdb_directory, WhatCannotBeOpenedIsNamed) {
  const std::pair<const char*, const char*> places[] = {
      {"/open.lock", "open.lock"}, {"/state/control", "control"}, {"/state/about.new", "about"}};
  for (const auto& [place, named] : places) {
    STRCMP_EQUAL("", prepare().c_str());
    std::filesystem::create_directories(directory.path() + place);
    CHECK_TRUE(open() == nullptr);
    STRCMP_CONTAINS(named, error.c_str());
    std::filesystem::remove_all(directory.path());
    error.clear();
  }
}

TEST(lmdb_directory, SyncedStateOutlivesItsProcesses) {
  STRCMP_EQUAL("", prepare().c_str());
  settings.sync = true;
  const uint64_t first = publish();
  CHECK_EQUAL(first + 10, publish());
  lmdb::FoundState found;
  CHECK_TRUE(lmdb::find_state(directory.path(), found, error));
  CHECK_TRUE(found.synced);
}

TEST(lmdb_directory, OfNoStateIsSaidWhy) {
  STRCMP_EQUAL("", prepare().c_str());
  lmdb::FoundState found;
  CHECK_FALSE(lmdb::find_state(directory.path(), found, error));
  STRCMP_EQUAL("there is none", error.c_str());
}

TEST(lmdb_directory, EmptyFileIsANewState) {
  STRCMP_EQUAL("", prepare().c_str());
  (void)publish();
  write_file(data(), "");
  LONGS_EQUAL(10, publish());
}

TEST(lmdb_directory, LargerAndSmallerStates) {
  STRCMP_EQUAL("", prepare().c_str());
  LONGS_EQUAL(10, publish());
  settings.size = size_t{8} << 20;
  LONGS_EQUAL(20, publish());
  settings.size = size_t{1} << 20;
  LONGS_EQUAL(30, publish());
  CHECK_FALSE(log.has("aside"));
}

// Whatever byte is wrong: the state is set aside, or it can be used without harm.
TEST(lmdb_directory, DamagedStateHarmsNobody) {
  STRCMP_EQUAL("", prepare().c_str());
  (void)publish();
  // What follows are holes.
  std::string good = read_file(data());
  good.resize((good.find_last_not_of('\0') / 4096 + 1) * 4096);
  STRCMP_EQUAL("", lmdb::find_damage(data()).c_str());
  std::mt19937 random(4711);
  int found = 0;
  for (int i = 0; i < 300; ++i) {
    std::string bad = good;
    for (unsigned n = 1 + random() % 8; n > 0; --n)
      bad[random() % bad.size()] = static_cast<char>(random());
    // Where a page says what it is.
    if (i % 3 == 1)
      bad[random() % (bad.size() / 4096) * 4096 + random() % 32] = static_cast<char>(random());
    if (i % 3 == 0) std::fill_n(bad.begin() + random() % (bad.size() - 4096), 4096, '\0');
    write_file(data(), bad);
    std::filesystem::resize_file(data(), settings.size);
    if (!lmdb::find_damage(data()).empty()) {
      ++found;
      continue;
    }
    const auto bus = open();
    if (!bus) continue;
    for (int n = 0; n < 20; ++n)
      (void)bus->publish_and_wait("room " + std::to_string(n % 5), Opcode::text, "x", 0, Keep{3, 0},
                                  1000);
  }
  CHECK_TRUE(found > 50);
}
