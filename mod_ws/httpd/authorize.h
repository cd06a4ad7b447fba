// WebSocketAuthorize: who a visitor is, as a page of the same site says.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "httpd/configuration.h"
#include "httpd/httpd_headers.h"
#include "plugin/rights.h"

namespace ws::httpd {

struct Authorized {
  plugin::Identity identity;
  std::vector<std::pair<std::string, std::string>> headers;  // Set-Cookie, for the 101
};

// [worker] Asks the page in a subrequest with the visitor's own headers; may block for as long as
// the page takes. kOk, or what the handler has to return: the client has nothing of the page but
// its status. No config.authorize: kOk, and nothing is known.
int authorize(request_rec* r, const DirectoryConfig& config, Authorized& found);

}  // namespace ws::httpd
