// The choice of a subprotocol.
#include "protocol/subprotocol.h"

#include <algorithm>

namespace ws::protocol {

std::string_view select_subprotocol(std::span<const std::string_view> client,
                                    std::span<const std::string_view> server) noexcept {
  for (const std::string_view name : client) {
    const auto found = std::find(server.begin(), server.end(), name);
    if (found != server.end()) return *found;
  }
  return {};
}

}  // namespace ws::protocol
