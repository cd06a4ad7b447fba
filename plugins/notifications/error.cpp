// The codes and sentences of {"type":"error"}.
#include "error.h"

namespace notifications {
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
    case ErrorCode::missing_field:
      return {"missing_field", "A field is missing."};
    case ErrorCode::unknown_field:
      return {"unknown_field", "A message of this type has no such field."};
    case ErrorCode::duplicate_field:
      return {"duplicate_field", "A field is there twice."};
    case ErrorCode::bad_field:
      return {"bad_field", "A field is of the wrong type or form."};
    case ErrorCode::unknown_type:
      return {"unknown_type", "There is no message of this type."};
    case ErrorCode::hello_again:
      return {"hello_again", "You said hello already."};
    case ErrorCode::bad_topic:
      return {"bad_topic", "This is not a topic's name."};
    case ErrorCode::topic_not_allowed:
      return {"topic_not_allowed", "This topic is not to be followed here, or not by you."};
    case ErrorCode::too_many_topics:
      return {"too_many_topics", "You follow as many topics as allowed."};
    case ErrorCode::bad_token:
      return {"bad_token", "This token is not good for you."};
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

}  // namespace notifications
