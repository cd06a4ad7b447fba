// dlopen of the file that is at a path now.
#include "plugin/open_library.h"

#include <dlfcn.h>
#include <sys/stat.h>

#include <cstdint>
#include <fstream>
#include <sstream>

namespace ws::plugin {

namespace {

// More generations of one plugin than a process will ever see.
constexpr int kMostSpellings = 1000;

// The inode of the file that is mapped there; 0: none. Its device has other numbers in maps than in
// stat() on some file systems.
uint64_t inode_at(const void* address) {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    std::istringstream fields(line);
    uintptr_t begin = 0;
    uintptr_t end = 0;
    char dash = 0;
    fields >> std::hex >> begin >> dash >> end;
    const auto wanted = reinterpret_cast<uintptr_t>(address);
    if (wanted < begin || wanted >= end) continue;
    std::string rights, offset, device;
    uint64_t inode = 0;
    fields >> rights >> offset >> device >> std::dec >> inode;
    return inode;
  }
  return 0;
}

bool is_another_file(void* handle, const char* symbol, const std::string& path) {
  struct stat file {};
  const void* const address = dlsym(handle, symbol);
  const uint64_t inode = address ? inode_at(address) : 0;
  return inode != 0 && stat(path.c_str(), &file) == 0 && file.st_ino != inode;
}

}  // namespace

void* open_library(const std::string& path, const char* symbol) {
  void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return handle;
  // A name that it hasn't seen makes the loader look at the file.
  std::string spelled = path;
  for (int i = 0; handle && i < kMostSpellings && is_another_file(handle, symbol, path); ++i) {
    spelled.insert(slash + 1, "./");
    void* const other = dlopen(spelled.c_str(), RTLD_NOW | RTLD_LOCAL);
    dlclose(handle);
    if (other == handle) return other;
    handle = other;
  }
  return handle;
}

}  // namespace ws::plugin
