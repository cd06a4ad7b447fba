// What wsctl says of itself.
#include "ctl/help.h"

namespace ws::ctl {

std::string_view help_text() noexcept {
  return R"(wsctl: publishes to the channels of mod_websocket, and shows them.

  wsctl publish CHANNEL [MESSAGE|-]    publishes; without MESSAGE: standard input
  wsctl tail CHANNEL...                prints what is published, until Ctrl-C
  wsctl who CHANNEL                    who is in a channel
  wsctl kick USER                      closes a user's connections
  wsctl channels [PREFIX]              lists the channels
  wsctl show CHANNEL                   what is known of a channel
  wsctl forget CHANNEL                 drops the messages that a channel keeps
  wsctl check [-f FILE]                checks httpd's configuration
  wsctl doctor [URL...]                looks at a running server, and says what to change

Where the channels are:
  -u, --url URL          a Location with SetHandler websocket-publish; or WSCTL_URL
  -k, --key-file FILE    its key, as in WebSocketPublishKey; or WSCTL_KEY_FILE
      --ca-file FILE     certificates to trust
  -d, --state-dir DIR    or the state directory, as the user that httpd runs as,
  -n, --namespace NAME   with the namespace: WebSocketNamespace, else ServerName

      --timeout SECONDS  for an answer: 10
  -j, --json             one JSON object a line

publish:
  -c, --channel NAME     instead of CHANNEL, as often as wanted
      --user NAME        to a user, as often as wanted
  -b, --binary           a binary message
      --no-compress      it holds a secret
      --history N        keeps the newest N messages of the channel
      --age TIME         and none older: 90 (seconds), 15m, 2h, 7d

tail (with --state-dir; "orders.*" is all channels that begin with "orders."):
      --history N        first the newest N that are kept
      --since EPOCH:OFFSET  first what came after that place

kick:
      --code N           close code: 4403
      --reason TEXT      "signed out"
      --location PATH    with --state-dir: of the Location where the user is

check, doctor:
  -f, --file FILE        the configuration; else httpd's own
      --httpd PROGRAM    the httpd

Ends with 0: done, 1: refused or failed, 2: not understood.
)";
}

std::string_view version_text() noexcept { return "wsctl " WS_VERSION "\n"; }

}  // namespace ws::ctl
