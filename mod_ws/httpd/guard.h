// Where exceptions stop before httpd's C code: a hook that throws gives its fallback.
#pragma once

#include <exception>

#include "httpd/httpd_headers.h"

namespace ws::httpd {

// s: for the log; may be null.
template <class Result, class Body>
Result guarded(const server_rec* s, Result fallback, Body&& body) noexcept {
  try {
    return body();
  } catch (const std::exception& error) {
    ap_log_error(APLOG_MARK, APLOG_ERR, 0, s, "internal error: %s", error.what());
  } catch (...) {
    ap_log_error(APLOG_MARK, APLOG_ERR, 0, s, "internal error");
  }
  return fallback;
}

}  // namespace ws::httpd
