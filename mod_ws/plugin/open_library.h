// dlopen of the file that is at a path now.
#pragma once

#include <string>

namespace ws::plugin {

// [main] The handle, for dlclose(); null: dlerror() says why. When a package has replaced the file,
// plain dlopen() gives the old code as long as that is in memory: and some libraries (made with
// -z nodelete, or with symbols of kind STB_GNU_UNIQUE) stay there for ever.
// symbol: one that every such library defines, to see which file it came from.
[[nodiscard]] void* open_library(const std::string& path, const char* symbol);

}  // namespace ws::plugin
