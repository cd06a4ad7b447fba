// Reading what a request carries.
#include "httpd/request_body.h"

#include <charconv>
#include <string_view>

namespace ws::httpd {

namespace {

constexpr apr_off_t kPiece = 65'536;

// A body that says that it is too long is not read at all.
bool says_more_than(const request_rec* r, size_t limit) {
  const char* const text = apr_table_get(r->headers_in, "Content-Length");
  if (!text) return false;
  size_t length = 0;
  const std::string_view digits = text;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
  return error == std::errc::result_out_of_range || length > limit;
}

}  // namespace

int read_body(request_rec* r, size_t limit, std::string& body) {
  if (says_more_than(r, limit)) return HTTP_REQUEST_ENTITY_TOO_LARGE;
  apr_bucket_brigade* const brigade = apr_brigade_create(r->pool, r->connection->bucket_alloc);
  for (bool is_end = false; !is_end; apr_brigade_cleanup(brigade)) {
    const apr_status_t status =
        ap_get_brigade(r->input_filters, brigade, AP_MODE_READBYTES, APR_BLOCK_READ, kPiece);
    if (status != APR_SUCCESS) return ap_map_http_request_error(status, HTTP_BAD_REQUEST);
    for (apr_bucket* bucket = APR_BRIGADE_FIRST(brigade); bucket != APR_BRIGADE_SENTINEL(brigade);
         bucket = APR_BUCKET_NEXT(bucket)) {
      if (APR_BUCKET_IS_EOS(bucket)) is_end = true;
      if (APR_BUCKET_IS_METADATA(bucket)) continue;
      const char* data = nullptr;
      apr_size_t size = 0;
      const apr_status_t read = apr_bucket_read(bucket, &data, &size, APR_BLOCK_READ);
      if (read != APR_SUCCESS) return ap_map_http_request_error(read, HTTP_BAD_REQUEST);
      if (size > limit - body.size()) return HTTP_REQUEST_ENTITY_TOO_LARGE;
      body.append(data, size);
    }
  }
  return kOk;
}

}  // namespace ws::httpd
