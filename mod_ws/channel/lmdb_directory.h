// The directory of the shared state: made by the parent, used by its children.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>

#include "base/log.h"
#include "base/unique_fd.h"

namespace ws::channel {

// [main] Before the fork, maybe as root: makes the directory, or takes one that is there, for this
// user alone. Reads nothing in it. The text says what is wrong; empty: nothing.
[[nodiscard]] std::string prepare_state_directory(const std::string& path, uid_t user, gid_t group);

namespace lmdb {

// While it lives no other process opens the state.
class OpenLock {
 public:
  // [main] Waits for others, but not for one that is stuck. Empty: `error` says why.
  OpenLock(const std::string& directory, std::string& error);
  [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(file_); }

 private:
  base::UniqueFd file_;
};

// [main] With the OpenLock. Where the state is: `directory`/state, with what can be trusted in it.
// What cannot is set aside as `directory`/state.aside, with one log line; processes that have it
// open go on with it. False: `error` says why.
[[nodiscard]] bool take_state(const std::string& directory, base::Log& log, std::string& path,
                              std::string& error);

// Whether there is a state in the directory; it may be one that cannot be used.
[[nodiscard]] bool has_state(const std::string& directory) noexcept;

struct FoundState {
  std::string path;
  size_t size = 0;      // bytes, as it was made
  bool synced = false;  // every write waits for the disk
};
// [main] With the OpenLock: the state that is there, if it can be used. Changes nothing. False:
// `error` says why.
[[nodiscard]] bool find_state(const std::string& directory, FoundState& found, std::string& error);

// [main] With the OpenLock: notes in the state what it can be trusted for. synced: all of it is on
// the disk, and every write to come will be.
[[nodiscard]] bool describe_state(const std::string& path, bool synced, std::string& error);

}  // namespace lmdb
}  // namespace ws::channel
