// Reads a file of keys while the configuration is read, maybe as root.
#pragma once

#include <cstdint>
#include <string>

#include "httpd/httpd_headers.h"

namespace ws::httpd {

enum class KeyFile : uint8_t {
  secret,   // must not be readable by everybody
  publicly  // may be
};

// [main] Null, or what is wrong with the file: "cannot be read: ...".
[[nodiscard]] const char* read_key_file(apr_pool_t* pool, const char* path, KeyFile kind,
                                        std::string& text);

}  // namespace ws::httpd
