"""The server of the bad-input cases: one child, so that the bystanders share it with every case."""

import pytest

from harness import channels, publisher
from harness.config import location

NO_RATES = ("WebSocketMessageRate off", "WebSocketControlRate off")

SITE = "".join((
    location("/ws/echo", "WebSocketCloseTimeout 2s"),
    location("/ws/limits", "WebSocketMaxMessageSize 4096", "WebSocketMaxFragments 8"),
    location("/ws/deflated", "WebSocketCompression on"),
    location("/ws/fragments", "WebSocketMaxMessageSize 65536", "WebSocketMaxFragments 100000"),
    location("/ws/fast", "WebSocketFrameTimeout 300ms", "WebSocketMessageTimeout 600ms",
             "WebSocketCloseTimeout 300ms", "WebSocketPingInterval off"),
    location("/ws/origins",
             "WebSocketOrigin https://good.example http://plain.example:8080"),
    location("/ws/required", "WebSocketOrigin required same"),
    location("/ws/any", "WebSocketOrigin any"),
    location("/ws/null", "WebSocketOrigin https://good.example null"),
    location("/ws/unlimited", *NO_RATES, "WebSocketCloseTimeout 2s"),
    location("/ws/queue", *NO_RATES, "WebSocketSendQueue 65536", "WebSocketCloseTimeout 2s"),
    location("/ws/bigqueue", "WebSocketSendQueue 67108864"),
    location("/ws/text-only", plugin="@plugin:text_only@"),
    location("/ws/garbage", plugin="@plugin:garbage@"),
    location("/ws/witness", plugin="@plugin:witness@"),
    location("/ws/misbehave", "WebSocketCloseTimeout 2s", plugin="@plugin:misbehave@"),
    location("/ws/misbehave-queue", "WebSocketSendQueue 65536", "WebSocketSlowClient drop",
             plugin="@plugin:misbehave@"),
    location("/ws/misbehave-create-fails", "WebSocketPluginOption create fail",
             plugin="@plugin:misbehave@"),
    channels.location(),
    channels.location("/ws/small-queue", "WebSocketSendQueue 65536"),
    location("/ws/bots", "WebSocketMessageRate 1 burst=30", plugin="@plugin:channels@"),
    channels.location("/ws/few-subscriptions", "WebSocketMaxSubscriptions 5"),
    channels.location("/ws/ruled", 'WebSocketChannel "secret.*" subscribe=none publish=none',
                      'WebSocketChannel "news.*" publish=none'),
    location("/ws/few-per-user", "WebSocketMaxConnectionsPerUser 20", 'AuthType Basic',
             'AuthName "x"', "AuthUserFile @ROOT@/conf/users", "Require valid-user"),
    location("/ws/chat", plugin="chat"),
    location("/ws/chat-private", 'AuthType Basic', 'AuthName "x"',
             "AuthUserFile @ROOT@/conf/users", "Require valid-user", plugin="chat"),
    publisher.location(),
    publisher.location("/ws/publish-keyed", "WebSocketPublishKey conf/publish.key"),
    publisher.location("/ws/publish-small", "WebSocketMaxMessageSize 4096"),
    publisher.location("/ws/publish-denied", "Require all denied").replace(
        "Require local", "", 1),
    """
<Location /ws/private>
    WebSocketPlugin echo
    AuthType Basic
    AuthName "private"
    AuthUserFile @ROOT@/conf/users
    Require valid-user
</Location>
<Location /ws/forbidden>
    WebSocketPlugin echo
    Require all denied
</Location>
"""))


@pytest.fixture(scope="session")
def server(session_httpd):
    return session_httpd(SITE, main="RequestReadTimeout handshake=2 header=2 body=10\n"
                         "AcceptFilter http none\nAcceptFilter https none\n",
                         allowed=["misbehave-create-fails|did not start|told to fail"])
