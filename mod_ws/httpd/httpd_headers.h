// httpd's headers, for this folder only, with their macros tamed.
#pragma once

// AP_INIT_TAKE1 and its kin need it in C++.
#define AP_HAVE_DESIGNATED_INITIALIZER 1

#include <ap_config.h>
#include <httpd.h>
// After httpd.h, whose macros they need.
#include <ap_mpm.h>
#include <apr_optional.h>
#include <apr_optional_hooks.h>
#include <apr_strings.h>
#include <http_config.h>
#include <http_connection.h>
#include <http_core.h>
#include <http_log.h>
#include <http_main.h>
#include <http_protocol.h>
#include <http_request.h>
#include <mpm_common.h>
#include <util_filter.h>

namespace ws::httpd {
inline constexpr int kOk = OK;
inline constexpr int kDeclined = DECLINED;
inline constexpr int kDone = DONE;
}  // namespace ws::httpd
#undef OK
#undef DECLINED
#undef DONE
#undef strtoul

extern "C" __attribute__((visibility("default"))) module_struct websocket_module;
APLOG_USE_MODULE(websocket);
