// What the channels layer keeps with a session: where it is subscribed, entered and reading.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "channel/batch.h"
#include "channel/bus.h"
#include "channel/shaper.h"
#include "session/session.h"

namespace ws::channel {

struct Audience;
struct LocalChannel;

// Made with a session's first use of channels, as its attachment or a part of it. Only FanOut
// looks inside. FanOut::end() must come before its end.
class Subscriber {
 public:
  Subscriber(session::Session& session, Shaper& shaper) noexcept
      : session_(session), shaper_(shaper) {}
  Subscriber(const Subscriber&) = delete;
  Subscriber& operator=(const Subscriber&) = delete;

  [[nodiscard]] session::Session& session() const noexcept { return session_; }

 private:
  friend class FanOut;

  // Live messages that wait for what was before them.
  struct Waiting {
    uint64_t reading;
    std::vector<std::shared_ptr<const Batch>> batches;
  };
  struct Subscription {
    Audience* audience;
    uint32_t index;  // in the audience's entries
    std::unique_ptr<Waiting> waiting;
  };
  struct Reading {
    uint64_t id;
    HistoryDone done;
  };

  session::Session& session_;
  Shaper& shaper_;
  std::vector<Subscription> subscriptions_;
  std::vector<Audience*> entered_;
  std::vector<Reading> readings_;
};

}  // namespace ws::channel
