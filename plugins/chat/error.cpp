// The codes and sentences of {"type":"error"}.
#include "error.h"

namespace chat {
namespace {

struct Words {
  std::string_view code, sentence;
};

Words words(ErrorCode code) {
  switch (code) {
    case ErrorCode::bad_json:
      return {"bad_json", "This is not one JSON object, or it is nested too deeply."};
    case ErrorCode::too_big:
      return {"too_big", "This is longer than any message may be."};
    case ErrorCode::unknown_type:
      return {"unknown_type", "There is no message of this type."};
    case ErrorCode::missing_field:
      return {"missing_field", "A field is missing."};
    case ErrorCode::unknown_field:
      return {"unknown_field", "A message of this type has no such field."};
    case ErrorCode::duplicate_field:
      return {"duplicate_field", "A field is there twice."};
    case ErrorCode::bad_field:
      return {"bad_field", "A field is of the wrong type or form."};
    case ErrorCode::hello_first:
      return {"hello_first", "Say hello first, with a name."};
    case ErrorCode::hello_again:
      return {"hello_again", "You said hello already; to change your name, send \"name\"."};
    case ErrorCode::bad_name:
      return {"bad_name", "A name has 1 to 32 characters, no control characters, and can be seen."};
    case ErrorCode::name_taken:
      return {"name_taken", "Somebody here has this name, or one that looks like it."};
    case ErrorCode::name_fixed:
      return {"name_fixed", "You are logged in: your name is your user name."};
    case ErrorCode::bad_room:
      return {"bad_room", "A room's name has 1 to 64 bytes: letters, digits and . _ ~ -"};
    case ErrorCode::room_not_allowed:
      return {"room_not_allowed", "Only the room in the address of this connection is open."};
    case ErrorCode::not_in_room:
      return {"not_in_room", "You are not in this room."};
    case ErrorCode::too_many_rooms:
      return {"too_many_rooms", "You are in as many rooms as allowed."};
    case ErrorCode::bad_text:
      return {"bad_text", "A message needs something to read, and has no control characters."};
    case ErrorCode::too_long:
      return {"too_long", "The message is too long."};
    case ErrorCode::unreachable:
      return {"unreachable", "That member is not here, or can't get private messages."};
    case ErrorCode::turned_off:
      return {"turned_off", "This is turned off here."};
    case ErrorCode::rate_limited:
      return {"rate_limited", "Too fast: wait a moment."};
    case ErrorCode::try_again:
      return {"try_again", "The server could not do this now."};
  }
  return {"try_again", ""};
}

}  // namespace

std::string_view to_string(ErrorCode code) { return words(code).code; }
std::string_view sentence(ErrorCode code) { return words(code).sentence; }

}  // namespace chat
