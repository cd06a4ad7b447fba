// The value of Sec-WebSocket-Extensions in a request (RFC 6455 section 9.1).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ws::protocol {

struct ExtensionParameter {
  std::string_view name;             // a view of the header
  std::optional<std::string> value;  // a token, its quotes and backslashes removed
};

struct ExtensionOffer {
  std::string_view name;  // a view of the header
  std::vector<ExtensionParameter> parameters;
};

inline constexpr size_t kMaxExtensionOffers = 16;
inline constexpr size_t kMaxExtensionParameters = 16;

// Appends the offers of one header line to `offers`, the client's favourite first. Offers after
// the 16th are not looked at. False if the syntax is wrong or an offer has more than 16
// parameters. Linear in the value's size.
[[nodiscard]] bool parse_extension_offers(std::string_view value,
                                          std::vector<ExtensionOffer>& offers);

}  // namespace ws::protocol
