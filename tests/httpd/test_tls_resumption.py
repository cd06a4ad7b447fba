"""TLS sessions are resumed as on any page of the site: by ticket or from the cache, after WebSockets
that have ended or have not, and where a WebSocket is refused."""

import socket
import ssl

import pytest

from harness.config import location
from harness.peer import Peer
from harness.waiting import limit, wait_until

SITE = location("/ws/echo") + location("/ws/one", "WebSocketMaxConnectionsPerLocation 1")
VERSIONS = pytest.mark.parametrize("version", (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3),
                                   ids=("1.2", "1.3"))


@pytest.fixture(scope="module", params=("tickets", "cache"))
def server(session_httpd, request):
    tls = "SSLSessionTickets off\n" if request.param == "cache" else ""
    return session_httpd(SITE, tls=tls, bystander=False,
                         allowed=["WebSocketMaxConnectionsPerLocation"])


class Client:
    """Connections of one TLS context; each resumes the session of the one before."""

    def __init__(self, server, version):
        self.server = server
        self.context = server.client_context(version)
        self.session = None

    def open(self):
        raw = socket.create_connection(self.server.address("wss"), timeout=limit(10))
        secured = self.context.wrap_socket(raw, server_hostname="localhost", session=self.session)
        assert secured.session_reused == (self.session is not None)
        return Peer(secured)

    def keep(self, peer):
        """The session that comes with what was read so far (TLS 1.3: in tickets)."""
        self.session = wait_until(lambda: peer.socket.session, "a session")
        assert self.session.id or self.session.has_ticket


def end(peer):
    """With a close_notify, or OpenSSL would not use the session again."""
    try:
        peer.socket.unwrap()
    except (OSError, ValueError):
        pass
    peer.abandon()


@VERSIONS
def test_R32_websockets_resume_a_session(server, version):
    client = Client(server, version)
    for _ in range(4):
        peer = client.open().upgrade("/ws/echo")
        peer.echo("x" * 20_000)
        client.keep(peer)
        peer.close()
        end(peer)


@VERSIONS
def test_a_session_of_one_that_lives(server, version):
    client = Client(server, version)
    peers = []
    for _ in range(3):
        peers.append(client.open().upgrade("/ws/echo"))
        peers[-1].echo()
        client.keep(peers[-1])
    for peer in peers:
        peer.echo("still")
        peer.close()
        end(peer)


@VERSIONS
def test_pages_and_websockets_share_sessions(server, version):
    client = Client(server, version)
    for _ in range(2):
        page = client.open()
        page.send("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert page.read_response().status == 200
        client.keep(page)
        end(page)
        peer = client.open().upgrade("/ws/echo")
        peer.echo()
        client.keep(peer)
        peer.close()
        end(peer)


@VERSIONS
def test_a_refused_websocket_leaves_the_session(server, version):
    client = Client(server, version)
    holder = wait_until(lambda: held(server), "the seat")
    for _ in range(3):
        peer = client.open()
        assert peer.request("/ws/one").status == 503
        client.keep(peer)
        end(peer)
    holder.close()
    peer = client.open().upgrade("/ws/echo")
    peer.echo()
    peer.close()
    end(peer)


def held(server):
    peer = server.open("wss")
    if peer.request("/ws/one").status == 101:
        return peer
    return peer.abandon()
