// The wsp_answer that a plugin's on_handshake gets, and what becomes of it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "wsp/plugin.h"

namespace ws::plugin {

struct HandshakeDecision {
  int status = 101;         // or the refusal's
  std::string text;         // page of a refusal; UTF-8, plain
  std::string error;        // for the log, when the plugin broke the contract: status is 500
  std::string subprotocol;  // of a 101; empty: none
  std::vector<std::pair<std::string, std::string>> headers;  // of a 101; checked
};

// Valid for one call of on_handshake.
class HandshakeAnswer {
 public:
  // offered: the client's subprotocols; borrowed. chosen: by the host.
  HandshakeAnswer(std::span<const std::string_view> offered, std::string_view chosen);
  HandshakeAnswer(const HandshakeAnswer&) = delete;
  HandshakeAnswer& operator=(const HandshakeAnswer&) = delete;

  [[nodiscard]] wsp_answer* table() noexcept { return &table_; }

  // What follows from it and from on_handshake's result.
  [[nodiscard]] HandshakeDecision decide(wsp_status status) &&;

 private:
  template <class Body>
  static wsp_status checked(wsp_answer* answer, Body&& body) noexcept;
  wsp_status fault(std::string_view what);
  wsp_status add_header(std::string_view name, std::string_view value);
  wsp_status select_subprotocol(std::string_view name);
  wsp_status refuse(uint16_t http_status, std::string_view text);

  wsp_answer table_{};
  const std::span<const std::string_view> offered_;
  HandshakeDecision decision_;
};

}  // namespace ws::plugin
