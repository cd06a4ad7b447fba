// The bus of one machine: all processes of a server share one state, kept by LMDB.
//
// Two threads per process, started when first needed: one writes (lmdb_writer.h), one listens
// (lmdb_ear.h). No call waits for another process but the one that says so.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "channel/bus.h"
#include "channel/lmdb_control.h"
#include "channel/lmdb_ear.h"
#include "channel/lmdb_gatekeeper.h"
#include "channel/lmdb_presence.h"
#include "channel/lmdb_seat_taker.h"
#include "channel/lmdb_settings.h"
#include "channel/lmdb_store.h"
#include "channel/lmdb_writer.h"

namespace ws::channel {

class LmdbBus final : public Bus {
 public:
  // [main] In the process that uses it: never before a fork, and one per process and directory. No
  // thread yet. Waits for other processes that are opening it, some seconds at most. Null: `error`
  // says why. log and clock are borrowed; the clock is the same for all processes.
  [[nodiscard]] static std::unique_ptr<LmdbBus> open(const LmdbSettings& settings, base::Log& log,
                                                     const base::Clock& clock, std::string& error);
  // [main] The same, for a tool beside the processes that made the state; as the user that they run
  // as. Makes none, sets none aside, and leaves its size and whether it is synced as they are. The
  // administrator's bounds of history are not known here: none hold.
  [[nodiscard]] static std::unique_ptr<LmdbBus> join(const std::string& directory, base::Log& log,
                                                     const base::Clock& clock, std::string& error);
  // [main] Writes what waits and lets this process's sessions leave; 2 s at most.
  ~LmdbBus() override;

  // For session numbers: no other living process of this state has it. 1..65535.
  [[nodiscard]] uint16_t process() const noexcept { return control_->number(); }

  // From loops position is {0, 0}: not known yet. full: the queue is, or the state has been for a
  // while; a message that was taken is tried until there is room.
  [[nodiscard]] Published publish(std::string_view channel, protocol::MessageType type,
                                  std::string_view payload, SessionId except,
                                  const std::optional<Keep>& keep) override;
  [[nodiscard]] Receipt submit(const Submission& submission, uint32_t timeout_ms) override;
  [[nodiscard]] Cleared clear(std::string_view channel, uint32_t timeout_ms) override;
  [[nodiscard]] BusStatus describe(std::string_view channel, ChannelFacts& facts) override;
  [[nodiscard]] BusStatus list(std::string_view prefix, std::string_view after, size_t limit,
                               std::vector<ChannelFacts>& channels) override;
  [[nodiscard]] BusStatus control(std::string_view channel, std::string_view payload) override;
  [[nodiscard]] BusStatus control_and_wait(std::string_view channel, std::string_view payload,
                                           uint32_t timeout_ms) override;
  void hold() noexcept override;
  void release() noexcept override;

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

 private:
  using ReaderPointer = std::shared_ptr<lmdb::Reader>;

  LmdbBus(const LmdbSettings& settings, base::Log& log, const base::Clock& clock);
  [[nodiscard]] bool open(std::string& error);
  [[nodiscard]] bool open_state(const std::string& path, std::string& error);
  [[nodiscard]] bool register_process(std::string& error);
  [[nodiscard]] int register_number();
  [[nodiscard]] bool sync(const std::string& path, std::string& error);
  [[nodiscard]] const ReaderPointer& reader_of(const Listener& listener) const noexcept;
  [[nodiscard]] BusStatus submit(lmdb::Operation::Kind kind, std::string_view channel,
                                 std::string_view content = {}, SessionId session = 0,
                                 std::string_view info = {});
  // A crowded state takes no message of a channel that it does not know.
  [[nodiscard]] bool has_room_for(std::string_view channel);
  void drop_interest(const std::string& channel);
  void update_active();

  const LmdbSettings settings_;
  base::Log& log_;
  const base::Clock& clock_;
  std::unique_ptr<lmdb::Control> control_;
  std::unique_ptr<lmdb::Gatekeeper> gatekeeper_;
  std::unique_ptr<lmdb::Store> store_;
  std::unique_ptr<lmdb::Writer> writer_;
  std::unique_ptr<lmdb::SeatTaker> seats_;
  std::unique_ptr<lmdb::Ear> ear_;
  std::vector<ReaderPointer> readers_;  // changes while nobody else calls

  std::mutex mutex_;  // guards what follows; operations are submitted in the order of its changes
  struct Interest {
    uint32_t listeners = 0;
    int64_t sessions = 0;
  };
  std::unordered_map<std::string, Interest> interest_;  // of this process, by channel
  std::unordered_map<std::string, lmdb::OwnMembers> members_;
};

}  // namespace ws::channel
