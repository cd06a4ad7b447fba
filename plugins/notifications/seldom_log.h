// Log lines that a faulty publisher could cause without end: one in ten seconds, with how many were
// left out.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <wsp/plugin.hpp>

namespace notifications {

class SeldomLog {
 public:
  explicit SeldomLog(wsp::Host host) : host_(host) {}

  // [any] A warning.
  void warn(std::string text, std::int64_t now_ms) {
    std::int64_t next_ms = next_ms_.load();
    if (now_ms < next_ms || !next_ms_.compare_exchange_strong(next_ms, now_ms + kEveryMs)) {
      ++left_out_;
      return;
    }
    if (const auto more = left_out_.exchange(0); more != 0)
      text += " (" + std::to_string(more) + " more like this since the last such line)";
    host_.log(wsp::LogLevel::warning, text);
  }

 private:
  static constexpr std::int64_t kEveryMs = 10'000;

  wsp::Host host_;
  std::atomic<std::int64_t> next_ms_ = 0;
  std::atomic<std::uint64_t> left_out_ = 0;
};

}  // namespace notifications
