// What server and client agree on for permessage-deflate (RFC 7692 section 7.1).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "protocol/extension_offer.h"

namespace ws::protocol {

// What this server wants. Windows are 9 to 15 bits: zlib can't write a raw stream of 8.
struct DeflateSettings {
  int level = 3;                    // 1 to 9
  uint32_t min_size = 128;          // bytes; smaller messages are sent as they are
  uint8_t server_window_bits = 15;  // of what we compress
  uint8_t client_window_bits = 15;  // of what clients compress
  bool server_takeover = false;     // we may refer to our earlier messages
  bool client_takeover = false;     // clients may refer to theirs

  bool operator==(const DeflateSettings&) const = default;
};

// What holds for one connection.
struct DeflateAgreement {
  uint8_t server_window_bits = 0;  // 9 to 15; 0: nothing is compressed
  uint8_t client_window_bits = 0;  // 8 to 15; 0: nothing is compressed
  bool server_takeover = false;
  bool client_takeover = false;

  bool operator==(const DeflateAgreement&) const = default;
};

static_assert(sizeof(DeflateAgreement) == 4);

// Accepts the first offer, in the client's order, that is correct and that we can fulfil; the value
// for Sec-WebSocket-Extensions is then in `answer`. Nothing if there is none: the connection goes
// on without compression.
[[nodiscard]] std::optional<DeflateAgreement> negotiate_deflate(
    std::span<const ExtensionOffer> offers, const DeflateSettings& settings, std::string& answer);

}  // namespace ws::protocol
