// A GET of this server, made and answered inside it.
#include "httpd/subrequest.h"

#include <apr_buckets.h>

#include <utility>

namespace ws::httpd {

namespace {

extern "C" {

apr_status_t ws_discard_output(ap_filter_t*, apr_bucket_brigade* brigade) {
  apr_brigade_cleanup(brigade);
  return APR_SUCCESS;
}

apr_status_t ws_no_input(ap_filter_t* filter, apr_bucket_brigade* brigade, ap_input_mode_t,
                         apr_read_type_e, apr_off_t) {
  APR_BRIGADE_INSERT_TAIL(brigade, apr_bucket_eos_create(filter->c->bucket_alloc));
  return APR_SUCCESS;
}

}  // extern "C"

// The end of a chain of filters, of no chain of the connection.
ap_filter_t* make_end(request_rec* r, ap_filter_type type) {
  auto* const what = static_cast<ap_filter_rec_t*>(apr_pcalloc(r->pool, sizeof(ap_filter_rec_t)));
  what->name = "websocket_end";
  what->ftype = type;
  auto* const end = static_cast<ap_filter_t*>(apr_pcalloc(r->pool, sizeof(ap_filter_t)));
  end->frec = what;
  end->r = r;
  end->c = r->connection;
  return end;
}

ap_filter_t* make_output_end(request_rec* r) {
  ap_filter_t* const end = make_end(r, AP_FTYPE_PROTOCOL);
  end->frec->filter_func.out_func = ws_discard_output;
  return end;
}

ap_filter_t* make_input_end(request_rec* r) {
  ap_filter_t* const end = make_end(r, AP_FTYPE_PROTOCOL);
  end->frec->filter_func.in_func = ws_no_input;
  return end;
}

// What is about this connection, or would make the answer a part or a "not modified".
constexpr const char* kOfTheUpgrade[] = {"Upgrade",
                                         "Connection",
                                         "HTTP2-Settings",
                                         "Sec-WebSocket-Key",
                                         "Sec-WebSocket-Version",
                                         "Sec-WebSocket-Protocol",
                                         "Sec-WebSocket-Extensions",
                                         "Content-Length",
                                         "Expect",
                                         "Range",
                                         "If-Range",
                                         "If-Match",
                                         "If-None-Match",
                                         "If-Modified-Since",
                                         "If-Unmodified-Since"};

apr_table_t* plain_headers(request_rec* r) {
  apr_table_t* const headers = apr_table_copy(r->pool, r->headers_in);
  for (const char* const name : kOfTheUpgrade) apr_table_unset(headers, name);
  return headers;
}

bool is_success(int status) noexcept { return status >= 200 && status < 300; }

}  // namespace

Subrequest::Subrequest(request_rec* r, const char* uri, server_rec* server) {
  ap_filter_t* const output_end = make_output_end(r);
  // What the look-up copies of r.
  apr_table_t* const headers = std::exchange(r->headers_in, plain_headers(r));
  char* const line =
      std::exchange(r->the_request, apr_pstrcat(r->pool, "GET ", uri, " HTTP/1.0", nullptr));
  first_ = ap_sub_req_method_uri("GET", uri, r, output_end);
  r->headers_in = headers;
  r->the_request = line;
  last_ = first_;
  status_ = first_->status;
  if (!is_success(status_)) return;

  // An error page of its own would leave by these.
  first_->proto_output_filters = output_end;
  first_->input_filters = first_->proto_input_filters = make_input_end(r);
  // No 1xx answers, which pass all filters by.
  first_->proto_num = HTTP_VERSION(1, 0);
  first_->server = server;
  const int result = ap_run_sub_req(first_);
  if (result != kOk && result != kDone) status_ = result == kDeclined ? HTTP_NOT_FOUND : result;
  for (;; last_ = last_->next) {
    if (is_success(status_)) status_ = last_->status;
    if (!last_->next) break;
  }
}

Subrequest::~Subrequest() { ap_destroy_sub_req(first_); }

const char* Subrequest::header(const char* name) const noexcept {
  const char* const value = apr_table_get(last_->headers_out, name);
  return value ? value : apr_table_get(last_->err_headers_out, name);
}

}  // namespace ws::httpd
