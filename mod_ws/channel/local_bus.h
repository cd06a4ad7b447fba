// The bus of one process: everything in memory, nothing outlives it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "channel/bus.h"
#include "channel/kept_log.h"
#include "channel/member_table.h"
#include "channel/receipt_book.h"
#include "channel/seat_counts.h"

namespace ws::channel {

struct LocalBusLimits {
  KeptLog::Caps kept;
  size_t channels = 1'000'000;              // that somebody listens to or is in, or with history
  size_t idle_channels = 1024;              // others; remembered so that positions stay good
  size_t members = 1'000'000;               // sessions in channels, all together
  size_t waiting_bytes = size_t{64} << 20;  // that one loop has not received yet
};

// HistoryDone comes within read().
class LocalBus final : public Bus, private KeptLog::Owner {
 public:
  // clock: for the age of what is kept; borrowed.
  explicit LocalBus(const base::Clock& clock, const LocalBusLimits& limits = {});
  ~LocalBus() override;

  [[nodiscard]] Published publish(std::string_view channel, protocol::MessageType type,
                                  std::string_view payload, SessionId except,
                                  const std::optional<Keep>& keep) override;
  [[nodiscard]] Receipt submit(const Submission& submission, uint32_t timeout_ms) override;
  [[nodiscard]] Cleared clear(std::string_view channel, uint32_t timeout_ms) override;
  [[nodiscard]] BusStatus describe(std::string_view channel, ChannelFacts& facts) override;
  [[nodiscard]] BusStatus list(std::string_view prefix, std::string_view after, size_t limit,
                               std::vector<ChannelFacts>& channels) override;
  [[nodiscard]] BusStatus control(std::string_view channel, std::string_view payload) override;

  void add(Listener& listener) override;
  void remove(Listener& listener) noexcept override;
  [[nodiscard]] BusStatus listen(Listener& listener, std::string_view channel) override;
  void forget(Listener& listener, std::string_view channel) noexcept override;
  void change_audience(std::string_view channel, int64_t change) override;
  [[nodiscard]] uint64_t order(Listener& listener, std::string_view channel) override;
  void receive(Listener& listener, std::vector<Event>& events) override;
  void read(Listener& listener, std::string_view channel, const HistoryQuery& query,
            HistoryDone done) override;

  [[nodiscard]] BusStatus enter(std::string_view channel, SessionId session, std::string_view key,
                                std::string_view info) override;
  bool leave(std::string_view channel, SessionId session) override;
  [[nodiscard]] BusStatus members(std::string_view channel, std::vector<Member>& members) override;
  [[nodiscard]] BusStatus count(std::string_view channel, MemberCount& count) override;

  [[nodiscard]] uint64_t number_of(SeatKind kind, std::string_view what) const override;
  [[nodiscard]] std::optional<SeatKind> take_seats(const SeatRequests& requests) override;
  [[nodiscard]] std::optional<SeatKind> find_full(const SeatRequests& requests) override;
  void give_back(const SeatNumbers& seats) noexcept override;

  // [any] Channels that have a record; bytes that are kept. For tests and status.
  [[nodiscard]] size_t channel_count() const;
  [[nodiscard]] size_t kept_bytes() const;

 private:
  static constexpr size_t kMaxListeners = 16;

  // One listener, and what waits for it.
  struct Ear {
    Listener* listener = nullptr;
    std::vector<Event> inbox;
    size_t inbox_bytes = 0;
    bool woken = false;
  };

  struct Channel : KeptLog::Shelf {
    base::SharedBytes name;
    Position newest;
    std::vector<Ear*> ears;
    int64_t audience = 0;  // sessions
    std::unique_ptr<MemberTable> members;
    bool idle = true;
    std::list<Channel*>::iterator place;  // in idle_, or in busy_
  };

  struct Message {
    Message(protocol::MessageType type, std::string_view payload, SessionId except);
    // Copied when first needed; what is large before the lock is taken.
    [[nodiscard]] const base::SharedBytes& bytes() const;

    const protocol::MessageType type;
    const std::string_view payload;
    const SessionId except;
    const int64_t time_ms = base::unix_time_ms();

   private:
    mutable base::SharedBytes bytes_;
  };

  // Whom to wake when the lock is released.
  class Wakes {
   public:
    Wakes() = default;
    Wakes(const Wakes&) = delete;
    Wakes& operator=(const Wakes&) = delete;
    ~Wakes();
    void add(Ear& ear) noexcept;

   private:
    std::array<Listener*, kMaxListeners> listeners_;
    size_t count_ = 0;
  };

  void on_empty(KeptLog::Shelf& shelf) noexcept override;

  [[nodiscard]] Ear* ear_of(const Listener* listener) noexcept;
  [[nodiscard]] Channel* find(std::string_view name) noexcept;
  [[nodiscard]] Channel* find_or_create(std::string_view name);
  void settle(Channel& channel) noexcept;
  void settle_last(Channel& channel) noexcept;
  [[nodiscard]] bool make_room(Channel& channel, size_t payload, size_t count = 1);
  Position place(Channel& channel, const Message& message, const std::optional<Keep>& keep,
                 Wakes& wakes);
  [[nodiscard]] uint64_t subscribers_of(const Channel& channel) noexcept;
  static void describe(const Channel& channel, ChannelFacts& facts);
  void hand_out(Channel& channel, const Event& event, Wakes& wakes) noexcept;
  [[nodiscard]] bool tells_families(std::string_view channel) noexcept;
  void hand_out_to_families(Event event, Wakes& wakes);
  void tell(Channel& channel, Event event, Wakes& wakes) noexcept;
  void tell(Channel& channel, Event::Kind kind, std::shared_ptr<const Member> member,
            Wakes& wakes) noexcept;

  const base::Clock& clock_;
  const LocalBusLimits limits_;
  const SeatKey seat_key_ = random_seat_key();

  mutable std::mutex mutex_;  // guards all below
  KeptLog kept_;
  std::unordered_map<std::string_view, std::unique_ptr<Channel>> channels_;  // key: its name
  std::list<Channel*> busy_;
  std::list<Channel*> idle_;  // nobody needs them; oldest first
  ReceiptBook receipts_;
  SeatCounts seats_;
  std::array<Ear, kMaxListeners> ears_;
  uint64_t order_ = 0;
  uint64_t next_epoch_;
  size_t member_count_ = 0;
  bool had_families_ = false;  // whether anybody has ever listened to one
};

}  // namespace ws::channel
