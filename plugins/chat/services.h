// What every connection of one Location works with. Built by the plugin, lent to its sessions.
#pragma once

#include <wsp/plugin.hpp>

#include "options.h"
#include "room.h"

namespace chat {

struct Services {
  // Throws where the options are wrong or the host lacks history or presence.
  Services(wsp::Host host, const wsp::Config& config);

  wsp::Host host;
  Options options;
  Channels channels;
  wsp::History history;
  wsp::Presence presence;
};

}  // namespace chat
