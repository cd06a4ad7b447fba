// What attackers send.
#pragma once

#include <span>
#include <string>

namespace soak {

enum class Opening : uint8_t {
  kWebSocket,  // first a good handshake, which offers compression
  kHttp,       // a plain TCP connection to the http port
  kHttps,      // and to the https port
};

struct Attack {
  const char* name;
  Opening opening;
  std::string bytes;  // then
  bool must_end;      // the server ends the connection; else the attacker does, after a while
};

// Made once; some are large.
std::span<const Attack> attacks();

}  // namespace soak
