// Offers of extensions.
#include "protocol/extension_offer.h"

#include "protocol/header_list.h"

namespace ws::protocol {
namespace {

// A token, or a quoted string that holds one (RFC 6455 section 9.1).
std::optional<std::string> parse_value(std::string_view text) {
  if (text.empty() || text.front() != '"') {
    return is_token(text) ? std::optional<std::string>(text) : std::nullopt;
  }
  std::string value;
  for (size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') {
      const bool good = i + 1 == text.size() && is_token(value);
      return good ? std::optional<std::string>(value) : std::nullopt;
    }
    if (text[i] == '\\') ++i;
    if (i < text.size()) value.push_back(text[i]);
  }
  return std::nullopt;
}

std::optional<ExtensionParameter> parse_parameter(std::string_view text) {
  const size_t equals = text.find('=');
  ExtensionParameter parameter{trim(text.substr(0, equals)), std::nullopt};
  if (!is_token(parameter.name)) return std::nullopt;
  if (equals == std::string_view::npos) return parameter;
  parameter.value = parse_value(trim(text.substr(equals + 1)));
  return parameter.value ? std::optional(std::move(parameter)) : std::nullopt;
}

std::optional<ExtensionOffer> parse_offer(std::string_view text) {
  ElementReader parts(text, ';');
  ExtensionOffer offer{*parts.next(), {}};
  if (!is_token(offer.name)) return std::nullopt;
  while (const auto part = parts.next()) {
    auto parameter = parse_parameter(*part);
    if (!parameter || offer.parameters.size() == kMaxExtensionParameters) return std::nullopt;
    offer.parameters.push_back(std::move(*parameter));
  }
  return offer;
}

}  // namespace

bool parse_extension_offers(std::string_view value, std::vector<ExtensionOffer>& offers) {
  ElementReader elements(value);
  while (offers.size() < kMaxExtensionOffers) {
    const auto element = elements.next();
    if (!element) return true;
    auto offer = parse_offer(*element);
    if (!offer) return false;
    offers.push_back(std::move(*offer));
  }
  return true;
}

}  // namespace ws::protocol
