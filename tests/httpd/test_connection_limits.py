"""How many connections one address, user and Location may have, all child processes together, and
how many may come in a second."""

import base64
import os
import signal
import time

import pytest

from harness import channels, processes
from harness.config import location
from harness.peer import handshake
from harness.waiting import wait_until

MOST = 3


def name_and(password):
    return "Basic " + base64.b64encode(password.encode()).decode()


ALICE = [("Authorization", name_and("alice:secret"))]
BOB = [("Authorization", name_and("bob:hunter2"))]
SIGNED_IN = ("AuthType Basic", 'AuthName "x"', "AuthUserFile @ROOT@/conf/users",
             "Require valid-user")

SITE = "".join((
    location("/ws/echo"),
    location("/ws/address", f"WebSocketMaxConnectionsPerAddress {MOST}"),
    location("/ws/address-too", f"WebSocketMaxConnectionsPerAddress {MOST}"),
    location("/ws/user", f"WebSocketMaxConnectionsPerUser {MOST}", *SIGNED_IN),
    location("/ws/location", f"WebSocketMaxConnectionsPerLocation {MOST}"),
    location("/ws/location-too", f"WebSocketMaxConnectionsPerLocation {MOST}"),
    location("/ws/two", "WebSocketMaxConnectionsPerUser 1", "WebSocketMaxConnectionsPerLocation 2",
             *SIGNED_IN),
    location("/ws/refusing", f"WebSocketMaxConnectionsPerLocation {MOST}",
             plugin="@plugin:misbehave@"),
    location("/ws/remote", "WebSocketMaxConnectionsPerAddress 1"),
))
REMOTE = "RemoteIPHeader X-Forwarded-For\nRemoteIPInternalProxy 127.0.0.1\n"

# path, more header lines, status, directive
LIMITS = pytest.mark.parametrize("path, extra, status, directive", (
    ("/ws/address", (), 429, "WebSocketMaxConnectionsPerAddress"),
    ("/ws/user", ALICE, 429, "WebSocketMaxConnectionsPerUser"),
    ("/ws/location", (), 503, "WebSocketMaxConnectionsPerLocation"),
), ids=("address", "user", "location"))


@pytest.fixture(scope="module")
def server(session_httpd, mpm):
    """Several children, so that no test knows who gets its connections."""
    return session_httpd(SITE, main=REMOTE, modules=("remoteip",), bystander=False,
                         allowed=["WebSocketMaxConnectionsPer", "the answer.s headers are too long"],
                         **channels.many_children(mpm, 8))


def attempt(server, path, scheme="ws", **fields):
    """A WebSocket, or the answer that refused it."""
    peer = server.open(scheme)
    response = peer.request(path, **fields)
    if response.status == 101:
        return peer
    peer.expect_end()
    peer.abandon()
    return response


def refused(server, status, path, scheme="ws", **fields):
    response = attempt(server, path, scheme, **fields)
    assert getattr(response, "status", 101) == status
    if status in (429, 503):
        assert 1 <= int(response.get("retry-after")) <= 10
        assert "close" in response.get("connection")
    return response


def connected(server, count, path, scheme="ws", **fields):
    """So many WebSockets; others may still be on their way out."""
    def another():
        found = attempt(server, path, scheme, **fields)
        return found if hasattr(found, "echo") else None
    return [wait_until(another, f"a seat at {path}", 20) for _ in range(count)]


def close(*peers):
    for peer in peers:
        peer.close()
        peer.abandon()


@LIMITS
def test_A40_A42_one_beyond(server, scheme, path, extra, status, directive):
    peers = connected(server, MOST, path, scheme, extra=extra)
    mark = server.log.mark()
    for _ in range(3):
        refused(server, status, path, scheme, extra=extra)
    assert len(server.log.find(mark, f"refused with {status}: {directive}")) == 3
    for peer in peers:
        peer.echo("still here")
    attempt(server, "/ws/echo", scheme).close()
    close(peers.pop())
    peers += connected(server, 1, path, scheme, extra=extra)
    refused(server, status, path, scheme, extra=extra)
    close(*peers)


@LIMITS
def test_A40_A42_all_children_count_together(server, path, extra, status, directive):
    """ws and wss, too: both hosts have one name."""
    peers = connected(server, 1, path, "wss", extra=extra)
    peers += connected(server, MOST - 1, path, "ws", extra=extra)
    for scheme in ("ws", "wss") * 5:
        refused(server, status, path, scheme, extra=extra)
    close(*peers)


@LIMITS
def test_A40_A42_never_more_at_once(server, path, extra, status, directive):
    """Many that come at the same moment, to all children."""
    crowd = [server.open() for _ in range(16)]
    for peer in crowd:
        peer.send(handshake(path, extra=extra))
    answers = [peer.read_response().status for peer in crowd]
    assert answers.count(101) <= MOST and set(answers) <= {101, status}, answers
    for peer in crowd:
        peer.abandon()
    close(*connected(server, MOST, path, extra=extra))


def test_A40_locations_of_one_address_count_together(server):
    peers = connected(server, MOST - 1, "/ws/address") + connected(server, 1, "/ws/address-too")
    refused(server, 429, "/ws/address-too")
    refused(server, 429, "/ws/address")
    close(*peers)


def test_A40_locations_count_apart(server):
    peers = connected(server, MOST, "/ws/location")
    peers += connected(server, MOST, "/ws/location-too")
    refused(server, 503, "/ws/location")
    close(*peers)


def test_A42_a_refused_user_takes_nobodys_seat(server):
    alice, = connected(server, 1, "/ws/two", extra=ALICE)
    for _ in range(5):
        refused(server, 429, "/ws/two", extra=ALICE)
    bob, = connected(server, 1, "/ws/two", extra=BOB)
    refused(server, 429, "/ws/two", extra=BOB)
    close(alice, bob)


@pytest.mark.parametrize("one, same, other", (
    ("192.0.2.1", "::ffff:192.0.2.1", "192.0.2.2"),
    ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:3::1"),
    ("::ffff:192.0.2.7", "192.0.2.7", "::ffff:192.0.2.8"),
), ids=("IPv4", "IPv6 by its /64", "IPv4 in IPv6"))
def test_A40_what_an_address_is(server, one, same, other):
    """As mod_remoteip tells it."""
    peers = connected(server, 1, "/ws/remote", extra=[("X-Forwarded-For", one)])
    for address in (one, same):
        refused(server, 429, "/ws/remote", extra=[("X-Forwarded-For", address)])
    peers += connected(server, 1, "/ws/remote", extra=[("X-Forwarded-For", other)])
    close(*peers)


def test_A40_seats_of_those_that_never_became_sessions(server, scheme):
    """Refused by the plugin, refused for its answer, gone before or within the 101."""
    for _ in range(3 * MOST):
        refused(server, 403, "/ws/refusing?deny", scheme)
        refused(server, 500, "/ws/refusing?bigheaders", scheme)
        peer = server.open(scheme)
        peer.send(handshake("/ws/refusing"))
        peer.reset()
        peer = server.open(scheme)
        peer.send(handshake("/ws/refusing")[:-2])
        peer.reset()
    close(*connected(server, MOST, "/ws/refusing", scheme))


def test_A40_seats_of_those_that_vanish(server, scheme):
    for _ in range(3):
        for peer in connected(server, MOST, "/ws/location", scheme):
            peer.reset()
    close(*connected(server, MOST, "/ws/location", scheme))


def test_A40_R32_retry_after_is_spread(server):
    peers = connected(server, MOST, "/ws/address")
    waits = {int(refused(server, 429, "/ws/address").get("retry-after")) for _ in range(30)}
    assert len(waits) > 1 and waits <= set(range(1, 11))
    close(*peers)


def test_A40_one_warning_a_minute(start_httpd):
    server = start_httpd(SITE, bystander=False, main=REMOTE, modules=("remoteip",))
    server.allowed.append("WebSocketMaxConnectionsPer")
    peers = connected(server, MOST, "/ws/address")
    for _ in range(10):
        refused(server, 429, "/ws/address")
    pattern = r"\[websocket:%s\].* refused with 429: WebSocketMaxConnectionsPerAddress"
    assert len(server.log.find(0, pattern % "warn")) == 1
    assert len(server.log.find(0, pattern % "info")) == 9
    close(*peers)


def test_A40_seats_of_a_killed_child_come_back(start_httpd, mpm):
    server = start_httpd(SITE, bystander=False, main=REMOTE, modules=("remoteip",),
                         **channels.many_children(mpm, 4))
    server.allowed.append("WebSocketMaxConnectionsPer|AH00051|AH00052|AH10392|AH10393")
    peers = connected(server, MOST, "/ws/location")
    refused(server, 503, "/ws/location")
    killed = [pid for pid, own in channels.by_child(server, peers).items() if own]
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    peers += connected(server, MOST, "/ws/location")
    refused(server, 503, "/ws/location")
    close(*peers[MOST:])
    for peer in peers[:MOST]:
        peer.abandon()


def test_A40_the_count_over_a_graceful_restart(start_httpd):
    """Those of the old children that do not answer count until they have ended."""
    server = start_httpd(SITE, bystander=False, child_limit=8, main=REMOTE, modules=("remoteip",))
    server.allowed.append("WebSocketMaxConnectionsPer|AH00493|AH00171|AH10460|AH00045")
    old = connected(server, MOST, "/ws/location")
    before = server.children()
    server.signal(signal.SIGUSR1)
    wait_until(lambda: set(server.children()) - set(before), "new children")
    new = []
    for _ in range(MOST):
        new += connected(server, 1, "/ws/location")
        for peer in new:
            peer.echo()
    refused(server, 503, "/ws/location")
    for peer in old:
        peer.abandon()
    wait_until(lambda: not any(map(processes.is_alive, before)), "the old children's end", 20)
    refused(server, 503, "/ws/location")
    close(*new)


def test_A41_an_upgrade_that_reaches_an_old_child(start_httpd, mpm, scheme):
    """Half of it is there when the server restarts gracefully. On prefork the signal interrupts
    httpd while it reads the head, which it then takes for a broken one."""
    server = start_httpd(location("/ws/echo"), bystander=False, children=4, child_limit=16)
    server.allowed.append("AH00493|AH00171|AH10460|AH00045")
    request = handshake("/ws/echo")
    peer = server.open(scheme)
    peer.send(request[:40])
    port = server.address(scheme)[1]
    wait_until(lambda: peer.socket.getsockname()[1] in processes.accepted(port), "the accept")
    before = server.children()
    mark = server.log.mark()
    server.signal(signal.SIGUSR1)
    wait_until(lambda: server.log.find(mark, "resuming normal operations")
               and set(server.children()) - set(before), "new children")
    peer.send(request[40:])
    response = peer.read_response()
    if mpm != "prefork" or response.status != 400:
        assert response.status == 503 and 1 <= int(response.get("retry-after")) <= 10
    peer.expect_end()
    peer.abandon()
    close(*connected(server, 1, "/ws/echo", scheme))


def test_A40_R32_handshake_rate(start_httpd, scheme):
    """The burst at once, and then as many as time brings."""
    server = start_httpd(location("/ws/echo"), bystander=False,
                         main="WebSocketHandshakeRate 1 burst=5\n")
    server.allowed.append("WebSocketHandshakeRate")
    begin = time.monotonic()
    peers = []
    while hasattr(found := attempt(server, "/ws/echo", scheme), "echo"):
        peers.append(found)
    assert 5 <= len(peers) <= 5 + time.monotonic() - begin + 1
    assert found.status == 503 and 1 <= int(found.get("retry-after")) <= 10
    assert server.log.find(0, r"\[websocket:warn\].*refused with 503: WebSocketHandshakeRate")
    assert server.get("/", scheme)[0] == 200
    close(*peers, *connected(server, 1, "/ws/echo", scheme))


def test_handshake_rate_counts_no_others(start_httpd):
    """What is refused for other reasons leaves the rate alone."""
    server = start_httpd(location("/ws/echo"), bystander=False,
                         main="WebSocketHandshakeRate 1 burst=1\n")
    for _ in range(10):
        refused(server, 426, "/ws/echo", replace={"Sec-WebSocket-Version": "12"})
        refused(server, 403, "/ws/echo", replace={"Origin": "https://evil.example"})
    close(*connected(server, 1, "/ws/echo"))


def test_nobody_is_identified_at_the_limit(start_httpd):
    """A page is not asked, nor a token looked at, where no seat is left."""
    server = start_httpd(location("/ws/open", "WebSocketMaxConnectionsPerAddress 1")
                         + location("/ws/asking", "WebSocketMaxConnectionsPerAddress 1",
                                    "WebSocketAuthorize /no-such-page"), bystander=False)
    server.allowed.append("WebSocketMaxConnectionsPer|WebSocketAuthorize|AH00128")
    assert attempt(server, "/ws/asking").status not in (101, 429)
    peers = connected(server, 1, "/ws/open")
    refused(server, 429, "/ws/asking")
    close(*peers)
