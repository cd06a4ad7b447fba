// The form of a line about a session's end: text with %{fields}.
#pragma once

#include <ctime>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "session/session_end.h"

namespace ws::session {

class EndFormat {
 public:
  // error: what is wrong, for a reader.
  [[nodiscard]] static std::optional<EndFormat> parse(std::string_view text, std::string& error);

  // Without a line's end. server: its name; now: of the wall clock. What a peer may have chosen is
  // escaped; what is empty is "-".
  [[nodiscard]] std::string line(const SessionEnd& end, std::string_view server, time_t now) const;

 private:
  using Write = void (*)(std::string& to, const SessionEnd& end, std::string_view server,
                         time_t now);
  struct Field {
    std::string_view name;
    Write write;
  };
  struct Piece {
    std::string text;  // comes first
    Write write;       // may be null
  };
  static const Field kFields[];

  std::vector<Piece> pieces_;
};

}  // namespace ws::session
