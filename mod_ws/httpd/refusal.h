// Answers to requests that do not become sessions. Each ends the connection and says why
// in the log.
#pragma once

#include <string_view>

#include "base/log.h"
#include "httpd/httpd_headers.h"
#include "plugin/plugin_instance.h"
#include "protocol/handshake.h"

namespace ws::httpd {

// All return what the handler has to return.

// detail: bytes of the client or the plugin for the log, escaped here; may be empty.
int refuse(request_rec* r, int status, std::string_view cause, std::string_view detail = {},
           base::LogLevel level = base::LogLevel::info);
int refuse(request_rec* r, const protocol::HandshakeRefusal& refusal);
int refuse(request_rec* r, const plugin::HandshakeDecision& decision);
// 503, or another status, with Retry-After, spread so that not all come back at once.
int refuse_for_now(request_rec* r, std::string_view cause, base::LogLevel level,
                   int status = HTTP_SERVICE_UNAVAILABLE);
// Whether the log line of a refusal may be written, of which clients can cause as many as they
// like. level: httpd's.
[[nodiscard]] bool line_is_due(request_rec* r, int level) noexcept;
// 426 with a page for people, to a request that asks for no upgrade.
int upgrade_required(request_rec* r);

}  // namespace ws::httpd
