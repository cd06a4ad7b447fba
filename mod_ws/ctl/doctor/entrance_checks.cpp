// What wsctl doctor sees of a WebSocket from outside.
#include "ctl/doctor/entrance_checks.h"

#include <algorithm>
#include <string_view>

namespace ws::ctl {

namespace {

constexpr const char* kStranger = "https://doctor.invalid";
constexpr int kSoon = 14;  // days

struct Answer {
  int status;
  const char* says;
  const char* remedy;
};

constexpr Answer kAnswers[] = {
    {200, "a page is answered instead of a WebSocket",
     "WebSocketPlugin in this Location; or a handler or proxy before it takes the path: "
     "ProxyPass /ws/ !"},
    {400, "the handshake arrives broken (400): a proxy in front takes Upgrade or Connection away",
     "nginx: proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; "
     "proxy_set_header Connection \"upgrade\"; (mod_websocket's documents: proxies)"},
    {404, "there is nothing (404)",
     "the path of a Location with WebSocketPlugin, in the virtual host that answers here"},
    {426, "the handshake arrives without Upgrade (426): a proxy in front takes it away",
     "nginx: proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; "
     "proxy_set_header Connection \"upgrade\"; (mod_websocket's documents: proxies)"},
    {500, "httpd failed (500)", "its error log says why"},
    {501, "the connection cannot leave httpd (501): a filter of another module is on it",
     "its error log names the filter; leave it out for this virtual host"},
    {502, "a proxy in front finds nobody behind it (502)",
     "the address in ProxyPass or proxy_pass"},
    {503, "refused for now (503): full, ending, or without its state directory",
     "the error log says which"},
    {504, "a proxy in front waits in vain for the answer (504)",
     "the address in ProxyPass or proxy_pass, and a firewall between them"},
};

void report_status(const std::string& url, const Knock& seen, Findings& findings) {
  const auto known = std::ranges::find(kAnswers, seen.status, &Answer::status);
  if (known != std::end(kAnswers)) {
    findings.bad(url, known->says, known->remedy);
  } else if (seen.status >= 300 && seen.status < 400) {
    findings.bad(url, "redirects (" + std::to_string(seen.status) + "), which no browser follows",
                 "give clients the address that it leads to");
  } else if (seen.status == 429) {
    findings.note(url, "refused for now (429): too many connections or handshakes");
  } else {
    findings.bad(url, "is answered with " + std::to_string(seen.status), "the error log says why");
  }
}

void check_certificate(const std::string& url, const Entrance& entrance, const Knock& seen,
                       Findings& findings) {
  if (!entrance.is_tls) return;
  if (!seen.tls_error.empty()) {
    findings.bad(
        url, "browsers will refuse the certificate: " + seen.tls_error,
        "a certificate for " + entrance.name +
            " with its chain in SSLCertificateFile; --ca-file for an authority of your own");
  } else if (seen.certificate_days && *seen.certificate_days < kSoon) {
    findings.bad(url, "the certificate ends in " + std::to_string(*seen.certificate_days) + " days",
                 "renew it, then a graceful restart");
  } else {
    findings.good(url, "the certificate is good for " + entrance.name);
  }
}

void check_stranger(const std::string& url, const Entrance& entrance, const KnockOptions& options,
                    Findings& findings) {
  const Knock seen = knock(entrance, kStranger, options);
  if (seen.status == 403)
    findings.good(url, "pages of other sites are refused");
  else if (seen.status == 101)
    findings.bad(url, "pages of every site may connect, with their visitors' cookies",
                 "WebSocketOrigin same, or the origins that may");
  else
    findings.note(url, "whether pages of other sites are refused could not be seen");
}

// What was refused with the site's own origin: because of that?
void check_refused(const std::string& url, const Entrance& entrance, const KnockOptions& options,
                   int status, Findings& findings) {
  if (status == 403 && knock(entrance, "", options).status == 101)
    findings.note(url, "pages of " + entrance.origin() + " itself are refused",
                  "WebSocketOrigin same, unless only pages of other hosts use it");
  else
    findings.note(url, "asks who is there (" + std::to_string(status) +
                           "); what a visitor gets who signs in was not tried");
}

}  // namespace

void check_entrance(const Entrance& given, const KnockOptions& options, Findings& findings) {
  Entrance entrance = given;
  Knock seen = knock(entrance, entrance.origin(), options);
  if (seen.status == 400 && seen.headers.find("SSL-enabled") != std::string::npos) {
    entrance.is_tls = true;
    seen = knock(entrance, entrance.origin(), options);
  }
  const std::string url = entrance.url();
  if (!seen.error.empty()) {
    findings.bad(url, "cannot be reached: " + seen.error,
                 "httpd's Listen, a firewall, or the address");
    return;
  }
  check_certificate(url, entrance, seen, findings);
  if (seen.status == 401 || seen.status == 403) {
    check_refused(url, entrance, options, seen.status, findings);
  } else if (seen.status != 101) {
    report_status(url, seen, findings);
  } else if (!seen.has_pong) {
    findings.bad(url, "opens, but no frame comes back: a proxy in front holds them",
                 "nginx: proxy_buffering off; a proxy that knows WebSockets (mod_websocket's "
                 "documents: proxies)");
  } else {
    findings.good(url, "opens, and frames come through");
    check_stranger(url, entrance, options, findings);
  }
}

std::vector<Entrance> entrances_of(const Inventory& inventory, Findings& findings) {
  std::vector<Entrance> found;
  if (inventory.places.empty())
    findings.bad("locations", "no Location answers WebSockets",
                 "<Location \"/ws/chat\"> WebSocketPlugin chat </Location>");
  for (const Place& place : inventory.places) {
    if (!place.path.starts_with('/') || place.path.find_first_of("*?[(^ ") != std::string::npos) {
      findings.note(place.path.empty() ? "server" : place.path,
                    "is a pattern of paths, at none of which was knocked",
                    "wsctl doctor ws://" + place.server + "/PATH");
      continue;
    }
    const bool is_any =
        place.address.empty() || place.address == "0.0.0.0" || place.address == "::";
    const Entrance entrance{is_any ? "127.0.0.1" : place.address, place.port,
                            place.protocol == "https" || place.port == 443, place.server,
                            place.path};
    if (std::ranges::find(found, entrance) == found.end()) found.push_back(entrance);
  }
  return found;
}

}  // namespace ws::ctl
