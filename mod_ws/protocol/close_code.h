// The codes of RFC 6455 section 7.4 and the payload of a Close frame that we send.
// What a peer's Close frame holds is read by message_assembler.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ws::protocol {

inline constexpr uint16_t kNormalClosure = 1000;
inline constexpr uint16_t kGoingAway = 1001;
inline constexpr uint16_t kProtocolError = 1002;
inline constexpr uint16_t kUnsupportedData = 1003;
inline constexpr uint16_t kNoStatus = 1005;  // never on the wire: a Close frame without a code
inline constexpr uint16_t kAbnormal = 1006;  // never on the wire: the end without a Close frame
inline constexpr uint16_t kInvalidPayload = 1007;
inline constexpr uint16_t kPolicyViolation = 1008;
inline constexpr uint16_t kMessageTooBig = 1009;
inline constexpr uint16_t kMandatoryExtension = 1010;  // for clients only
inline constexpr uint16_t kInternalError = 1011;
inline constexpr uint16_t kServiceRestart = 1012;  // IANA registry
inline constexpr uint16_t kTryAgainLater = 1013;   // IANA registry
inline constexpr uint16_t kBadGateway = 1014;      // IANA registry

// Whether a peer's Close frame may hold the code: 1000-1003, 1007-1014, 3000-4999.
[[nodiscard]] bool may_be_received(uint16_t code) noexcept;

// Whether a plugin may ask for the code: as above without 1010, which is for clients. An echo of
// the peer's code needs may_be_received only.
[[nodiscard]] bool may_be_sent(uint16_t code) noexcept;

inline constexpr size_t kMaxCloseReason = 123;  // 125 bytes of a control frame less the code

struct ClosePayload {
  char data[125];
  uint8_t size;

  [[nodiscard]] std::string_view view() const noexcept { return {data, size}; }
};

// The payload of a Close frame: code and reason, always valid on the wire. Bytes of `reason` that
// are not UTF-8 become U+FFFD, and it is cut at a character's border to 123 bytes. 1005, and any
// code that may not be on the wire, give the empty payload.
[[nodiscard]] ClosePayload make_close_payload(uint16_t code, std::string_view reason) noexcept;

}  // namespace ws::protocol
