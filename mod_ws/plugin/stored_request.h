// A handshake request as plugins see it (wsp_request), with all that its pointers point to.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "plugin/rights.h"
#include "session/session_handler.h"
#include "wsp/plugin.h"

namespace ws::plugin {

// What it is made from. Views into httpd's pools are fine: everything is copied.
struct RequestParts {
  using Field = std::pair<std::string_view, std::string_view>;

  std::span<const Field> headers;      // in the order received
  std::span<const Field> environment;  // httpd's
  std::string_view path;               // decoded, without the query
  std::string_view query;              // raw, without '?'
  std::string_view remote_ip;
  std::string_view host;  // without port
  bool is_tls = false;
  Identity identity = {};
};

// Cookies are taken from the headers. Made by a worker, read there and then on the loop.
class StoredRequest final : public session::OpenRequest {
 public:
  explicit StoredRequest(RequestParts parts);
  StoredRequest(const StoredRequest&) = delete;
  StoredRequest& operator=(const StoredRequest&) = delete;

  // Valid as long as this.
  [[nodiscard]] const wsp_request& view() const noexcept { return request_; }
  [[nodiscard]] const Rights& rights() const noexcept { return identity_.rights; }

  void set_subprotocol(std::string_view name);

 private:
  wsp_bytes keep(std::string_view bytes) noexcept;

  std::unique_ptr<char[]> bytes_;
  char* end_ = nullptr;  // of what is used of bytes_
  std::unique_ptr<wsp_pair[]> pairs_;
  std::string subprotocol_;
  const Identity identity_;
  wsp_request request_{};
};

}  // namespace ws::plugin
