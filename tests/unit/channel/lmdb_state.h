// A state of one process in a directory of its own, gone with the test.
#pragma once

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "channel/lmdb_control.h"
#include "channel/lmdb_directory.h"
#include "channel/lmdb_settings.h"
#include "channel/lmdb_store.h"
#include "channel/lmdb_writing.h"

namespace ws::channel::test {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    static int count = 0;
    path_ = "/tmp/ws-unit-" + std::to_string(getpid()) + "-" + std::to_string(++count);
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
};

// The state without a bus: what is written at once, by hand.
class State {
 public:
  explicit State(size_t size = size_t{4} << 20) {
    settings.directory = directory.path();
    settings.size = size;
    std::filesystem::create_directory(directory.path());
    std::string error;
    control = lmdb::Control::open(directory.path() + "/control", error);
    store = lmdb::Store::open(directory.path(), size, false, error);
    if (!control || !store) {
      std::fprintf(stderr, "%s\n", error.c_str());
      std::abort();
    }
    (void)control->claim([](uint16_t) { return true; });
  }

  // One write; what commit() says.
  int write(const std::function<void(lmdb::Writing&)>& f) {
    lmdb::Writing writing(*store, settings, {now_ms, 1'700'000'000'000});
    f(writing);
    return writing.commit(*control);
  }

  TemporaryDirectory directory;
  LmdbSettings settings;
  std::unique_ptr<lmdb::Control> control;
  std::unique_ptr<lmdb::Store> store;
  uint64_t now_ms = 1'000'000;
};

}  // namespace ws::channel::test
