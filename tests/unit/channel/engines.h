// One bus of each engine, for tests of what they do alike.
#pragma once

#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "channel/lmdb_bus.h"
#include "channel/lmdb_directory.h"
#include "channel/local_bus.h"
#include "lmdb_state.h"
#include "support/fakes.h"

#include <CppUTest/TestHarness.h>

namespace ws::channel::test {

class Engines {
 public:
  explicit Engines(const base::Clock& clock) {
    settings.directory = directory_.path();
    settings.size = size_t{8} << 20;
    STRCMP_EQUAL("", prepare_state_directory(directory_.path(), getuid(), getgid()).c_str());
    std::string error;
    buses.push_back(LmdbBus::open(settings, log, clock, error));
    STRCMP_EQUAL("", error.c_str());
    buses.push_back(std::make_unique<LocalBus>(clock));
  }

 private:
  TemporaryDirectory directory_;

 public:
  LmdbSettings settings;
  ws::test::LinesLog log;
  std::vector<std::unique_ptr<Bus>> buses;
};

}  // namespace ws::channel::test
