// What is asked of a publish Location: its HTTP calls, see mod_ws/docs/publish.md.
#pragma once

#include <string>
#include <string_view>

#include "ctl/arguments.h"

namespace ws::ctl {

struct Request {
  const char* method = "GET";
  std::string path;   // below the Location
  std::string query;  // encoded
  std::string body;
  bool binary = false;
};

// after: where a list of channels goes on. message: what publish publishes.
[[nodiscard]] Request make_request(const Arguments& arguments, std::string message = {},
                                   std::string_view after = {});

}  // namespace ws::ctl
