// The channels of a server with a publish Location, over HTTP.
#pragma once

#include <memory>
#include <string>

#include "ctl/arguments.h"
#include "ctl/door.h"

namespace ws::ctl {

class HttpDoor final : public Door {
 public:
  // Null: `error` says why.
  [[nodiscard]] static std::unique_ptr<HttpDoor> open(const Arguments& arguments,
                                                      std::string& error);

  [[nodiscard]] bool call(const Request& request, std::string& answer, std::string& error) override;

 private:
  explicit HttpDoor(const Arguments& arguments);

  std::string url_;
  std::string ca_file_;
  std::string authorization_;  // a header; empty: none
  uint32_t timeout_ms_;
};

// The first key of a file as WebSocketPublishKey has it; empty: there is none.
[[nodiscard]] std::string first_key(std::string_view text);

}  // namespace ws::ctl
