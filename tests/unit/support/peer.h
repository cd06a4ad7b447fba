// The client's end of a socket pair: sends bytes, and says in words what came.
#pragma once

#include <string>
#include <string_view>

#include "base/unique_fd.h"

namespace ws::test {

class Peer {
 public:
  // Both ends are non-blocking; the other one goes to the server.
  static Peer connect(base::UniqueFd& server_end);

  // All of it, or the test fails.
  void send(std::string_view bytes) const;
  // What came since the last call, with a space between: "text(abc) binary(7) close(1000,bye) end".
  // Binary messages are given by their size; a compressed text is "z(abc)".
  std::string frames();
  // Waits for bytes or the end, at most so long. False: nothing came.
  [[nodiscard]] bool wait(int ms = 10'000) const;
  void shut_down() const;
  void close() { fd_.reset(); }
  [[nodiscard]] int fd() const { return fd_.get(); }

 private:
  base::UniqueFd fd_;
  std::string bytes_;  // of an unfinished frame
  bool ended_ = false;
};

}  // namespace ws::test
