// What can be wrong with a client's message: the codes and sentences of {"type":"error"}.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace chat {

enum class ErrorCode {
  bad_json,          // not one JSON object, or more than is good for it
  too_big,           // the frame is longer than any message may be
  unknown_type,      // "type" is none of those in the README
  missing_field,     // a field that this type needs
  unknown_field,     // a field that this type does not have
  duplicate_field,   // one name twice
  bad_field,         // a field of the wrong type or form
  hello_first,       // anything before hello
  hello_again,       // a second hello
  bad_name,          // not a name: empty, too long, control characters
  name_taken,        // somebody in the room has this name, or one that looks like it
  name_fixed,        // an authenticated user asked for another name
  bad_room,          // not a room's name
  room_not_allowed,  // the administrator says: only the room in the address
  not_in_room,       // join it first
  too_many_rooms,    // leave one first
  bad_text,          // nothing to see in it, or a control character
  too_long,          // more characters than allowed
  unreachable,       // the one meant in private is not here, or can't hear it
  turned_off,        // the administrator turned this off
  rate_limited,      // too fast: see retry_after_ms
  try_again,         // the server could not do it now
};

struct Error {
  ErrorCode code = ErrorCode::try_again;
  std::string field = {};            // of the message, where one is to blame
  std::string client_id = {};        // as in the message, so that its sender knows which one
  std::string room = {};             // where one is concerned
  std::uint32_t retry_after_ms = 0;  // 0: no use in waiting
};

// "bad_json"
[[nodiscard]] std::string_view to_string(ErrorCode code);
// A sentence for a person.
[[nodiscard]] std::string_view sentence(ErrorCode code);

}  // namespace chat
