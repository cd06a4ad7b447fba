// What a user has read and follows. Changes are published, each message with the whole state; two
// states join to one in which no change is lost, in whatever order they come.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <wsp/plugin.hpp>

#include "read_set.h"

namespace notifications {

class UserState {
 public:
  // Topics are "" for the user's own. More choices than this: the oldest is forgotten.
  static constexpr std::size_t kMostChoices = 256;

  // Of another epoch than what is known of the topic: only that counts from now on.
  void mark_read(std::string_view topic, std::uint64_t epoch, std::uint64_t first,
                 std::uint64_t last);
  [[nodiscard]] bool is_read(std::string_view topic, const wsp::Position& position) const;
  // `now_ms`: of two choices the later one counts.
  void choose(std::string_view topic, bool follows, std::int64_t now_ms);
  // Nothing when the user did not say.
  [[nodiscard]] std::optional<bool> choice(std::string_view topic) const;
  // The topics of which the user said it.
  [[nodiscard]] std::vector<std::string> chosen() const;
  [[nodiscard]] bool empty() const { return read_.empty() && choices_.empty(); }

  void join(const UserState& other);
  [[nodiscard]] std::string print() const;
  // What does not parse is left out.
  [[nodiscard]] static UserState parse(std::string_view text);

  bool operator==(const UserState&) const = default;

 private:
  struct Read {
    std::uint64_t epoch = 0;
    ReadSet offsets;
    bool operator==(const Read&) const = default;
  };
  struct Choice {
    bool follows = false;
    std::int64_t time_ms = 0;
    bool operator==(const Choice&) const = default;
  };
  Read& read_of(std::string_view topic, std::uint64_t epoch);
  void decide(std::string_view topic, const Choice& choice);

  std::map<std::string, Read, std::less<>> read_;
  std::map<std::string, Choice, std::less<>> choices_;
};

}  // namespace notifications
