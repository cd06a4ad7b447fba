// Answers to requests that do not become sessions.
#include "httpd/refusal.h"

#include <mod_core.h>

#include <string>

#include "httpd/child.h"
#include "httpd/configuration.h"

namespace ws::httpd {

namespace {

int httpd_level(base::LogLevel level) {
  switch (level) {
    case base::LogLevel::error:
      return APLOG_ERR;
    case base::LogLevel::warning:
      return APLOG_WARNING;
    default:
      return APLOG_INFO;
  }
}

void count(request_rec* r, int status) {
  Child* const child = global_config()->child;
  const DirectoryConfig* const config = directory_config(r->per_dir_config);
  if (child && config && config->plugin) child->count_refusal(r->server, *config->plugin, status);
}

void add_upgrade_headers(request_rec* r) {
  // RFC 9110, section 15.5.22; RFC 6455, section 4.4.
  apr_table_setn(r->err_headers_out, "Upgrade", "websocket");
  apr_table_mergen(r->err_headers_out, "Connection", "Upgrade");
  apr_table_setn(r->err_headers_out, "Sec-WebSocket-Version", "13");
}

// httpd takes a status that it doesn't know for 500.
bool knows_status(int status) {
  return status == HTTP_INTERNAL_SERVER_ERROR ||
         ap_index_of_response(status) != ap_index_of_response(HTTP_INTERNAL_SERVER_ERROR);
}

// A page of ours, unless the administrator has one for this status.
int send_page(request_rec* r, int status, const char* type, std::string_view text) {
  if (!knows_status(status)) {
    r->status_line = apr_psprintf(r->pool, "%d Refused", status);
  } else if (ap_response_code_string(r, ap_index_of_response(status))) {
    return status;
  }
  r->status = status;
  ap_set_content_type(r, type);
  ap_set_content_length(r, static_cast<apr_off_t>(text.size()));
  if (!r->header_only) ap_rwrite(text.data(), static_cast<int>(text.size()), r);
  return kOk;
}

// httpd itself would add HEAD and TRACE to the list.
int send_method_page(request_rec* r) {
  apr_table_setn(r->err_headers_out, "Allow", "GET");
  return send_page(r, HTTP_METHOD_NOT_ALLOWED, "text/plain; charset=utf-8",
                   "A WebSocket begins with a GET request.\n");
}

constexpr std::string_view kUpgradePage =
    "<!DOCTYPE html>\n"
    "<html lang=\"en\">\n"
    "<head><meta charset=\"utf-8\"><title>WebSocket only</title></head>\n"
    "<body>\n"
    "<h1>This address speaks WebSocket</h1>\n"
    "<p>It is not a page to visit but a place for programs to connect to. In a script:</p>\n"
    "<pre>new WebSocket(location.href.replace(/^http/, \"ws\"))</pre>\n"
    "</body>\n"
    "</html>\n";

}  // namespace

int refuse(request_rec* r, int status, std::string_view cause, std::string_view detail,
           base::LogLevel level) {
  r->connection->keepalive = AP_CONN_CLOSE;
  count(r, status);
  if (!line_is_due(r, httpd_level(level))) return status;
  const std::string shown = detail.empty() ? std::string() : ": " + base::escaped(detail);
  ap_log_rerror(APLOG_MARK, httpd_level(level), 0, r, "WebSocket refused with %d: %.*s%s", status,
                static_cast<int>(cause.size()), cause.data(), shown.c_str());
  return status;
}

int refuse(request_rec* r, const protocol::HandshakeRefusal& refusal) {
  if (refusal.upgrade_headers) add_upgrade_headers(r);
  const int status = refuse(r, refusal.status, refusal.reason);
  if (refusal.allow_get) return send_method_page(r);
  return status == HTTP_UPGRADE_REQUIRED
             ? send_page(r, status, "text/html; charset=utf-8", kUpgradePage)
             : status;
}

int refuse(request_rec* r, const plugin::HandshakeDecision& decision) {
  const bool broken = !decision.error.empty();
  const int status =
      refuse(r, decision.status, broken ? "the plugin's answer breaks the rules" : "by the plugin",
             decision.error, broken ? base::LogLevel::error : base::LogLevel::info);
  if (decision.text.empty() && knows_status(status)) return status;
  return send_page(r, status, "text/plain; charset=utf-8", decision.text);
}

int refuse_for_now(request_rec* r, std::string_view cause, base::LogLevel level, int status) {
  unsigned char random = 0;
  ap_random_insecure_bytes(&random, sizeof random);
  apr_table_setn(r->err_headers_out, "Retry-After", apr_itoa(r->pool, 1 + random % 10));
  return refuse(r, status, cause, {}, level);
}

bool line_is_due(request_rec* r, int level) noexcept {
  // What the administrator is warned of comes seldom by itself.
  Child* const child = global_config()->child;
  return level == APLOG_WARNING || !child || child->refusal_line_is_due(r, level);
}

int upgrade_required(request_rec* r) {
  if (r->method_number != M_GET) return send_method_page(r);
  add_upgrade_headers(r);
  return send_page(r, HTTP_UPGRADE_REQUIRED, "text/html; charset=utf-8", kUpgradePage);
}

}  // namespace ws::httpd
