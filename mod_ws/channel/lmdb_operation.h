// What a process wants to be written, and who waits for it.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <semaphore>
#include <string>

#include "channel/bus.h"

namespace ws::channel::lmdb {

// A channel as others name it.
struct ChannelId {
  uint64_t number = 0;
  uint64_t epoch = 0;
};

// What became of an operation.
struct Outcome {
  Receipt receipt;
  ChannelId channel;
  uint64_t removed = 0;               // clear: messages
  std::optional<SeatKind> full_seat;  // take_seats: then nothing was taken
};

// Somebody who waits for an operation.
struct Waiter {
  enum class State : uint8_t {
    queued,     // it may still be taken back
    taken,      // a write has begun
    cancelled,  // it was taken back
    done        // `result` is set
  };
  std::atomic<State> state = State::queued;
  Outcome result;
  std::binary_semaphore done{0};
};

struct Operation {
  enum class Kind : uint8_t {
    publish,
    submit,
    clear,
    control,
    listen,
    audience,
    forget,
    touch,
    enter,
    leave,
    take_seats,
    add_seats,  // whatever the limits say
    remove_seats
  };

  Kind kind = Kind::publish;
  protocol::MessageType type;
  SessionId session = 0;  // publish: except
  uint32_t audience = 0;  // sessions of this process that listen
  std::string channel;
  std::string content;  // a message; enter: the key
  std::string info;
  std::optional<Keep> keep;
  std::shared_ptr<const Submission> submission;
  std::shared_ptr<const SeatRequests> seats;
  std::shared_ptr<Waiter> waiter;
  // listen, touch: called once, on the writer's thread, after the commit. Must not block.
  std::function<void(BusStatus, ChannelId)> done;

  [[nodiscard]] size_t message_count() const noexcept {
    return submission ? submission->targets.size() : 1;
  }
  // Of its message, in each channel that it goes to.
  [[nodiscard]] size_t message_size() const noexcept {
    return submission ? submission->payload.size() : content.size();
  }
  [[nodiscard]] size_t size() const noexcept {
    return sizeof(Operation) + channel.size() + message_size() * message_count() + info.size();
  }
};

}  // namespace ws::channel::lmdb
