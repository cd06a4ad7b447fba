// Origins and which of them may connect.
#include "protocol/origin.h"

#include <algorithm>

#include "protocol/header_list.h"

namespace ws::protocol {
namespace {

constexpr size_t kMaxOrigin = 512;

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_lower(char c) noexcept { return c >= 'a' && c <= 'z'; }

std::string to_lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  }
  return lower;
}

bool is_scheme(std::string_view text) noexcept {
  return !text.empty() && is_lower(text.front()) &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return is_lower(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
         });
}

bool is_name(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return is_lower(c) || is_digit(c) || c == '-' || c == '.' || c == '_';
  });
}

bool is_bracketed_address(std::string_view text) noexcept {
  return text.size() > 2 && text.front() == '[' && text.back() == ']' &&
         std::all_of(text.begin() + 1, text.end() - 1, [](char c) {
           return is_digit(c) || (c >= 'a' && c <= 'f') || c == ':' || c == '.';
         });
}

uint16_t default_port(std::string_view scheme) noexcept {
  if (scheme == "http") return 80;
  if (scheme == "https") return 443;
  return 0;
}

// 1 to 65535 without leading zeros.
std::optional<uint16_t> parse_port(std::string_view text) noexcept {
  if (text.empty() || text.size() > 5 || text.front() == '0') return std::nullopt;
  unsigned port = 0;
  for (const char c : text) {
    if (!is_digit(c)) return std::nullopt;
    port = port * 10 + static_cast<unsigned>(c - '0');
  }
  if (port > 65535) return std::nullopt;
  return static_cast<uint16_t>(port);
}

std::string what_is_wrong(std::string_view argument) {
  std::string text = "\"";
  text.append(argument).append("\" ");
  if (argument.find('*') != std::string_view::npos) {
    return text + "has a wildcard; list each origin, as https://example.org, or write any";
  }
  if (argument.find("://") == std::string_view::npos) {
    return text + "is neither required, same, any, null nor an origin as https://example.org";
  }
  return text +
         "is no origin; write scheme://host or scheme://host:port as browsers send it, without a "
         "path, an international name in its xn-- form";
}

}  // namespace

std::optional<Origin> Origin::parse(std::string_view text) {
  const size_t colon = text.find("://");
  if (colon == std::string_view::npos || text.size() > kMaxOrigin) return std::nullopt;
  Origin origin;
  origin.scheme = to_lower(text.substr(0, colon));
  origin.port = default_port(origin.scheme);
  std::string_view rest = text.substr(colon + 3);
  const size_t bracket = rest.find(']');
  const size_t end = rest.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (end != std::string_view::npos) {
    const auto port = parse_port(rest.substr(end + 1));
    if (!port) return std::nullopt;
    origin.port = *port;
    rest = rest.substr(0, end);
  }
  origin.host = to_lower(rest);
  if (!is_scheme(origin.scheme)) return std::nullopt;
  if (!is_name(origin.host) && !is_bracketed_address(origin.host)) return std::nullopt;
  return origin;
}

std::optional<OriginPolicy> OriginPolicy::parse(std::span<const std::string_view> arguments,
                                                std::string& error) {
  OriginPolicy policy;
  policy.same_ = false;
  if (!arguments.empty() && equals_ignoring_case(arguments.front(), "required")) {
    policy.required_ = true;
    arguments = arguments.subspan(1);
  }
  if (arguments.empty()) {
    error = "say which origins may connect: same, any, or origins as https://example.org";
    return std::nullopt;
  }
  for (const std::string_view argument : arguments) {
    if (equals_ignoring_case(argument, "same")) {
      policy.same_ = true;
    } else if (equals_ignoring_case(argument, "any")) {
      policy.any_ = true;
    } else if (equals_ignoring_case(argument, "null")) {
      policy.null_ = true;
    } else if (equals_ignoring_case(argument, "required")) {
      error = "required must come first";
      return std::nullopt;
    } else if (auto origin = Origin::parse(argument)) {
      policy.origins_.push_back(std::move(*origin));
    } else {
      error = what_is_wrong(argument);
      return std::nullopt;
    }
  }
  if (policy.any_ && arguments.size() > 1) {
    error = "any allows every origin; nothing else may stand beside it but required";
    return std::nullopt;
  }
  return policy;
}

bool OriginPolicy::allows(std::optional<std::string_view> origin, bool is_tls,
                          std::string_view host) const {
  if (!origin) return !required_;
  if (any_) return true;
  if (*origin == "null") return null_;
  const auto asked = Origin::parse(*origin);
  if (!asked) return false;
  std::string own = is_tls ? "https://" : "http://";
  if (same_ && asked == Origin::parse(own.append(host))) return true;
  return std::find(origins_.begin(), origins_.end(), *asked) != origins_.end();
}

}  // namespace ws::protocol
