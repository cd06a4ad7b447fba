// The directory of the shared state.
#include "channel/lmdb_directory.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>

#include "channel/lmdb_boot.h"
#include "channel/lmdb_check.h"
#include "channel/lmdb_control.h"
#include "channel/lmdb_layout.h"

namespace ws::channel {

namespace {

constexpr int kOpenPatienceMs = 10'000;
constexpr int kOpenSliceMs = 5;

std::string reason() { return std::strerror(errno); }

// What of the machine must be the same for the state to be good. synced: it survives the machine's
// end.
std::string description(bool synced) {
  return "mod_websocket state\nlayout " + std::to_string(lmdb::kLayout) + "\npage " +
         std::to_string(sysconf(_SC_PAGESIZE)) + "\nboot " +
         (synced ? "any" : std::string(lmdb::this_boot().data())) + "\n";
}

std::string read_file(const std::string& path) {
  const base::UniqueFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  std::array<char, 512> text{};
  const ssize_t size = file ? read(file.get(), text.data(), text.size()) : 0;
  return {text.data(), static_cast<size_t>(size > 0 ? size : 0)};
}

bool exists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

// Why what is there cannot be used; empty: it can.
std::string reason_against(const std::string& state, bool& is_described) {
  const std::string about = read_file(state + "/about");
  is_described = about == description(true) || about == description(false);
  if (!is_described) {
    if (!exists(state + "/data.mdb")) return {};
    return about.empty() ? "nothing says what made it"
                         : "it was made by another version, or before the machine was restarted";
  }
  if (lmdb::Control::is_in_use(state + "/control")) return {};
  return lmdb::find_damage(state + "/data.mdb");
}

}  // namespace

std::string prepare_state_directory(const std::string& path, uid_t user, gid_t group) {
  const bool is_new = mkdir(path.c_str(), 0700) == 0;
  if (!is_new && errno != EEXIST) return "cannot make the directory " + path + ": " + reason();
  const base::UniqueFd directory(
      open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!directory) return "cannot use " + path + " as a directory: " + reason();
  struct stat facts {};
  struct statfs system {};
  if (fstat(directory.get(), &facts) != 0 || fstatfs(directory.get(), &system) != 0)
    return "cannot look at " + path + ": " + reason();
  if (facts.st_uid != user && facts.st_uid != geteuid())
    return path + " belongs to user " + std::to_string(facts.st_uid) + ", not to user " +
           std::to_string(user) + " that httpd's children run as";
  std::error_code unreadable;
  if (!is_new && facts.st_uid != user && !std::filesystem::is_empty(path, unreadable))
    return path + " is there already, belongs to root and is not empty: the state needs a " +
           "directory of its own";
  if (system.f_type == NFS_SUPER_MAGIC)
    return path + " is on NFS, where processes cannot share memory: use a local file system";
  if (fchmod(directory.get(), 0700) != 0)
    return "cannot change the mode of " + path + ": " + reason();
  if ((facts.st_uid != user || facts.st_gid != group) && fchown(directory.get(), user, group) != 0)
    return "cannot give " + path + " to user " + std::to_string(user) + ": " + reason();
  return {};
}

namespace lmdb {

OpenLock::OpenLock(const std::string& directory, std::string& error) {
  const std::string path = directory + "/open.lock";
  file_.reset(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file_) {
    error = path + ": " + reason();
    return;
  }
  for (int waited = 0; flock(file_.get(), LOCK_EX | LOCK_NB) != 0; waited += kOpenSliceMs) {
    if ((errno != EWOULDBLOCK && errno != EINTR) || waited >= kOpenPatienceMs) {
      error = path + ": " + reason();
      file_.reset();
      return;
    }
    const timespec slice{0, kOpenSliceMs * 1'000'000L};
    nanosleep(&slice, nullptr);
  }
}

bool take_state(const std::string& directory, base::Log& log, std::string& path,
                std::string& error) {
  path = directory + "/state";
  bool is_described = false;
  const std::string against = reason_against(path, is_described);
  if (!against.empty()) {
    const std::string aside = path + ".aside";
    std::error_code ignored;
    std::filesystem::remove_all(aside, ignored);
    if (rename(path.c_str(), aside.c_str()) != 0) {
      error = path + " is not usable, for " + against + "; it cannot be set aside: " + reason();
      return false;
    }
    log.write(base::LogLevel::warning,
              "the channels' state in " + path + " was set aside as " + aside + ": " + against);
  }
  if (mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return true;
  error = path + ": " + reason();
  return false;
}

bool has_state(const std::string& directory) noexcept {
  return exists(directory + "/state/data.mdb");
}

bool find_state(const std::string& directory, FoundState& found, std::string& error) {
  found.path = directory + "/state";
  bool is_described = false;
  const std::string against = reason_against(found.path, is_described);
  struct stat facts {};
  if (!against.empty()) {
    error = against;
  } else if (!is_described || stat((found.path + "/data.mdb").c_str(), &facts) != 0) {
    error = "there is none";
  }
  found.size = static_cast<size_t>(facts.st_size);
  found.synced = read_file(found.path + "/about") == description(true);
  return error.empty();
}

bool describe_state(const std::string& path, bool synced, std::string& error) {
  const std::string text = description(synced);
  const std::string about = path + "/about";
  if (read_file(about) == text) return true;
  const std::string fresh = about + ".new";
  const base::UniqueFd file(
      open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (file && write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      (!synced || fsync(file.get()) == 0) && rename(fresh.c_str(), about.c_str()) == 0)
    return true;
  error = about + ": " + reason();
  return false;
}

}  // namespace lmdb
}  // namespace ws::channel
