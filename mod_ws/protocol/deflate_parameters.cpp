// One offer after the other.
#include "protocol/deflate_parameters.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace ws::protocol {
namespace {

constexpr uint8_t kMaxBits = 15;

// An offer of permessage-deflate, as read.
struct Offer {
  bool server_no_takeover = false;
  bool client_no_takeover = false;
  uint8_t server_bits = 0;  // 0: not asked for
  uint8_t client_bits = 0;  // 0: the client takes no limit; 15 if it named none
};

// 8 to 15, without leading zeros (section 7.1.2); 0 for anything else.
uint8_t parse_bits(std::string_view text) noexcept {
  if (text == "8" || text == "9") return static_cast<uint8_t>(text[0] - '0');
  const bool two = text.size() == 2 && text[0] == '1' && text[1] >= '0' && text[1] <= '5';
  return two ? static_cast<uint8_t>(10 + text[1] - '0') : uint8_t{0};
}

// False if `parameter` is unknown, wrong, or there for the second time.
bool read_parameter(const ExtensionParameter& parameter, Offer& offer) noexcept {
  const auto set_flag = [&](bool& flag) { return !parameter.value && !std::exchange(flag, true); };
  const auto set_bits = [&](uint8_t& bits) {
    return bits == 0 && (bits = parse_bits(*parameter.value)) != 0;
  };
  if (parameter.name == "server_no_context_takeover") return set_flag(offer.server_no_takeover);
  if (parameter.name == "client_no_context_takeover") return set_flag(offer.client_no_takeover);
  if (parameter.name == "server_max_window_bits") {
    return parameter.value && set_bits(offer.server_bits);
  }
  if (parameter.name == "client_max_window_bits") {
    if (parameter.value) return set_bits(offer.client_bits);
    return std::exchange(offer.client_bits, kMaxBits) == 0;
  }
  return false;
}

std::optional<Offer> read_offer(const ExtensionOffer& extension) noexcept {
  if (extension.name != "permessage-deflate") return std::nullopt;
  Offer offer;
  for (const ExtensionParameter& parameter : extension.parameters) {
    if (!read_parameter(parameter, offer)) return std::nullopt;
  }
  return offer;
}

// Section 7.1: what a client asks of the server must be in the answer; of itself it only hints.
std::string write_answer(const Offer& offer, const DeflateAgreement& agreement) {
  std::string answer = "permessage-deflate";
  if (!agreement.server_takeover) answer += "; server_no_context_takeover";
  if (!agreement.client_takeover) answer += "; client_no_context_takeover";
  if (offer.server_bits != 0 || agreement.server_window_bits < kMaxBits) {
    answer += "; server_max_window_bits=" + std::to_string(agreement.server_window_bits);
  }
  if (agreement.client_window_bits < kMaxBits) {
    answer += "; client_max_window_bits=" + std::to_string(agreement.client_window_bits);
  }
  return answer;
}

}  // namespace

std::optional<DeflateAgreement> negotiate_deflate(std::span<const ExtensionOffer> offers,
                                                  const DeflateSettings& settings,
                                                  std::string& answer) {
  for (const ExtensionOffer& extension : offers) {
    const std::optional<Offer> offer = read_offer(extension);
    if (!offer || offer->server_bits == 8) continue;
    DeflateAgreement agreement{
        .server_window_bits = settings.server_window_bits,
        .client_window_bits = kMaxBits,
        .server_takeover = settings.server_takeover && !offer->server_no_takeover,
        .client_takeover = settings.client_takeover && !offer->client_no_takeover};
    if (offer->server_bits != 0) {
      agreement.server_window_bits = std::min(offer->server_bits, settings.server_window_bits);
    }
    // A client that wants a smaller window than we do just takes it: inflating with a full one is
    // faster, see inflater.h.
    if (offer->client_bits != 0 && settings.client_window_bits < kMaxBits) {
      agreement.client_window_bits = std::min(offer->client_bits, settings.client_window_bits);
    }
    answer = write_answer(*offer, agreement);
    return agreement;
  }
  return std::nullopt;
}

}  // namespace ws::protocol
