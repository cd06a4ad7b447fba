"""memcheck over detached connections: every way to begin and to end one, on ws and wss. httpd alone
gives it nothing to report, so that nothing is suppressed."""

import re
import shutil

import pytest

from harness import frames
from harness.bystanders import Bystanders
from harness.config import location
from harness.frames import text
from harness.peer import handshake
from harness.tls_peer import TlsPeer, text_step

@pytest.fixture
def server(start_httpd):
    assert shutil.which("valgrind"), "install valgrind"
    return start_httpd(
        location("/ws/echo", "WebSocketCloseTimeout 1s")
        + location("/ws/misbehave", plugin="@plugin:misbehave@"),
        debug=True, threads=4, bystander=True, wrapper=(
            "valgrind", "--tool=memcheck", "--log-file=@FOLDER@/tmp/valgrind.log",
            "--num-callers=40", "--keep-debuginfo=yes", "--leak-check=full",
            "--show-leak-kinds=definite", "--errors-for-leak-kinds=definite",
            "--child-silent-after-fork=yes", "--fair-sched=yes", "--vgdb=no"))


def everyday(server, scheme):
    peer = server.connect("/ws/echo", scheme)
    peer.echo("hello")
    peer.echo(b"x" * 100000)
    peer.send(frames.frame(1, "in ", fin=False), frames.frame(9, "p"), frames.frame(0, "two"))
    assert peer.read_frame().payload == b"p"
    assert peer.read_message() == "in two"
    peer.close()


def early_frames(server, scheme):
    peer = server.open(scheme)
    peer.send(handshake() + text("one") + text("y" * 20000))
    peer.response = peer.read_response()
    peer.check_accepted()
    assert (peer.read_message(), peer.read_message()) == ("one", "y" * 20000)
    peer.abandon()


def large_message_at_once(server, scheme):
    """Everything takes longer here: the message is there before the worker has let go."""
    for _ in range(5):
        peer = server.connect("/ws/echo", scheme)
        peer.echo(b"z" * 500000)
        peer.close()


def refusals(server, scheme):
    for fields in ({"replace": {"Sec-WebSocket-Key": None}}, {"method": "POST"},
                   {"replace": {"Origin": "https://evil.example"}}):
        peer = server.open(scheme)
        assert peer.request(**fields).status in (400, 403, 405)
        peer.abandon()


def disappearances(server, scheme):
    for cut in (10, len(handshake())):
        peer = server.open(scheme)
        peer.send(handshake()[:cut])
        peer.reset()
    server.connect("/ws/echo", scheme).reset()
    peer = server.connect("/ws/echo", scheme)
    peer.send(text("half")[:5])
    peer.abandon()


def violations(server, scheme):
    for data, code in ((b"\xff" * 20, 1002), (text(b"\xff"), 1007),
                       (frames.frame(2, b"", length=1 << 40), 1009)):
        peer = server.connect("/ws/echo", scheme)
        peer.send(data)
        peer.expect_failure(code)


def plugin_work(server, scheme):
    peer = server.connect("/ws/misbehave?opensend", scheme)
    assert peer.read_message() == "opened"
    for command in ("sub room", "timer 50", "work 50", "headers Host"):
        peer.text(command)
        peer.read_message()
    peer.text("foreign-threads 2")
    for _ in range(200):
        peer.read_message()
    peer.text("throw")
    peer.expect_failure(1011)
    server.allowed.append("told to throw")


def tls_tricks(server):
    peer = TlsPeer(server)
    peer.upgrade_in_one_segment("/ws/echo", lambda self: self.key_update(True), text_step("one"),
                                lambda self: self.key_update(False), text_step("two"))
    assert (peer.read_message(), peer.read_message()) == ("one", "two")
    peer.close()
    peer.abandon()
    for version, trick in (("1.3", "corrupt 8180"), ("1.2", "corrupt 8180"), ("1.2", "renegotiate"),
                           ("1.3", "inject 22 0b00000400000000 1"), ("1.3", "inject 21 015a 6"),
                           ("1.3", "notify"), ("1.2", "fin")):
        peer = TlsPeer(server, version).upgrade()
        peer.run(trick)
        peer.expect_drop()
        peer.abandon()


def test_detached_connections_under_memcheck(server):
    bystanders = Bystanders(server)
    for scheme in ("ws", "wss"):
        for part in (everyday, early_frames, large_message_at_once, refusals, disappearances,
                     violations, plugin_work):
            part(server, scheme)
            bystanders.check()
    tls_tricks(server)
    bystanders.check()
    server.stop()  # with the bystanders still open
    report = (server.folder / "tmp" / "valgrind.log").read_text()
    summary = re.findall(r"ERROR SUMMARY: (\d+) errors", report)
    assert summary and summary[-1] == "0", report
