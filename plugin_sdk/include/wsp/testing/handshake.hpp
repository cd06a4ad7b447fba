// wsp/testing/handshake.hpp - the fake host's handshake: the request that a test writes, the
// wsp_request made of it, the wsp_answer that a plugin fills.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "wsp/request.hpp"
#include "wsp/testing/text.hpp"

namespace wsp::testing {

using Pairs = std::vector<std::pair<std::string, std::string>>;

// What a client asks. Host, Cookie and Sec-WebSocket-Protocol are added to the headers by
// themselves: connect({.path = "/ws/chat", .query = "room=1", .user = "ann"}).
struct FakeRequest {
  std::string path = "/ws/test";
  std::string query = {};
  std::string user = {};
  std::string remote_ip = "192.0.2.1";
  std::string host = "www.example.org";
  std::vector<std::string> subprotocols = {};  // offered, the client's first choice first
  Pairs headers = {};
  Pairs cookies = {};
  Pairs environment = {};
  bool is_tls = false;
  std::string display_name = {};
  std::string user_data = {};
  int64_t expires_ms = 0;  // FakeHost::now_ms() and more; the session then ends with 4401
};

// What the client got.
struct Handshake {
  int status = 101;  // 101, or why there is no connection
  std::string text = {};
  Pairs headers = {};  // the plugin's own
  std::string subprotocol = {};
};

// A wsp_request, lent to the plugin for as long as this lives.
class LentRequest {
 public:
  LentRequest(const FakeRequest& r, std::string_view subprotocol) {
    Pairs headers = {{"Host", r.host}};
    headers.insert(headers.end(), r.headers.begin(), r.headers.end());
    if (!r.cookies.empty()) headers.emplace_back("Cookie", joined(r.cookies));
    for (const std::string& name : r.subprotocols)
      headers.emplace_back("Sec-WebSocket-Protocol", name);
    headers_ = lend(headers);
    cookies_ = lend(r.cookies);
    environment_ = lend(r.environment);
    raw_.struct_size = sizeof(wsp_request);
    raw_.headers = headers_.data();
    raw_.header_count = static_cast<uint32_t>(headers_.size());
    raw_.cookies = cookies_.data();
    raw_.cookie_count = static_cast<uint32_t>(cookies_.size());
    raw_.environment = environment_.data();
    raw_.environment_count = static_cast<uint32_t>(environment_.size());
    raw_.path = loan_.lend(r.path);
    raw_.query = loan_.lend(r.query);
    raw_.user = loan_.lend(r.user);
    raw_.remote_ip = loan_.lend(r.remote_ip);
    raw_.host = loan_.lend(r.host);
    raw_.subprotocol = loan_.lend(subprotocol);
    raw_.is_tls = r.is_tls ? 1 : 0;
    raw_.display_name = loan_.lend(r.display_name);
    raw_.user_data = loan_.lend(r.user_data);
    raw_.expires_ms = r.expires_ms;
  }
  const wsp_request& raw() const noexcept { return raw_; }

 private:
  std::vector<wsp_pair> lend(const Pairs& pairs) {
    std::vector<wsp_pair> out;
    for (const auto& [name, value] : pairs) out.push_back({loan_.lend(name), loan_.lend(value)});
    return out;
  }
  static std::string joined(const Pairs& cookies) {
    std::string out;
    for (const auto& [name, value] : cookies)
      out.append(out.empty() ? "" : "; ").append(name).append("=").append(value);
    return out;
  }

  Loan loan_;
  std::vector<wsp_pair> headers_, cookies_, environment_;
  wsp_request raw_ = {};
};

// A wsp_answer and what the plugin made of it.
class LentAnswer {
 public:
  LentAnswer(const FakeRequest& request, std::string chosen)
      : offered_(request.subprotocols), result_{.subprotocol = std::move(chosen)} {
    raw_.struct_size = sizeof(wsp_answer);
    raw_.impl = this;
    raw_.add_header = [](wsp_answer* a, wsp_bytes name, wsp_bytes value) {
      return of(a).add_header(view(name), view(value));
    };
    raw_.select_subprotocol = [](wsp_answer* a, wsp_bytes name) {
      return of(a).select_subprotocol(view(name));
    };
    raw_.refuse = [](wsp_answer* a, uint16_t status, wsp_bytes text) {
      return of(a).refuse(status, view(text));
    };
  }
  LentAnswer(const LentAnswer&) = delete;
  LentAnswer& operator=(const LentAnswer&) = delete;

  wsp_answer* raw() noexcept { return &raw_; }
  const std::string& misuse() const noexcept { return misuse_; }  // the last; empty: none

  // What the client gets after on_handshake returned `status`.
  Handshake result(wsp_status status) const {
    if (!misuse_.empty()) return {.status = 500};
    if (result_.status != 101) return {.status = result_.status, .text = result_.text};
    if (status != WSP_OK) return {.status = status == WSP_E_INVALID ? 403 : 500};
    return result_;
  }

 private:
  static LentAnswer& of(wsp_answer* a) noexcept { return *static_cast<LentAnswer*>(a->impl); }

  wsp_status invalid(const std::string& why) {
    misuse_ = why;
    return WSP_E_INVALID;
  }
  static bool belongs_to_handshake(std::string_view name) noexcept {
    constexpr std::string_view kPrefix = "sec-websocket-";
    if (wsp::detail::same_name(name.substr(0, kPrefix.size()), kPrefix)) return true;
    for (const char* reserved :
         {"connection", "content-length", "http2-settings", "keep-alive", "proxy-connection", "te",
          "trailer", "transfer-encoding", "upgrade"})
      if (wsp::detail::same_name(name, reserved)) return true;
    return false;
  }
  wsp_status add_header(std::string_view name, std::string_view value) {
    if (!is_token(name)) return invalid("add_header: the name is no token");
    if (!is_header_value(value)) return invalid("add_header: no valid value");
    if (belongs_to_handshake(name))
      return invalid("add_header: " + std::string(name) + " belongs to the handshake");
    result_.headers.emplace_back(name, value);
    return WSP_OK;
  }
  wsp_status select_subprotocol(std::string_view name) {
    if (!name.empty() && std::find(offered_.begin(), offered_.end(), name) == offered_.end())
      return invalid("select_subprotocol: the client did not offer it");
    result_.subprotocol = name;
    return WSP_OK;
  }
  wsp_status refuse(uint16_t status, std::string_view text) {
    if (status < 400 || status > 599) return invalid("refuse: the status is not 400 to 599");
    if (!is_utf8(text)) return invalid("refuse: text that is not UTF-8");
    result_.status = status;
    result_.text = text;
    return WSP_OK;
  }

  std::vector<std::string> offered_;
  Handshake result_;
  std::string misuse_;
  wsp_answer raw_ = {};
};

}  // namespace wsp::testing
