// The choice of a subprotocol (RFC 6455 section 1.9).
#pragma once

#include <span>
#include <string_view>

namespace ws::protocol {

// The first of the client's names that the server has, compared exactly; empty if there is none.
// The view is the server's, so that no text of a client gets into an answer.
[[nodiscard]] std::string_view select_subprotocol(
    std::span<const std::string_view> client, std::span<const std::string_view> server) noexcept;

}  // namespace ws::protocol
