// Brings what is published to the subscribers of one loop.
//
// At the end of each loop turn it takes what the bus has for this loop, lets every Location
// give a message its wire form once, frames it once, and hands the one buffer to all: one
// write per subscriber and turn. Many thousand subscribers are served in slices, between
// which the loop does its other work.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/tally.h"
#include "channel/bus.h"
#include "channel/subscriber.h"
#include "net/event_loop.h"

namespace ws::channel {

// The sessions of one shaper in one channel.
struct Audience {
  // Entry::after while the session waits for history.
  static constexpr uint64_t kWaiting = UINT64_MAX;

  struct Entry {
    session::Session* session;
    Subscriber* subscriber;
    uint64_t after;  // wants what has a greater order
    uint32_t slot;   // in the subscriber's subscriptions
  };

  LocalChannel& channel;
  Shaper& shaper;
  uint64_t stream;  // names what goes this way in its sessions' queues; unique in the loop
  std::vector<Entry> entries;
  size_t entered = 0;                              // sessions that entered, subscribed or not
  std::unique_ptr<Batch> open;                     // of this turn
  std::list<std::shared_ptr<const Batch>> sealed;  // to be delivered, in order
  size_t delivered = 0;                            // the first entries, which have sealed.front()
};

// One channel as this loop knows it: exists while one of its sessions is in it.
struct LocalChannel {
  std::string name;
  std::vector<std::unique_ptr<Audience>> audiences;
  bool maybe_unused = false;
  bool is_recount_due = false;
  int64_t told = 0;  // sessions that the bus knows of
};

// Belongs to a loop: all calls come from there. Callers give each session's own Subscriber.
class FanOut final : public net::TurnEnd, private Listener {
 public:
  // [main] Both borrowed. Every Subscriber must have ended before the destructor.
  FanOut(net::EventLoop& loop, Bus& bus);
  ~FanOut() override;
  FanOut(const FanOut&) = delete;
  FanOut& operator=(const FanOut&) = delete;

  // Gets what is published from now on. A second call does nothing.
  [[nodiscard]] BusStatus subscribe(Subscriber& subscriber, std::string_view channel);
  // The same, but first what the query asks for: no gap, no message twice. A second call begins
  // anew. done comes exactly once, maybe within this call, unless this fails; `gone` when the
  // session ends first. If it gets another failure, the session is not subscribed.
  [[nodiscard]] BusStatus subscribe(Subscriber& subscriber, std::string_view channel,
                                    const HistoryQuery& query, HistoryDone done);
  void unsubscribe(Subscriber& subscriber, std::string_view channel);

  // Without subscribing; done as above.
  void read(Subscriber& subscriber, std::string_view channel, const HistoryQuery& query,
            HistoryDone done);

  // Presence. While a session is in a channel, its shaper gets joined and left of the channel.
  [[nodiscard]] BusStatus enter(Subscriber& subscriber, std::string_view channel,
                                std::string_view key, std::string_view info);
  // False: it was not there.
  bool leave(Subscriber& subscriber, std::string_view channel);

  // The session ends: it leaves everything, gets nothing more, and its reads are answered.
  void end(Subscriber& subscriber);

  void on_turn_end() override;

  // Before a publish: what the turn publishes goes out together, at its end.
  void hold_publishes();

  // What is on its way here: how often messages were lost, and how late others came: for each turn
  // that takes some, the oldest.
  struct Counts {
    base::Tally gaps;
    base::Tally turns;
    base::Tally delays_ms;
  };
  // [main] Counts there. Borrowed.
  void count_in(Counts& counts) noexcept { counts_ = &counts; }

  // For tests and status. Idle: nothing is on its way to a subscriber.
  [[nodiscard]] bool is_idle() const noexcept { return !woken_ && due_.empty(); }
  [[nodiscard]] size_t channel_count() const noexcept { return channels_.size(); }

 private:
  struct NameHash {
    using is_transparent = void;
    size_t operator()(std::string_view name) const noexcept {
      return std::hash<std::string_view>()(name);
    }
  };
  using Channels =
      std::unordered_map<std::string, std::unique_ptr<LocalChannel>, NameHash, std::equal_to<>>;

  void wake() noexcept override;

  [[nodiscard]] LocalChannel* find(std::string_view name) const noexcept;
  [[nodiscard]] Audience* find(Subscriber& subscriber, std::string_view name) const noexcept;
  [[nodiscard]] BusStatus open(Subscriber& subscriber, std::string_view name, Audience*& audience);
  [[nodiscard]] bool may_subscribe(Subscriber& subscriber, std::string_view name) const noexcept;
  void insert(Subscriber& subscriber, Audience& audience, uint64_t after);
  void erase(Subscriber& subscriber, size_t slot);
  static void move(Audience& audience, size_t from, size_t to) noexcept;
  [[nodiscard]] static std::optional<size_t> slot_of(const Subscriber& subscriber,
                                                     const Audience* audience) noexcept;
  [[nodiscard]] static Audience::Entry& entry_of(const Subscriber::Subscription& one) noexcept;
  void release(LocalChannel& channel);
  void sweep();
  void note_change(LocalChannel& channel);
  void recount();

  [[nodiscard]] uint64_t begin_reading(Subscriber& subscriber, HistoryDone done);
  void ask(Subscriber& subscriber, std::string_view channel, const HistoryQuery& query,
           uint64_t id);
  void end_reading(session::SessionId session, uint64_t id, BusStatus status,
                   const History& history);
  void end_waiting(Subscriber& subscriber, uint64_t id, BusStatus status, uint64_t order);

  void count_delay() noexcept;
  void take(const Event& event);
  static void close_sessions(const LocalChannel& channel, std::string_view order);
  void seal(Audience& audience);
  void deliver_slice();
  [[nodiscard]] bool deliver(Audience& audience, bool sliced);
  static void give(Audience::Entry& entry, uint64_t stream,
                   const std::shared_ptr<const Batch>& batch);

  net::EventLoop& loop_;
  Bus& bus_;
  std::atomic<bool> woken_ = false;
  Channels channels_;
  std::vector<Event> events_;    // of this turn
  std::vector<Audience*> open_;  // with an open batch
  std::deque<Audience*> due_;    // with sealed ones
  std::vector<LocalChannel*> maybe_unused_;
  std::vector<LocalChannel*> changed_;  // their numbers of sessions
  std::unordered_map<session::SessionId, Subscriber*> readers_;
  size_t sealed_bytes_ = 0;
  uint64_t last_reading_ = 0;
  uint64_t last_stream_ = 0;
  bool holds_publishes_ = false;
  Counts own_counts_;
  Counts* counts_ = &own_counts_;
};

}  // namespace ws::channel
