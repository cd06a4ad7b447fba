// Where exceptions stop between the plugin's C ABI and us, in both directions.
#pragma once

#include <exception>
#include <string>
#include <string_view>

#include "base/log.h"
#include "wsp/plugin.h"

namespace ws::plugin {

void log_escape(base::Log& log, std::string_view where, std::string_view what) noexcept;

// Runs body(), which calls the plugin. False: an exception came out of it, which a plugin must
// not let happen (wsp/plugin.hpp does not).
template <class Body>
bool guarded(base::Log& log, std::string_view where, Body&& body) noexcept {
  try {
    body();
    return true;
  } catch (const std::exception& error) {
    log_escape(log, where, error.what());
  } catch (...) {
    log_escape(log, where, "of an unknown type");
  }
  return false;
}

// Runs body(), the host's side of a plugin's call. What fails here (no memory) is a status there.
template <class Body>
wsp_status answered(base::Log& log, Body&& body) noexcept {
  try {
    return body();
  } catch (const std::exception& error) {
    log_escape(log, "a call of the host", error.what());
  } catch (...) {
    log_escape(log, "a call of the host", "of an unknown type");
  }
  return WSP_E_FAILED;
}

}  // namespace ws::plugin
