"""Plugins that crash, leave, block and never return: what becomes of them, of the others, and of the log."""

import os
import signal

import pytest

from harness import build, processes
from harness.config import location
from harness.peer import Ended
from harness.waiting import wait_until

SITE = (location("/ws/echo") + location("/ws/misbehave", plugin="@plugin:misbehave@")
        + location("/ws/other", "WebSocketPluginOption label other",
                   plugin="@plugin:misbehave@"))
pytestmark = pytest.mark.skipif(bool(build.SANITIZE), reason="sanitizers report each crash")
NAMED = r"plugin misbehave \(Location /ws/misbehave\)"
ENDED = r"AH00051|AH00052|exit signal"
OFF = NAMED + r" has ended two processes in the same callback with the same message"


@pytest.fixture
def start(start_httpd):
    def start(main="", **fields):
        return start_httpd(SITE, bystander=False, main=main, log_level="warn",
                           allowed=(NAMED, ENDED, "this process ends", "misbehave.so .* did not start"), **fields)
    return start


def reconnected(server, path):
    try:
        return server.connect(path)
    except (AssertionError, OSError):
        return None


def end_a_child(server, command, path="/ws/misbehave"):
    """The command's connection ends, and another child serves."""
    before = server.children()
    peer = server.connect(path)
    peer.text(command)
    peer.expect_drop(20)
    wait_until(lambda: not set(before) <= set(server.children()), "the child's end", 20)
    wait_until(lambda: reconnected(server, "/ws/echo"), "another child", 20).close()


def end_of(peer):
    """A Close's code, or drop: it was in the child that ended."""
    try:
        return peer.expect_close(1011, 20).close_code
    except Ended:
        return "drop"


@pytest.mark.parametrize("command, how", (
    ("crash", "crashes this process (Segmentation fault)"),
    ("abort", "crashes this process (Aborted)"),
    ("recurse", "crashes this process (Segmentation fault)"),
    ("exit 3", "ends this process"),
))
def test_R11_the_log_tells_which_plugin_it_was(start, command, how):
    server = start()
    end_a_child(server, command)
    line, = wait_until(lambda: server.log.find(0, NAMED + " in on_message"), "the line")
    assert how in line and "misbehave.so+0x" in line, line
    assert "[websocket:error]" in line


def test_R11_exit_without_a_word(start):
    """_exit() leaves nobody time to tell."""
    server = start()
    end_a_child(server, "_exit 0")
    assert not server.log.find(0, r"\[websocket:")


def test_R12_the_same_message_twice(start):
    """Then the plugin is off, in all children, until the next restart. Others are not."""
    server = start(children=2)
    server.allowed.append("AH00171|AH00493|AH00163|AH00489|AH00094|AH00292")
    end_a_child(server, "crash")
    peers = [server.connect("/ws/misbehave") for _ in range(4)]
    end_a_child(server, "crash")
    alert, = wait_until(lambda: server.log.find(0, OFF), "the alert")
    assert "[websocket:alert]" in alert
    assert {end_of(peer) for peer in peers} <= {1011, "drop"}
    assert server.open().request("/ws/misbehave").status == 503
    reconnected(server, "/ws/other").close()
    server.signal(signal.SIGUSR1)
    wait_until(lambda: reconnected(server, "/ws/misbehave"), "the plugin again", 20).close()
    assert len(server.log.find(0, OFF)) == 1


def test_R12_killed_from_outside(start):
    """Nobody knows why: it counts against no message."""
    server = start()
    for _ in range(2):
        peer = server.connect("/ws/misbehave")
        peer.text("spin")
        pid, = server.children()
        os.kill(pid, signal.SIGKILL)
        peer.expect_drop()
        wait_until(lambda old=pid: server.children() not in ([], [old]), "another child")
    wait_until(lambda: reconnected(server, "/ws/misbehave"), "its answer").close()


def test_R12_different_messages(start):
    server = start()
    for command in ("crash", "crash now"):
        end_a_child(server, command)
    reconnected(server, "/ws/misbehave").close()
    assert not server.log.find(0, OFF)


def test_R14_plugin_that_blocks(start):
    """The connections of its loop wait, and lose nothing; those of others, handshakes and pages do not."""
    server = start("WebSocketLoops 2\n")
    enough = server.folder / "tmp" / "enough"
    peers = [server.connect("/ws/misbehave") for _ in range(2)]
    for peer in peers:  # one on each loop
        peer.text("path")
        assert peer.read_message() == "/ws/misbehave"
    holder, other = peers
    holder.text(f"hold {enough}")
    holder.text("path")
    for _ in range(20):
        other.text("path")
        assert other.read_message() == "/ws/misbehave"
    newcomer = server.connect("/ws/echo")
    assert server.get()[0] == 200
    enough.touch()
    assert [holder.read_message() for _ in range(2)] == ["hold", "/ws/misbehave"]
    newcomer.echo()


def test_R12_crash_in_create(start_httpd):
    """It would keep every child from serving anything."""
    server = start_httpd(
        location("/ws/echo") + location("/ws/misbehave", "WebSocketPluginOption create abort",
                                        plugin="@plugin:misbehave@"),
        bystander=False, log_level="warn", allowed=(NAMED, ENDED, "misbehave.so .* did not start"))
    server.connect("/ws/echo").close()
    assert server.open().request("/ws/misbehave").status == 503
    wait_until(lambda: server.log.find(0, OFF), "the alert")
    assert len(server.log.find(0, OFF)) == 1


@pytest.mark.parametrize("option", ("", " abort"), ids=("report", "abort"))
def test_R13_plugin_that_never_returns(start, option):
    server = start(f"WebSocketWatchdog 200ms{option}\n")
    pid, = server.children()
    peer = server.connect("/ws/misbehave")
    peer.text("spin")
    line, = wait_until(lambda: server.log.find(0, NAMED + " in on_message has not returned"),
                       "the report")
    assert "misbehave.so+0x" in line, line
    if option:
        peer.expect_drop(20)
        wait_until(lambda: reconnected(server, "/ws/echo"), "another child", 20).close()
        assert not processes.is_alive(pid)
    else:
        assert server.get()[0] == 200
        assert server.children() == [pid]
        os.kill(pid, signal.SIGKILL)  # it would hold up the server's end, too
        peer.expect_drop()


def test_R12_R13_the_same_message_holds_two_processes(start):
    server = start("WebSocketWatchdog 200ms abort\n")
    for _ in range(2):
        end_a_child(server, "spin")
    wait_until(lambda: server.log.find(0, OFF), "the alert")
    assert server.open().request("/ws/misbehave").status == 503
