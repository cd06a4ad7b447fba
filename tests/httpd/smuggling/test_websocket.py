"""WebSockets through each proxy: messages of every size, closes, subprotocols, who the client is."""

import os

import pytest

from harness import frames, witness
from smuggling.proxies import HaProxy

FRONTS = ("ws", "wss", "tls")
CLIENT = "127.0.0.5"


@pytest.fixture(params=FRONTS)
def front(request):
    return request.param


@pytest.fixture
def open_peer(proxy):
    peers = []

    def make(front, **fields):
        if front not in proxy.good_for:
            pytest.skip(f"{proxy.name} is not good for {front}")
        peers.append(proxy.open(front, **fields))
        return peers[-1]
    yield make
    for peer in peers:
        peer.abandon()


def accept(peer, path="/ws/witness", **fields):
    """Proxies spell the headers of the answer otherwise."""
    peer.response = peer.request(path, **fields)
    assert peer.response.status == 101, peer.response.head
    return peer


def test_messages(open_peer, front):
    peer = accept(open_peer(front), "/ws/echo")
    peer.echo("größer")
    peer.echo(b"\xff\x00")
    peer.echo(os.urandom(1 << 20))
    peer.close()


@pytest.mark.parametrize("code", (1000, 1001, 3000, 4999))
def test_close_codes(open_peer, front, code):
    peer = accept(open_peer(front), "/ws/echo")
    peer.close_frame(code, "because")
    found = peer.expect_close(code)
    assert found.close_reason == "because"
    peer.expect_end()


def test_close_of_the_server(open_peer, front):
    peer = accept(open_peer(front), "/ws/echo")
    peer.frame(frames.TEXT, "x", mask=None)
    peer.expect_failure(1002)


def test_subprotocol(open_peer, front):
    peer = accept(open_peer(front), "/ws/chat", replace={
        "Sec-WebSocket-Protocol": "chat.v9, x", "Origin": "https://www.example.com"})
    peer.close()


@pytest.mark.parametrize("origin, status", (("https://www.example.com", 101),
                                            ("https://evil.example", 403), (None, 403)))
def test_example_of_the_documents(open_peer, origin, status):
    """conf/examples/behind_a_proxy.conf: TLS ends at the proxy, the site's origin is https."""
    peer = open_peer("wss")
    assert peer.request("/ws/chat", replace={"Origin": origin}).status == status


@pytest.mark.parametrize("forged", (None, "6.6.6.6", "6.6.6.6, 127.0.0.1"))
def test_address_of_the_client(open_peer, front, forged):
    """mod_remoteip's; what the client itself says of it does not count."""
    peer = accept(open_peer(front, source=CLIENT), replace={"X-Forwarded-For": forged})
    assert witness.ask(peer, "request")["remote_ip"] == CLIENT
    peer.close()


def test_address_by_the_proxy_protocol(server, certificates):
    proxy = HaProxy(server, certificates)
    try:
        proxy.start()
        peer = accept(proxy.open("proxied", source=CLIENT))
        assert witness.ask(peer, "request")["remote_ip"] == CLIENT
        peer.close()
        peer = accept(proxy.open("proxied", source=CLIENT), "/ws/echo")
        peer.echo(os.urandom(1 << 20))
        peer.close()
    finally:
        proxy.stop()
