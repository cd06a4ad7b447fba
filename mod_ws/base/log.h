// Where the layers write what an administrator should know. httpd/ implements it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ws::base {

enum class LogLevel : uint8_t { alert, error, warning, info, debug };

// Any thread may call both.
class Log {
 public:
  virtual ~Log() = default;
  [[nodiscard]] virtual bool enabled(LogLevel) const noexcept = 0;
  // One line, without its end. Bytes of a peer in it must have gone through escaped().
  virtual void write(LogLevel, std::string_view line) noexcept = 0;
};

// `bytes` as they may stand in a log line: control characters, quotes, backslashes and
// all that is not ASCII become \xHH; cut at `limit` bytes of input, then "..." follows.
std::string escaped(std::string_view bytes, size_t limit = 200);

}  // namespace ws::base
