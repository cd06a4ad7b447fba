// What can be wrong with a client's message: the codes and sentences of {"type":"error"}; the first
// six also say what is wrong with a notification.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace notifications {

enum class ErrorCode {
  bad_json,           // not one JSON object, or more than is good for it
  too_big,            // longer than any message may be
  missing_field,      // a field that is needed
  unknown_field,      // a field that this type does not have
  duplicate_field,    // one name twice
  bad_field,          // a field of the wrong type or form
  unknown_type,       // "type" is none of those in the README
  hello_again,        // a second hello
  bad_topic,          // not a topic's name
  topic_not_allowed,  // not one of this Location, or not for this visitor
  too_many_topics,    // unfollow one first
  bad_token,          // not good, or another user's
  turned_off,         // not to be had here
  rate_limited,       // too fast: see retry_after_ms
  try_again,          // the server could not do it now
};

struct Error {
  ErrorCode code = ErrorCode::try_again;
  std::string field = {};            // of the message, where one is to blame
  std::string of = {};               // the message's type, where it has one
  std::uint32_t retry_after_ms = 0;  // 0: no use in waiting
};

// "bad_json"
[[nodiscard]] std::string_view to_string(ErrorCode code);
// A sentence for a person.
[[nodiscard]] std::string_view sentence(ErrorCode code);

}  // namespace notifications
