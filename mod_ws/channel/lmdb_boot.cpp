// Which start of the machine this is.
#include "channel/lmdb_boot.h"

#include <fcntl.h>

#include "base/unique_fd.h"

namespace ws::channel::lmdb {

namespace {

Boot read_boot() noexcept {
  Boot boot{};
  const base::UniqueFd file(open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC));
  if (!file || read(file.get(), boot.data(), boot.size() - 1) <= 0) return {};
  for (char& c : boot)
    if (c == '\n') c = '\0';
  return boot;
}

}  // namespace

const Boot& this_boot() noexcept {
  static const Boot boot = read_boot();
  return boot;
}

}  // namespace ws::channel::lmdb
