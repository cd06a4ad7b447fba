// wsp/config.hpp - Config: the WebSocketPluginOption lines, read as texts, numbers, flags,
// durations.
#pragma once

#include <charconv>
#include <chrono>
#include <cstdint>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "wsp/request.hpp"

namespace wsp {

// An option of a plugin's kOptions: name, form of its value ("1-1000"), help (one sentence).
using Option = wsp_option_spec;

// What one Location's options say. Borrowed: valid until the callback (or constructor) returns.
// get_... throw std::invalid_argument with a sentence for the administrator; in Plugin's check()
// it is shown by configtest.
class Config {
 public:
  explicit Config(const wsp_config& c) noexcept : c_(c) {}
  Config(const Config&) = delete;
  Config& operator=(const Config&) = delete;

  std::string_view location() const noexcept { return c_.location ? c_.location : ""; }
  std::span<const wsp_option> options() const noexcept { return {c_.options, c_.option_count}; }

  bool has(std::string_view name) const noexcept { return find(name) != nullptr; }

  std::string_view get(std::string_view name, std::string_view otherwise = {}) const noexcept {
    const char* value = find(name);
    return value ? std::string_view(value) : otherwise;
  }

  // A decimal number from least to most.
  int64_t get_number(std::string_view name, int64_t otherwise, int64_t least = 0,
                     int64_t most = std::numeric_limits<int64_t>::max()) const {
    const char* value = find(name);
    if (!value) return otherwise;
    const int64_t number = parse(name, value, value + std::string_view(value).size());
    if (number < least || number > most) {
      complain(name, "must be " + std::to_string(least) + " to " + std::to_string(most), value);
    }
    return number;
  }

  // "on" or "off".
  bool get_flag(std::string_view name, bool otherwise) const {
    const char* value = find(name);
    if (!value) return otherwise;
    if (detail::same_name(value, "on")) return true;
    if (!detail::same_name(value, "off")) complain(name, "must be on or off", value);
    return false;
  }

  // A number with ms, s, min or h behind it, as in httpd; without a unit: seconds.
  std::chrono::milliseconds get_duration_ms(
      std::string_view name, std::chrono::milliseconds otherwise,
      std::chrono::milliseconds least = std::chrono::milliseconds(0),
      std::chrono::milliseconds most = std::chrono::hours(24 * 366)) const {
    const char* value = find(name);
    if (!value) return otherwise;
    const std::string_view text = value;
    const size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const int64_t unit_ms = unit(name, text.substr(digits), value);
    const int64_t number = parse(name, value, value + digits);
    if (number > most.count() / unit_ms || number * unit_ms < least.count()) {
      complain(name,
               "must be " + std::to_string(least.count()) + "ms to " +
                   std::to_string(most.count()) + "ms",
               value);
    }
    return std::chrono::milliseconds(number * unit_ms);
  }

 private:
  const char* find(std::string_view name) const noexcept {
    for (const wsp_option& option : options())
      if (name == option.name) return option.value;
    return nullptr;
  }

  [[noreturn]] static void complain(std::string_view name, const std::string& rule,
                                    std::string_view value) {
    throw std::invalid_argument(std::string(name) + " " + rule + ", not \"" + std::string(value) +
                                "\"");
  }

  static int64_t parse(std::string_view name, const char* begin, const char* end) {
    int64_t number = 0;
    const auto [stop, error] = std::from_chars(begin, end, number);
    if (error != std::errc() || stop != end) complain(name, "must be a number", begin);
    return number;
  }

  static int64_t unit(std::string_view name, std::string_view unit, std::string_view value) {
    if (unit == "ms") return 1;
    if (unit.empty() || unit == "s") return 1000;
    if (unit == "min" || unit == "mi") return 60'000;
    if (unit == "h") return 3'600'000;
    complain(name, "must be a duration such as 500ms, 30s, 5min or 1h", value);
  }

  const wsp_config& c_;
};

}  // namespace wsp
