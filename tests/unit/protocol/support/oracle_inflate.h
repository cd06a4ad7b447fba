// A second reader of DEFLATE (RFC 1951): a bit at a time, to compare with.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ws::protocol::test {

struct OracleInflated {
  std::string bytes;    // all that came out, up to `most` bytes
  bool wrong = false;   // not DEFLATE, or a distance beyond the window
  bool whole = false;   // the message may end here
  std::string history;  // what a later message may refer to
};

// What the first bytes of a message make; `last`: they are all of it, and the tail of RFC 7692
// section 7.2.2 belongs behind them. `history`: of the messages before. Stops after `most` bytes.
OracleInflated oracle_inflate(std::string_view compressed, bool last, std::string_view history,
                              size_t window, size_t most);

}  // namespace ws::protocol::test
