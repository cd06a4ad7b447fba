// The wsp_answer that a plugin's on_handshake gets.
#include "plugin/handshake_answer.h"

#include <strings.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "base/log.h"
#include "plugin/bytes.h"
#include "protocol/utf8.h"

namespace ws::plugin {

namespace {

// Theirs are the handshake's own (RFC 6455, section 4.2.2), or the connection's.
constexpr std::array<std::string_view, 9> kReserved = {
    "connection", "content-length", "http2-settings",    "keep-alive", "proxy-connection",
    "te",         "trailer",        "transfer-encoding", "upgrade"};
constexpr std::string_view kReservedPrefix = "sec-websocket-";

bool starts_like(std::string_view text, std::string_view prefix) noexcept {
  return text.size() >= prefix.size() &&
         strncasecmp(text.data(), prefix.data(), prefix.size()) == 0;
}

// RFC 9110, section 5.6.2.
bool is_token(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           (c != '\0' && std::strchr("!#$%&'*+-.^_`|~", c));
  });
}

// RFC 9110, section 5.5.
bool is_field_value(std::string_view text) noexcept {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  if (!text.empty() && (is_blank(text.front()) || is_blank(text.back()))) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F);
  });
}

bool is_reserved(std::string_view name) noexcept {
  return starts_like(name, kReservedPrefix) ||
         std::any_of(kReserved.begin(), kReserved.end(), [name](std::string_view reserved) {
           return name.size() == reserved.size() && starts_like(name, reserved);
         });
}

HandshakeAnswer& of(wsp_answer* answer) noexcept {
  return *static_cast<HandshakeAnswer*>(answer->impl);
}

}  // namespace

// No exception leaves towards the plugin; whatever fails ends the handshake with 500.
template <class Body>
wsp_status HandshakeAnswer::checked(wsp_answer* answer, Body&& body) noexcept {
  try {
    return body(of(answer));
  } catch (...) {
    of(answer).decision_.status = 500;
    return WSP_E_FAILED;
  }
}

HandshakeAnswer::HandshakeAnswer(std::span<const std::string_view> offered, std::string_view chosen)
    : offered_(offered) {
  decision_.subprotocol = chosen;
  table_.struct_size = sizeof table_;
  table_.impl = this;
  table_.add_header = [](wsp_answer* answer, wsp_bytes name, wsp_bytes value) {
    return checked(answer, [&](auto& self) { return self.add_header(view(name), view(value)); });
  };
  table_.select_subprotocol = [](wsp_answer* answer, wsp_bytes name) {
    return checked(answer, [&](auto& self) { return self.select_subprotocol(view(name)); });
  };
  table_.refuse = [](wsp_answer* answer, uint16_t status, wsp_bytes text) {
    return checked(answer, [&](auto& self) { return self.refuse(status, view(text)); });
  };
}

wsp_status HandshakeAnswer::fault(std::string_view what) {
  decision_.error = what;
  return WSP_E_INVALID;
}

wsp_status HandshakeAnswer::add_header(std::string_view name, std::string_view value) {
  const std::string shown = base::escaped(name, 64);
  if (!is_token(name)) return fault("header \"" + shown + "\": no valid name");
  if (!is_field_value(value)) return fault("header " + shown + ": no valid value");
  if (is_reserved(name)) return fault("header " + shown + " belongs to the handshake itself");
  decision_.headers.emplace_back(name, value);
  return WSP_OK;
}

wsp_status HandshakeAnswer::select_subprotocol(std::string_view name) {
  if (!name.empty() && std::find(offered_.begin(), offered_.end(), name) == offered_.end())
    return fault("subprotocol \"" + base::escaped(name, 64) + "\" was not offered by the client");
  decision_.subprotocol = name;
  return WSP_OK;
}

wsp_status HandshakeAnswer::refuse(uint16_t http_status, std::string_view text) {
  if (http_status < 400 || http_status > 599)
    return fault("refusal with status " + std::to_string(http_status) + ", not 400 to 599");
  if (!protocol::is_valid_utf8(text)) return fault("refusal with a text that is not UTF-8");
  decision_.status = http_status;
  decision_.text = text;
  return WSP_OK;
}

HandshakeDecision HandshakeAnswer::decide(wsp_status status) && {
  const bool refused = decision_.status != 101;
  if (!decision_.error.empty()) {
    decision_.status = 500;
    decision_.text.clear();
  } else if (!refused && status != WSP_OK) {
    decision_.status = status == WSP_E_INVALID ? 403 : 500;
    if (decision_.status == 500)
      decision_.error = "on_handshake failed with status " + std::to_string(status);
  }
  if (decision_.status != 101) {
    decision_.headers.clear();
    decision_.subprotocol.clear();
  }
  return std::move(decision_);
}

}  // namespace ws::plugin
