// The clients of one loop: what channel/fan_out does for sessions, without sessions.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "channel/bus.h"

namespace ws::channel::test {

class Clients final : public Listener {
 public:
  // on_wake: [any]. say: what the driver should know.
  Clients(Bus& bus, std::function<void()> on_wake, std::function<void(std::string)> say);
  ~Clients() override;

  void wake() noexcept override { on_wake_(); }
  void receive();

  // since: resume there; else from now on.
  void subscribe(uint64_t client, const std::string& channel, std::optional<Position> since);
  void unsubscribe(uint64_t client);
  void head(uint64_t token, const std::string& channel);

 private:
  static constexpr uint64_t kWaiting = UINT64_MAX;
  struct Client {
    std::string channel;
    uint64_t after = kWaiting;
    uint64_t reading = 0;
    std::vector<Event> waiting;
  };

  void give(uint64_t id, Client& client, const Event& event);
  void end_reading(uint64_t id, uint64_t reading, BusStatus status, const History& history);

  Bus& bus_;
  const std::function<void()> on_wake_;
  const std::function<void(std::string)> say_;
  std::map<uint64_t, Client> clients_;
  std::map<std::string, size_t> channels_;  // that it listens to: clients in it
  uint64_t last_reading_ = 0;
};

}  // namespace ws::channel::test
