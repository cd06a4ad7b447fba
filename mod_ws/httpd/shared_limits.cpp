// Limits of connections that all child processes share.
#include "httpd/shared_limits.h"

#include <netinet/in.h>

#include <string>

#include "httpd/refusal.h"

namespace ws::httpd {

namespace {

using channel::SeatKind;

// An IPv4 address, also when it comes as IPv6; of IPv6 the network that one customer gets. Empty: a
// Unix socket, say.
std::string counted_address(const apr_sockaddr_t* address) {
  if (!address) return {};
  if (address->family == APR_INET)
    return {reinterpret_cast<const char*>(&address->sa.sin.sin_addr), 4};
  if (address->family != APR_INET6) return {};
  const in6_addr& ip = address->sa.sin6.sin6_addr;
  const char* const bytes = reinterpret_cast<const char*>(&ip);
  return IN6_IS_ADDR_V4MAPPED(&ip) ? std::string(bytes + 12, 4) : std::string(bytes, 8);
}

// As channels are: the hosts of one name, http and https, count together.
std::string in_namespace(const request_rec* r, std::string_view name) {
  return channel_namespace(r->server) + std::string(1, '\n').append(name);
}

channel::SeatRequests requests_of(const request_rec* r, const DirectoryConfig& config,
                                  const channel::Bus& bus, bool with_user) {
  channel::SeatRequests requests{};
  const auto ask = [&](SeatKind kind, int64_t limit, std::string_view what) {
    requests[static_cast<size_t>(kind)] = {bus.number_of(kind, what), static_cast<uint32_t>(limit)};
  };
  if (config.connections_per_address > 0)
    if (const std::string address = counted_address(r->useragent_addr); !address.empty())
      ask(SeatKind::address, config.connections_per_address, address);
  const int64_t per_user = config.connections_per_user == kUnset ? kDefaultConnectionsPerUser
                                                                 : config.connections_per_user;
  if (with_user && per_user > 0 && r->user && r->user[0])
    ask(SeatKind::user, per_user, in_namespace(r, r->user));
  if (config.connections_per_location > 0)
    ask(SeatKind::location, config.connections_per_location,
        in_namespace(r, config.plugin->location));
  return requests;
}

int refuse_full(request_rec* r, Child& child, SeatKind kind) {
  switch (kind) {
    case SeatKind::address:
      return refuse_for_now(r, "WebSocketMaxConnectionsPerAddress: this address has them all",
                            child.level_of(Child::Limit::address), HTTP_TOO_MANY_REQUESTS);
    case SeatKind::user:
      return refuse_for_now(r, "WebSocketMaxConnectionsPerUser: this user has them all",
                            child.level_of(Child::Limit::user), HTTP_TOO_MANY_REQUESTS);
    case SeatKind::location:
      return refuse_for_now(r, "WebSocketMaxConnectionsPerLocation: this Location has them all",
                            child.level_of(Child::Limit::location));
  }
  return HTTP_INTERNAL_SERVER_ERROR;
}

bool asks_nothing(const channel::SeatRequests& requests) {
  return channel::numbers_of(requests) == channel::SeatNumbers{};
}

}  // namespace

int check_shared_limits(request_rec* r, const DirectoryConfig& config, Child& child) {
  if (!config.tokens && !config.authorize) return kOk;
  const channel::SeatRequests requests = requests_of(r, config, child.bus(), false);
  if (asks_nothing(requests)) return kOk;
  const auto full = child.bus().find_full(requests);
  return full ? refuse_full(r, child, *full) : kOk;
}

int take_shared_seats(request_rec* r, const DirectoryConfig& config, Child& child,
                      session::ServerSeats& seats) {
  const channel::SeatRequests requests = requests_of(r, config, child.bus(), true);
  if (asks_nothing(requests)) return kOk;
  if (const auto full = child.bus().take_seats(requests)) return refuse_full(r, child, *full);
  seats = session::ServerSeats(child.bus(), channel::numbers_of(requests));
  return kOk;
}

}  // namespace ws::httpd
