// The channels in a state directory, without a server between.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "channel/bus.h"
#include "ctl/arguments.h"
#include "ctl/door.h"

namespace ws::ctl {

class StateDoor final : public Door {
 public:
  // bus: borrowed.
  StateDoor(channel::Bus& bus, const Arguments& arguments)
      : bus_(bus),
        name_space_(arguments.name_space),
        location_(arguments.location),
        timeout_ms_(arguments.timeout_ms) {}

  [[nodiscard]] bool call(const Request& request, std::string& answer, std::string& error) override;

 private:
  [[nodiscard]] bool find_locations(std::string_view user, std::set<std::string>& found,
                                    std::string& error);

  channel::Bus& bus_;
  const std::string name_space_;
  const std::string location_;  // where to close connections; empty: where there are some
  const uint32_t timeout_ms_;
};

}  // namespace ws::ctl
