// What one loop hears of the log: where it stood, what it listens to, what waits for it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "channel/bus.h"
#include "channel/lmdb_operation.h"
#include "channel/lmdb_settings.h"
#include "channel/lmdb_store.h"

namespace ws::channel::lmdb {

// Somebody waits for history.
struct HistoryRead {
  base::SharedBytes channel;
  HistoryQuery query;
  HistoryDone done;
};

// One loop's listening to one channel, from listen() to forget().
struct Listening {
  base::SharedBytes name;
  uint64_t after = 0;                 // wants events of greater orders
  std::atomic<bool> is_over = false;  // its events are not wanted any more

  // Of the ear's thread.
  bool is_active = false;
  ChannelId channel;
  uint64_t seen = 0;     // offset of the last message that went out, or of what was before `after`
  uint64_t through = 0;  // all up to this order went out when it became active
  bool is_family = false;
  std::vector<HistoryRead> reads;  // for when it is active
};

class Reader {
 public:
  // The listener is borrowed until detach().
  Reader(Listener& listener, const LmdbSettings& settings)
      : settings_(settings), listener_(&listener) {}

  [[nodiscard]] bool is_of(const Listener& listener) const noexcept {
    return identity_ == &listener;
  }

  // ---- [loop] ----

  // Null: it listens already.
  [[nodiscard]] std::shared_ptr<Listening> listen(std::string_view name, uint64_t after);
  // Null: it did not listen.
  std::shared_ptr<Listening> forget(std::string_view name);
  [[nodiscard]] std::shared_ptr<Listening> find(std::string_view name) const;
  // Replaces `events`; calls HistoryDones. True: the ear had to stop for want of room.
  [[nodiscard]] bool receive(std::vector<Event>& events);

  // [main] No wake() any more, and no HistoryDone.
  void detach() noexcept;
  [[nodiscard]] std::vector<std::string> names() const;

  // ---- [ear] ----

  // There may be something from this order on.
  void expect(uint64_t order) noexcept;
  // Something waits to be read, and there is room for it.
  [[nodiscard]] bool is_due() noexcept { return (from_ != 0 || !reads_.empty()) && has_room(); }

  // The state knows of the listening since before the transaction.
  void activate(Txn& txn, const std::shared_ptr<Listening>& listening, ChannelId channel);
  void deactivate(const std::shared_ptr<Listening>& listening);
  void read_later(HistoryRead read) { reads_.push_back(std::move(read)); }
  void answer(const HistoryDone& done, BusStatus status, History history);

  // Reads on; answers reads, those of unknown channels into `unknown`. True: there is more, and
  // room.
  [[nodiscard]] bool read(Txn& txn, uint64_t clock_ms, std::vector<HistoryRead>& unknown);
  // After the transaction: tells the loop.
  void wake();

 private:
  // A channel, and who listens to the families that it is in.
  struct Kin {
    base::SharedBytes name;
    uint64_t epoch = 0;
    std::vector<std::shared_ptr<Listening>> families;
  };
  struct Answer {
    HistoryDone done;
    BusStatus status;
    History history;
  };

  [[nodiscard]] bool has_room() noexcept;
  void scan(Txn& txn);
  void recover(Txn& txn, uint64_t front);
  void recover(Txn& txn, Listening& listening, uint64_t front);
  void look_for_gaps(Txn& txn);
  void catch_up(Txn& txn, Listening& listening);
  void take(Listening& listening, Event event);
  void add_gap(Listening& listening, uint64_t offset, uint64_t order);
  void add(Listening& listening, Event event);
  void take_entry(Txn& txn, Cursor& cursor, const LogHeader& header);
  void take_for_family(Listening& family, const Kin& kin, Event event);
  void answer_one(Txn& txn, uint64_t clock_ms, std::vector<HistoryRead>& unknown);
  void hand_over();
  void drop_found() noexcept;
  [[nodiscard]] const Kin* kin_for(Txn& txn, const LogHeader& header);
  void forget_kin(const Listening& listening) noexcept;

  const LmdbSettings& settings_;
  std::unordered_map<std::string, std::shared_ptr<Listening>> names_;  // of the loop

  mutable std::mutex mutex_;  // guards what follows
  std::vector<Event> inbox_;
  std::vector<Answer> answers_;
  size_t inbox_bytes_ = 0;
  bool is_blocked_ = false;

  // wake() against detach().
  std::mutex listener_mutex_;  // guards listener_
  Listener* listener_;
  const Listener* const identity_ = listener_;
  std::atomic<bool> is_woken_ = false;

  // Of the ear's thread.
  struct Found {
    std::shared_ptr<Listening> listening;
    Event event;
  };
  std::unordered_map<uint64_t, std::shared_ptr<Listening>> active_;
  size_t family_count_ = 0;                // of those
  std::unordered_map<uint64_t, Kin> kin_;  // what is known; channel numbers
  std::deque<HistoryRead> reads_;
  std::vector<Found> found_;
  size_t found_bytes_ = 0;
  uint64_t from_ = 0;     // to be read on from this order; 0: nothing
  uint64_t through_ = 0;  // everything up to this order was taken
  bool has_fallen_behind_ = false;
  bool has_news_ = false;
};

}  // namespace ws::channel::lmdb
