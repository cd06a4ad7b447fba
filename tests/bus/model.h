// What the bus promises, kept beside it in plain maps: whatever a worker reports is compared.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "channel/bus.h"

namespace ws::channel::test {

// Kinds of channels, by what their messages are published with.
enum class Policy : uint8_t { kept, passing, mixed };
inline constexpr uint32_t kKeep = 500;

// One order of all messages.
class Messages {
 public:
  // Each: empty, or what is wrong.
  [[nodiscard]] std::string acked(const std::string& channel, Position at, uint64_t id);
  [[nodiscard]] std::string failed(uint64_t id);
  [[nodiscard]] std::string seen(const std::string& channel, Position at, uint64_t id);

  [[nodiscard]] Position newest(const std::string& channel) const;
  [[nodiscard]] size_t size() const noexcept { return ids_.size(); }

 private:
  struct Known {
    std::string channel;
    Position at;
  };
  std::map<std::string, std::map<uint64_t, std::map<uint64_t, uint64_t>>> channels_;
  std::unordered_map<uint64_t, Known> ids_;
  std::set<uint64_t> failed_;
};

// Somebody who subscribes, loses the connection, and comes back somewhere else.
class Client {
 public:
  Client(std::string channel, Policy policy) : channel_(std::move(channel)), policy_(policy) {}

  enum class State : uint8_t { away, asked, reading, live };
  [[nodiscard]] State state() const noexcept { return state_; }
  [[nodiscard]] const std::string& channel() const noexcept { return channel_; }
  [[nodiscard]] const std::optional<Position>& last() const noexcept { return last_; }
  [[nodiscard]] const std::map<std::string, bool>& present() const noexcept { return present_; }

  void ask() noexcept { state_ = State::asked; }
  void go_away() noexcept { state_ = State::away; }

  // must_recover: the state has had room for all.
  [[nodiscard]] std::string begin(bool recovered, Position at, size_t count, bool must_recover);
  [[nodiscard]] std::string old(Position at);
  [[nodiscard]] std::string live();
  [[nodiscard]] std::string message(Position at);
  [[nodiscard]] std::string gap(Position at);
  [[nodiscard]] std::string change(const std::string& key, bool joined);

 private:
  const std::string channel_;
  const Policy policy_;
  State state_ = State::away;
  std::optional<Position> last_;
  std::map<std::string, bool> present_;  // as far as its events say
  Position head_;                        // of the history that is being read
  size_t missing_ = 0;
  bool recovered_ = false;
};

}  // namespace ws::channel::test
