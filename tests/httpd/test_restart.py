"""Restart and stop: nothing crashes, nothing hangs, and connections end with a Close or cleanly."""

import os
import signal

import pytest

from harness import frames, processes
from harness.config import location
from harness.frames import TEXT
from harness.peer import Ended, handshake
from harness.waiting import wait_until

# httpd's own notices, and what it says when several restarts come close together.
REMARKS = r"AH00171|AH00493|AH00494|AH00170|AH10460|AH00045"


def connected(server, count=10):
    return [server.connect("/ws/echo", scheme) for scheme in ("ws", "wss") * (count // 2)]


def ends_well(peer, codes):
    """A Close with one of these codes, or the bare end of the connection; not silence."""
    try:
        found = peer.expect_close(codes, seconds=20)
    except Ended:
        return None
    peer.send(frames.close(found.close_code))
    peer.expect_end(20)
    peer.abandon()
    return found.close_code


@pytest.mark.parametrize("graceful", (False, True), ids=("stop", "graceful-stop"))
def test_stop_with_open_connections(start_httpd, graceful):
    server = start_httpd(location("/ws/echo"), bystander=False)
    peers = connected(server)
    for peer in peers:
        peer.echo()
    pids = server.children()
    server.signal(signal.SIGWINCH if graceful else signal.SIGTERM)
    codes = [ends_well(peer, {1001, 1012}) for peer in peers]
    assert all(code in (1001, 1012) for code in codes), codes
    server.stop()
    assert not any(map(processes.is_alive, pids))
    assert not server.complaints(0), server.complaints(0)


def test_stop_with_peers_that_do_not_answer(start_httpd):
    """Neither Close nor FIN comes from them: the stop takes its time limit at most."""
    server = start_httpd(location("/ws/echo"), bystander=False)
    peers = connected(server)
    server.stop()
    assert not server.complaints(0), server.complaints(0)
    for peer in peers:
        peer.abandon()


def test_R40_stop_with_a_flood_under_way(start_httpd):
    """Our threads have ended when the process does."""
    server = start_httpd(location("/ws/echo"), bystander=False)
    peers = connected(server)
    for peer in peers:
        peer.stuff(frames.text("x" * 1000) * 200, 1)
    server.stop()
    assert not server.complaints(0), server.complaints(0)
    for peer in peers:
        peer.abandon()


def test_R41_stop_while_a_plugin_answers_a_handshake(start_httpd):
    """prefork runs the whole end of a child in the signal's handler: it waits for our code."""
    server = start_httpd(location("/ws/slow", plugin="@plugin:misbehave@") + location("/ws/echo"),
                         bystander=False)
    peer = server.connect("/ws/echo")
    slow = server.open()
    slow.send(handshake("/ws/slow?slow=500"))
    port = slow.socket.getsockname()[1]
    wait_until(lambda: port in processes.accepted(server.port), "it to be accepted")
    server.signal(signal.SIGTERM)
    assert ends_well(peer, {1001}) == 1001
    peer.abandon()
    slow.abandon()
    server.stop()
    assert not server.complaints(0), server.complaints(0)


@pytest.mark.parametrize("number", (signal.SIGUSR1, signal.SIGHUP), ids=("graceful", "restart"))
def test_restart_with_open_connections(start_httpd, number):
    server = start_httpd(location("/ws/echo"), bystander=False, child_limit=8)
    server.allowed.append(REMARKS)
    peers = connected(server)
    for peer in peers:
        peer.echo()
    before = server.children()
    server.signal(number)
    wait_until(lambda: set(server.children()) - set(before), "new children")
    new = wait_until(lambda: reconnected(server), "the new generation to answer")
    new.echo("in the new generation")
    codes = [ends_well(peer, {1001, 1012}) for peer in peers]
    assert all(code in (1001, 1012) for code in codes), codes
    wait_until(lambda: not any(map(processes.is_alive, before)), "the old children's end", 20)
    new.echo("and still")
    new.close()


def reconnected(server):
    try:
        return server.connect("/ws/echo")
    except (AssertionError, OSError):
        return None


def test_many_graceful_restarts(start_httpd):
    server = start_httpd(location("/ws/echo"), bystander=False, child_limit=16)
    server.allowed.append(REMARKS)
    for _ in range(5):
        peer = wait_until(lambda: reconnected(server), "a connection")
        peer.echo()
        before = server.children()
        server.signal(signal.SIGUSR1)
        ends_well(peer, {1001, 1012})
        peer.abandon()
        wait_until(lambda old=before: set(server.children()) - set(old), "new children")
    wait_until(lambda: reconnected(server), "a connection").close()


def test_connection_made_just_before_a_restart(start_httpd):
    """The handshake is under way while the restart comes."""
    server = start_httpd(location("/ws/echo"), bystander=False, child_limit=16)
    server.allowed.append(REMARKS)
    for _ in range(5):
        peers = [server.open(scheme) for scheme in ("ws", "wss")]
        for peer in peers:
            peer.send(handshake())
        server.signal(signal.SIGUSR1)
        for peer in peers:
            try:
                if peer.read_response().status == 101:
                    peer.text("which generation?")
                    found = peer.read_frame(20)  # the old one's Close, or the new one's echo
                    assert found.opcode == TEXT or found.close_code in (1001, 1012), found
            except Ended:
                pass  # the old generation ended it
            finally:
                peer.abandon()
        wait_until(lambda: reconnected(server), "the new generation").close()


def test_a_child_that_is_killed(start_httpd):
    """Its connections end; the others' and new ones live."""
    server = start_httpd(location("/ws/echo"), bystander=False)
    server.allowed.append(r"AH00052|exit signal|AH00545")
    peer = server.connect("/ws/echo")
    pid, = server.children()
    os.kill(pid, signal.SIGKILL)
    peer.expect_drop()
    wait_until(lambda: server.children() and server.children() != [pid], "another child")
    wait_until(lambda: reconnected(server), "its answer").close()
