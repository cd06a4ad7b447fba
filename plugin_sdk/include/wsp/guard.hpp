// wsp/guard.hpp - where a plugin's exceptions stop: none ever reaches the host.
#pragma once

#include <cstdio>
#include <exception>

#include "wsp/plugin.h"

namespace wsp::detail {

// Logs "on_message: what". Without memory of its own, as it may run for want of memory.
[[gnu::cold]] inline void report(const wsp_host& host, const char* where,
                                 const char* what) noexcept {
  char text[512];
  const int n = std::snprintf(text, sizeof text, "exception in %s: %s", where, what);
  const size_t size = n < 0 ? 0 : static_cast<size_t>(n);
  host.log(&host, WSP_LOG_ERROR, {text, size < sizeof text ? size : sizeof text - 1});
}

// Runs body. An exception is logged and ends the session, unless that is 0, with 1011.
// True: there was none.
template <class Body>
bool guarded(const wsp_host& host, wsp_session session, const char* where, Body&& body) noexcept {
  try {
    body();
    return true;
  } catch (const std::exception& e) {
    report(host, where, e.what());
  } catch (...) {
    report(host, where, "not a std::exception");
  }
  if (session != 0) host.close(&host, session, 1011, {"", 0});
  return false;
}

}  // namespace wsp::detail
