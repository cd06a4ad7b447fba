"""No second request ever reaches httpd through an upgrade; and the lab would see it."""

from collections import defaultdict

import pytest

from smuggling.attacks import ATTACKS, h2c_at, launch
from smuggling.conftest import wait_until_idle
from smuggling.naive_backend import PATH, SECRET
from smuggling.proxies import HaProxy


def asked(server, mark):
    """The paths that httpd was asked for since then, as its access log has them."""
    wait_until_idle(server)
    requests = (line.split('"')[1].split() for line in server.access_log.since(mark))
    return [words[1] for words in requests if len(words) > 1]


@pytest.mark.parametrize("attack", ATTACKS, ids=str)
def test_nothing_gets_through(server, proxy, attack):
    mark, log_mark = server.access_log.mark(), server.log.mark()
    peer = proxy.open()
    came = launch(peer, attack)
    peer.abandon()
    paths = asked(server, mark)
    assert SECRET not in came
    assert PATH not in paths, paths
    complaints = server.complaints(log_mark)
    server.settled_mark = server.log.mark()
    assert not complaints, complaints


def test_the_lab_sees_what_gets_through(naive, certificates, naive_proxies):
    """The same attacks on a server that refuses and goes on: one of each kind succeeds."""
    through = defaultdict(set)
    for proxy in naive_proxies:
        for attack in ATTACKS:
            naive.requests.clear()
            peer = proxy.open()
            came = launch(peer, attack)
            peer.abandon()
            if SECRET in came or PATH in naive.requests:
                through[attack.kind].add(f"{proxy.name}, {attack.name}")
    assert set(through) == set("abcd"), through


def test_h2c_where_the_module_has_no_say(server, certificates, mpm):
    """mod_http2 switches to HTTP/2 behind a proxy's back; at a WebSocket's Location it does not."""
    if mpm == "prefork":
        pytest.skip("mod_http2 is off on prefork")
    proxy = HaProxy(server, certificates)
    try:
        proxy.start()
        for path, status in (("/page", b" 101 "), ("/ws/echo", b" 426 ")):
            peer = proxy.open()
            assert status in launch(peer, h2c_at(path)).split(b"\r\n")[0]
            peer.abandon()
    finally:
        proxy.stop()
    wait_until_idle(server)
    server.settled_mark = server.log.mark()
