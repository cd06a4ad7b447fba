// Messages that are kept for those who come later: bounded by count, age and bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <vector>

#include "channel/bus.h"

namespace ws::channel {

// All channels' kept messages, in the order of their publishing. Its user locks.
class KeptLog {
 public:
  struct Caps {
    size_t bytes = size_t{64} << 20;  // of all channels together, with what keeping costs
    uint32_t count = 10'000;          // of one channel
    uint32_t age_ms = 24 * 60 * 60 * 1000;
  };

  class Shelf;
  // Told when a shelf's last message was dropped.
  class Owner {
   public:
    virtual void on_empty(Shelf& shelf) noexcept = 0;

   protected:
    ~Owner() = default;
  };

 private:
  struct Kept {
    Event event;
    uint64_t since_ms;
    Shelf* shelf;
    Kept* older;  // of the same shelf
    Kept* newer;
    std::list<Kept>::iterator place;
  };

 public:
  // One channel's part.
  class Shelf {
   public:
    Shelf() = default;
    Shelf(const Shelf&) = delete;
    Shelf& operator=(const Shelf&) = delete;

    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    [[nodiscard]] size_t size() const noexcept { return size_; }

   private:
    friend class KeptLog;
    Kept* oldest_ = nullptr;
    Kept* newest_ = nullptr;
    size_t size_ = 0;
    uint64_t complete_after_ = 0;  // every message with a greater offset is here
    Keep keep_;
  };

  KeptLog(const Caps& caps, Owner& owner) noexcept : caps_(caps), owner_(owner) {}
  KeptLog(const KeptLog&) = delete;
  KeptLog& operator=(const KeptLog&) = delete;

  // The shelf's next message, kept under this policy. Throws std::bad_alloc, then nothing was
  // done.
  void add(Shelf& shelf, const Event& event, Keep keep, uint64_t now_ms);

  // The shelf's next message was published without being kept.
  static void pass(Shelf& shelf, uint64_t offset) noexcept { shelf.complete_after_ = offset; }

  // Appends the newest `limit` messages (0: all).
  void read(Shelf& shelf, uint32_t limit, uint64_t now_ms, std::vector<Event>& messages);

  // Appends all after this offset, if every one of them is here and they are at most `limit`
  // (0: any number). False: nothing was appended.
  [[nodiscard]] bool recover(Shelf& shelf, uint64_t after, uint32_t limit, uint64_t now_ms,
                             std::vector<Event>& messages);

  // Drops all messages of the shelf, and says how many there were.
  size_t clear(Shelf& shelf) noexcept;

  // Drops what is too old at the front of all. Cheap when there is nothing.
  void expire(uint64_t now_ms) noexcept;

  [[nodiscard]] size_t bytes() const noexcept { return bytes_; }

 private:
  [[nodiscard]] static size_t cost(const Event& event) noexcept;
  [[nodiscard]] static bool is_expired(const Kept& kept, uint64_t now_ms) noexcept;
  static void copy_from(const Kept* first, size_t count, std::vector<Event>& messages);
  void trim(Shelf& shelf, uint64_t now_ms) noexcept;
  void drop_oldest(Shelf& shelf) noexcept;

  const Caps caps_;
  Owner& owner_;
  std::list<Kept> log_;
  size_t bytes_ = 0;
};

}  // namespace ws::channel
