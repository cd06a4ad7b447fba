// Messages of one channel as frames: encoded once, compressed once in each way that subscribers
// agreed on, shared by all who get all of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <vector>

#include "base/shared_bytes.h"
#include "channel/batch_form.h"
#include "protocol/message_type.h"
#include "session/session_table.h"

namespace ws::channel {

// Immutable once sealed, but for the compressed forms, which are made when first asked for.
class Batch {
 public:
  // From this many bytes on a batch is full: a slow client's queue takes whole ones.
  static constexpr size_t kFull = size_t{64} * 1024;

  // except: not for this session; 0 for nobody. order: grows with each.
  void add(protocol::MessageType type, std::string_view payload, uint64_t order,
           session::SessionId except);
  [[nodiscard]] bool empty() const noexcept { return pieces_.empty(); }
  [[nodiscard]] bool is_full() const noexcept { return size_ >= kFull; }
  // After the last add(), before the first of what follows.
  void seal();

  // Of the plain frames.
  [[nodiscard]] size_t size() const noexcept { return size_; }
  [[nodiscard]] uint32_t count() const noexcept { return static_cast<uint32_t>(pieces_.size()); }

  [[nodiscard]] const BatchForm& plain() const noexcept { return plain_; }
  // [loop] For subscribers with this window. It may be the plain one.
  [[nodiscard]] const BatchForm& compressed(unsigned window_bits,
                                            const protocol::DeflateSettings& settings,
                                            protocol::DeflaterPool& pool) const;
  // How many were made.
  [[nodiscard]] size_t compressed_forms() const noexcept { return compressed_.size(); }

  enum class Part : uint8_t { all, some, none };
  // What of it is for a session that wants messages after this order.
  [[nodiscard]] Part part_for(session::SessionId session, uint64_t after) const noexcept;
  struct Cut {
    base::SharedBytes frames;
    uint32_t count = 0;  // of messages
    size_t last = 0;     // where the last one begins
  };
  // For Part::some.
  [[nodiscard]] Cut cut_for(session::SessionId session, uint64_t after,
                            const BatchForm& form) const;

 private:
  struct Piece {
    uint64_t order;
    session::SessionId except;
    bool may_compress;
  };
  struct Compressed {
    CompressionKey key;
    BatchForm form;
  };

  BatchForm plain_;      // its frames: while there is one message, and when sealed
  std::string growing_;  // else
  size_t size_ = 0;
  size_t largest_ = 0;  // payload that may be compressed
  std::vector<Piece> pieces_;
  std::vector<session::SessionId> excepted_;  // sorted when sealed
  mutable std::list<Compressed> compressed_;
};

}  // namespace ws::channel
