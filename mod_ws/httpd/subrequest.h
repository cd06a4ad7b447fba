// A GET of this server, made and answered inside it: its headers count, its body goes nowhere.
#pragma once

#include <initializer_list>

#include "httpd/httpd_headers.h"

namespace ws::httpd {

// One for one handshake.
class Subrequest {
 public:
  // [worker] Runs to its end. uri: with its query. It has the headers of r but those of the
  // upgrade, and neither reads from r's connection nor writes to it. server: r's, with the TimeOut
  // that backends get for each of their steps (those of mod_proxy without a ProxyTimeout).
  Subrequest(request_rec* r, const char* uri, server_rec* server);
  ~Subrequest();
  Subrequest(const Subrequest&) = delete;
  Subrequest& operator=(const Subrequest&) = delete;

  // 2xx only if everything on the way said so, internal redirects too.
  [[nodiscard]] int status() const noexcept { return status_; }
  // The first of this name; null: none. Valid as long as this.
  [[nodiscard]] const char* header(const char* name) const noexcept;
  // Calls f(value) for each of this name.
  template <class F>
  void for_each(const char* name, F f) const {
    for (const apr_table_t* table : {last_->headers_out, last_->err_headers_out})
      apr_table_do([](void* call, const char*,
                      const char* value) { return (*static_cast<F*>(call))(value), 1; },
                   &f, table, name, nullptr);
  }

 private:
  request_rec* first_;
  request_rec* last_;  // behind internal redirects
  int status_;
};

}  // namespace ws::httpd
