// Publish and subscribe: the interface of all engines, in one process or across many.
//
// An engine gives every message its place, keeps what shall be kept, knows who is in a
// channel, and wakes the loops that listen. It knows no sessions but their numbers and no
// plugins: fan_out.h brings what it hands over to the sessions of one loop. Channel names
// here are whole ones: namespace and name, see channel_name.h.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/shared_bytes.h"
#include "channel/seats.h"
#include "protocol/message_type.h"
#include "session/session_table.h"

namespace ws::channel {

using session::SessionId;

// A place in a channel's one order. Another epoch: the numbering began anew, at 1.
struct Position {
  uint64_t epoch = 0;
  uint64_t offset = 0;

  bool operator==(const Position&) const = default;
};

enum class BusStatus : uint8_t {
  ok,
  full,         // no room for another channel, message or member; nothing was done
  conflict,     // enter: the session is there under another key; submit: the key is another's
  gone,         // the session has ended
  unavailable,  // the engine cannot be reached or its state is broken; the log says why
};

// How much of a channel is kept from now on. The engine's own caps win.
struct Keep {
  uint32_t count = 0;   // so many newest messages; 0: none
  uint32_t age_ms = 0;  // and none older; 0: no such bound

  bool operator==(const Keep&) const = default;
};

// All sessions that entered a channel under one key.
struct Member {
  std::string key;
  std::string info;  // of the session that entered last
  uint32_t session_count = 0;
};

// Something that happened in a channel. Cheap to copy: the bytes are shared.
struct Event {
  enum class Kind : uint8_t {
    message,
    joined,   // a key's first session entered
    left,     // a key's last session left
    gap,      // something up to `position` is lost for this process's listeners
    control,  // Bus::control(): for the process, not for its clients
  };

  Kind kind = Kind::message;
  protocol::MessageType type;
  SessionId except = 0;
  Position position;    // joined, left, control: of the message before
  uint64_t order = 0;   // see Bus
  int64_t time_ms = 0;  // since 1970, UTC
  base::SharedBytes channel;
  base::SharedBytes family;  // through which it came; empty: through the channel's own name
  base::SharedBytes payload;
  std::shared_ptr<const Member> member;  // joined, left
};

struct MemberCount {
  uint64_t keys = 0;
  uint64_t sessions = 0;
};

struct Published {
  BusStatus status = BusStatus::ok;
  Position position;  // epoch 0: not known yet, the engine writes in batches
};

// One message for some channels, from somebody who waits.
struct Submission {
  struct Target {
    std::string channel;
    std::optional<Keep> keep;
  };
  std::vector<Target> targets;
  protocol::MessageType type;
  std::string payload;
  SessionId except = 0;
  // At most 511 bytes; not empty: for some minutes whoever submits under this key gets the receipt
  // of the first, and nothing is published. digest: of what makes two submissions the same one.
  std::string key;
  std::array<unsigned char, 32> digest{};
};

struct Receipt {
  struct Placed {
    Position position;
    uint64_t subscribers = 0;  // that it goes to, in all processes
  };
  BusStatus status = BusStatus::ok;
  bool is_replay = false;      // of an earlier one
  std::vector<Placed> placed;  // for each target
};

struct Cleared {
  BusStatus status = BusStatus::ok;
  Position position;
  uint64_t removed = 0;  // messages
};

// What is known of a channel.
struct ChannelFacts {
  std::string channel;
  Position position;
  uint64_t kept = 0;         // messages
  uint64_t subscribers = 0;  // sessions, in all processes
  MemberCount members;
};

struct HistoryQuery {
  std::optional<Position> since;  // only what came after it
  uint32_t limit = 0;             // at most so many, the newest; 0: all that is kept
};

// recovered: `since` was given, and every message after it is in `messages`. Else
// `messages` is what the query gives without `since`: a new beginning, not a part of what
// was missed.
struct History {
  std::vector<Event> messages;  // oldest first
  Position position;            // the channel's newest
  uint64_t order = 0;           // what comes live is after it
  bool recovered = false;
};

using HistoryDone = std::function<void(BusStatus, const History&)>;

// One loop's ear.
class Listener {
 public:
  virtual ~Listener() = default;
  // [any] Something waits: have the loop call Bus::receive(). Comes once, and again only
  // after the next receive(); maybe from inside a call to the bus by any thread. Must neither
  // block nor call the bus.
  virtual void wake() noexcept = 0;
};

// Calls are [any] unless tagged otherwise, and none blocks on another process.
//
// Event::order: events of one channel reach each listener in one order, the same for all,
// and this number grows with it; but a gap may have that of the event before. It also tells what a
// newcomer has not missed: whoever asked for an order before an event was made gets a lower number.
class Bus : public session::SeatOffice {
 public:
  virtual ~Bus() = default;

  // To everybody who listens, in all processes. Returns before they have it. Without `keep`
  // the message is not kept, and what is kept stays.
  [[nodiscard]] virtual Published publish(std::string_view channel, protocol::MessageType type,
                                          std::string_view payload, SessionId except,
                                          const std::optional<Keep>& keep) = 0;

  // [worker] To all channels of it or to none. Waits at most this long; after a failure nothing was
  // published and nothing will be.
  [[nodiscard]] virtual Receipt submit(const Submission& submission, uint32_t timeout_ms) = 0;

  // The same for one channel.
  [[nodiscard]] Published publish_and_wait(std::string_view channel, protocol::MessageType type,
                                           std::string_view payload, SessionId except,
                                           const std::optional<Keep>& keep, uint32_t timeout_ms);

  // [worker] Drops the messages that a channel keeps. Its numbering goes on.
  [[nodiscard]] virtual Cleared clear(std::string_view channel, uint32_t timeout_ms) = 0;

  // [worker] A channel that nobody has used has no epoch.
  [[nodiscard]] virtual BusStatus describe(std::string_view channel, ChannelFacts& facts) = 0;
  // [worker] The first `limit` channels whose full names begin so and come after `after`, in the
  // order of their bytes.
  [[nodiscard]] virtual BusStatus list(std::string_view prefix, std::string_view after,
                                       size_t limit, std::vector<ChannelFacts>& channels) = 0;

  // To all who listen, as an Event::Kind::control: no message, without an offset, never kept.
  [[nodiscard]] virtual BusStatus control(std::string_view channel, std::string_view payload) = 0;
  // [worker] The same, and it is on its way when this returns. Waits at most so long.
  [[nodiscard]] virtual BusStatus control_and_wait(std::string_view channel,
                                                   std::string_view payload, uint32_t timeout_ms) {
    (void)timeout_ms;
    return control(channel, payload);
  }

  // What this thread publishes after hold() may wait for its release(), so that the messages of a
  // loop's turn go out together. Not nested. Whoever waits for a position does not wait for it.
  virtual void hold() noexcept {}
  virtual void release() noexcept {}

  // [main] While nobody else calls the bus. At most 16 listeners: one for each loop.
  virtual void add(Listener& listener) = 0;
  virtual void remove(Listener& listener) noexcept = 0;

  // ---- [loop] of the listener ----

  // Starts and ends the flow of a channel's events to this listener; once each. Of a family: of the
  // messages of all its channels, each beside what comes through the channel's own name; after a
  // gap, one with the family's name and no position.
  [[nodiscard]] virtual BusStatus listen(Listener& listener, std::string_view channel) = 0;
  virtual void forget(Listener& listener, std::string_view channel) noexcept = 0;

  // Of a channel that the listener listens to: by how much the number of its sessions changed.
  virtual void change_audience(std::string_view channel, int64_t change) = 0;

  // The newest order of a channel that the listener listens to: events after it are still to come
  // to somebody who starts now.
  [[nodiscard]] virtual uint64_t order(Listener& listener, std::string_view channel) = 0;

  // Replaces `events` by what happened since the last call. May also call a HistoryDone.
  virtual void receive(Listener& listener, std::vector<Event>& events) = 0;

  // Calls done exactly once: within this call or within a receive() of the listener; not
  // any more after remove(). Listen first: then no message is between `order` and the live ones.
  virtual void read(Listener& listener, std::string_view channel, const HistoryQuery& query,
                    HistoryDone done) = 0;

  // ---- presence ----

  // A session is in a channel at most once: a second call changes info only.
  [[nodiscard]] virtual BusStatus enter(std::string_view channel, SessionId session,
                                        std::string_view key, std::string_view info) = 0;
  // False: it was not there.
  virtual bool leave(std::string_view channel, SessionId session) = 0;
  // In the order of their keys.
  [[nodiscard]] virtual BusStatus members(std::string_view channel,
                                          std::vector<Member>& members) = 0;
  // How many there are, without listing them.
  [[nodiscard]] virtual BusStatus count(std::string_view channel, MemberCount& count) = 0;

  // ---- seats: limits of connections, see seats.h; SeatOffice::give_back() ends them ----

  // The same in all processes. Never 0.
  [[nodiscard]] virtual uint64_t number_of(SeatKind kind, std::string_view what) const = 0;
  // [worker] All of them or none: then the first kind that has none left. Waits for the state, if
  // at all, for a moment.
  [[nodiscard]] virtual std::optional<SeatKind> take_seats(const SeatRequests& requests) = 0;
  // [worker] The same without taking.
  [[nodiscard]] virtual std::optional<SeatKind> find_full(const SeatRequests& requests) = 0;
};

}  // namespace ws::channel
