// The names and close codes of protocol errors.
#include "protocol/protocol_error.h"

#include "protocol/close_code.h"

namespace ws::protocol {

uint16_t close_code(ProtocolError error) noexcept {
  switch (error) {
    case ProtocolError::none:
      return kNormalClosure;
    case ProtocolError::bad_close_reason:
    case ProtocolError::invalid_utf8:
    case ProtocolError::bad_compressed_data:
    case ProtocolError::unfinished_compressed_data:
      return kInvalidPayload;
    case ProtocolError::message_too_big:
      return kMessageTooBig;
    case ProtocolError::too_many_fragments:
      return kPolicyViolation;
    case ProtocolError::reserved_bit:
    case ProtocolError::reserved_opcode:
    case ProtocolError::control_fragmented:
    case ProtocolError::unexpected_continuation:
    case ProtocolError::expected_continuation:
    case ProtocolError::unmasked_frame:
    case ProtocolError::control_too_long:
    case ProtocolError::length_not_minimal:
    case ProtocolError::length_too_big:
    case ProtocolError::bad_close_payload:
    case ProtocolError::bad_close_code:
      break;
  }
  return kProtocolError;
}

std::string_view describe(ProtocolError error) noexcept {
  switch (error) {
    case ProtocolError::none:
      return {};
    case ProtocolError::reserved_bit:
      return "a reserved bit is set";
    case ProtocolError::reserved_opcode:
      return "the opcode is reserved";
    case ProtocolError::control_fragmented:
      return "a control frame is fragmented";
    case ProtocolError::unexpected_continuation:
      return "a continuation frame without a message";
    case ProtocolError::expected_continuation:
      return "a new message inside a fragmented one";
    case ProtocolError::unmasked_frame:
      return "a frame is not masked";
    case ProtocolError::control_too_long:
      return "a control frame is longer than 125 bytes";
    case ProtocolError::length_not_minimal:
      return "a length is not in its shortest form";
    case ProtocolError::length_too_big:
      return "a length of 2^63 or more";
    case ProtocolError::bad_close_payload:
      return "a close frame of one byte";
    case ProtocolError::bad_close_code:
      return "a close code that may not be sent";
    case ProtocolError::bad_close_reason:
      return "a close reason that is not UTF-8";
    case ProtocolError::invalid_utf8:
      return "a text message that is not UTF-8";
    case ProtocolError::message_too_big:
      return "the message is too big";
    case ProtocolError::too_many_fragments:
      return "the message has too many fragments";
    case ProtocolError::bad_compressed_data:
      return "the compressed data are wrong";
    case ProtocolError::unfinished_compressed_data:
      return "the compressed data end too early";
  }
  return {};
}

}  // namespace ws::protocol
