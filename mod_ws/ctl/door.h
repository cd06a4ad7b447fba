// A way to the channels.
#pragma once

#include <string>

#include "ctl/request.h"

namespace ws::ctl {

class Door {
 public:
  virtual ~Door() = default;
  // answer: the JSON of mod_ws/docs/publish.md. False: `error` says why, in one sentence.
  [[nodiscard]] virtual bool call(const Request& request, std::string& answer,
                                  std::string& error) = 0;
};

}  // namespace ws::ctl
