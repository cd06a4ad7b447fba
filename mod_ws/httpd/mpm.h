// What this module knows of the MPM: its settings, and this process's place in the scoreboard.
#pragma once

#include "httpd/httpd_headers.h"

namespace ws::httpd::mpm {

// [any] Of httpd's settings, AP_MPMQ_...; 0 when the MPM does not say.
[[nodiscard]] int query(int what) noexcept;

// [any] Also in a signal's handler.
[[nodiscard]] bool is_threaded() noexcept;

// httpd -X.
[[nodiscard]] bool is_one_process() noexcept;

// [any] Whether httpd has gone on without this process: a restart.
[[nodiscard]] bool has_newer_generation() noexcept;

// [any] Whether there is no place for another child process.
[[nodiscard]] bool is_full() noexcept;

// [main] prefork counts an idle child that drains as one that serves, and would retire another in
// its stead each second: this tells it.
void mark_as_draining() noexcept;

// [main] When the threads of a child have ended: worker gives their place to a new child only if
// one is marked as dead, and those that end early in a graceful stop aren't.
void mark_threads_as_dead() noexcept;

}  // namespace ws::httpd::mpm
