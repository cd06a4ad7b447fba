// What an administrator sees: a part of mod_status' page, and SetHandler websocket-metrics.
#include "httpd/views.h"

#include <mod_status.h>

#include <string>
#include <string_view>

#include "base/clock.h"
#include "httpd/child.h"
#include "httpd/configuration.h"
#include "httpd/guard.h"
#include "httpd/handler_location.h"
#include "plugin/metrics_text.h"
#include "plugin/statistics_view.h"
#include "plugin/status_text.h"

namespace ws::httpd::views {

namespace {

constexpr std::string_view kHandler = "websocket-metrics";

plugin::StatisticsView look() {
  const ServerConfig& config = *global_config();
  const plugin::Statistics* statistics = config.statistics;
  if (!statistics && config.child) statistics = &config.child->statistics();
  if (!statistics) return {};
  return plugin::view_of(*statistics, base::MonotonicClock().now_ms());
}

void write(request_rec* r, std::string_view text) {
  ap_rwrite(text.data(), static_cast<int>(text.size()), r);
}

plugin::MetricsForm form_for(const request_rec* r) {
  const char* const accept = apr_table_get(r->headers_in, "Accept");
  return accept && std::string_view(accept).find("application/openmetrics-text") !=
                       std::string_view::npos
             ? plugin::MetricsForm::open_metrics
             : plugin::MetricsForm::prometheus;
}

// httpd's own page would add TRACE to the list.
int refuse_method(request_rec* r) {
  apr_table_setn(r->err_headers_out, "Allow", "GET, HEAD");
  r->status = HTTP_METHOD_NOT_ALLOWED;
  ap_set_content_type(r, "text/plain; charset=utf-8");
  write(r, "The metrics are there for GET.\n");
  return kOk;
}

int send_metrics(request_rec* r) {
  if (r->method_number != M_GET) return refuse_method(r);
  const plugin::MetricsForm form = form_for(r);
  const std::string text = plugin::metrics_text(look(), form);
  ap_set_content_type(r, form == plugin::MetricsForm::open_metrics
                             ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                             : "text/plain; version=0.0.4; charset=utf-8");
  apr_table_setn(r->headers_out, "Vary", "Accept");
  apr_table_setn(r->headers_out, "Cache-Control", "no-store");
  ap_set_content_length(r, static_cast<apr_off_t>(text.size()));
  if (!r->header_only) write(r, text);
  return kOk;
}

extern "C" {

// Whoever may write .htaccess is not shown the whole server.
int ws_handle_metrics(request_rec* r) {
  if (!r->handler || std::string_view(r->handler) != kHandler) return kDeclined;
  return guarded(r->server, HTTP_INTERNAL_SERVER_ERROR,
                 [r] { return location_of_handler(r, kHandler) ? send_metrics(r) : kDeclined; });
}

int ws_add_status(request_rec* r, int flags) {
  return guarded(r->server, kDeclined, [&] {
    if (!global_config()->bindings) return kDeclined;
    write(r, (flags & AP_STATUS_SHORT) != 0 ? plugin::status_lines(look())
                                            : plugin::status_html(look()));
    return kOk;
  });
}

}  // extern "C"

}  // namespace

void register_hooks() {
  ap_hook_handler(ws_handle_metrics, nullptr, nullptr, APR_HOOK_MIDDLE);
  APR_OPTIONAL_HOOK(ap, status_hook, ws_add_status, nullptr, nullptr, APR_HOOK_MIDDLE);
}

}  // namespace ws::httpd::views
