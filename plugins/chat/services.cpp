// What every connection of one Location works with.
#include "services.h"

#include <stdexcept>

namespace chat {

Services::Services(wsp::Host h, const wsp::Config& config)
    : host(h), options(config), channels(options.location, options.realm), history(h), presence(h) {
  if (!history || !presence)
    throw std::runtime_error("the host lacks " WSP_HISTORY_1 " or " WSP_PRESENCE_1);
}

}  // namespace chat
