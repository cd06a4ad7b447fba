// Messages of one channel as frames: encoded once, shared by all who get all of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/shared_bytes.h"
#include "protocol/opcode.h"
#include "session/session_table.h"

namespace ws::channel {

// Immutable once sealed.
class Batch {
 public:
  // From this many bytes on a batch is full: a slow client's queue takes whole ones.
  static constexpr size_t kFull = size_t{64} * 1024;

  // except: not for this session; 0 for nobody. order: grows with each.
  void add(protocol::Opcode opcode, std::string_view payload, uint64_t order,
           session::SessionId except);
  [[nodiscard]] bool empty() const noexcept { return pieces_.empty(); }
  [[nodiscard]] bool is_full() const noexcept { return size_ >= kFull; }
  // After the last add(), before the first of what follows.
  void seal();

  [[nodiscard]] size_t size() const noexcept { return size_; }
  [[nodiscard]] const base::SharedBytes& frames() const noexcept { return frames_; }
  [[nodiscard]] uint32_t count() const noexcept { return static_cast<uint32_t>(pieces_.size()); }
  // Where the last message begins in the frames.
  [[nodiscard]] size_t last() const noexcept {
    return pieces_.size() < 2 ? 0 : pieces_[pieces_.size() - 2].end;
  }

  enum class Part : uint8_t { all, some, none };
  // What of it is for a session that wants messages after this order.
  [[nodiscard]] Part part_for(session::SessionId session, uint64_t after) const noexcept;
  struct Cut {
    base::SharedBytes frames;
    uint32_t count = 0;  // of messages
    size_t last = 0;     // where the last one begins
  };
  // For Part::some.
  [[nodiscard]] Cut cut_for(session::SessionId session, uint64_t after) const;

 private:
  struct Piece {
    size_t end;  // in the frames
    uint64_t order;
    session::SessionId except;
  };

  base::SharedBytes frames_;  // while there is one message, and when sealed
  std::string growing_;       // else
  size_t size_ = 0;
  std::vector<Piece> pieces_;
  std::vector<session::SessionId> excepted_;  // sorted when sealed
};

}  // namespace ws::channel
