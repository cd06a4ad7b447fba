"""After every kind of abuse, repeated, memory is where it was."""

import pytest

from harness import build, frames, witness
from harness.frames import text
from harness.peer import handshake
from harness.waiting import wait_until

from .test_frames import VIOLATIONS

pytestmark = pytest.mark.skipif(bool(build.SANITIZE), reason="a sanitizer keeps freed memory")

# What malloc may keep for itself between two rounds of the same abuse.
TOLERANCE = 256 * 1024


def abuse_handshake(case):
    for fields in ({"replace": {"Sec-WebSocket-Key": None}},
                   {"replace": {"Sec-WebSocket-Version": "8"}},
                   {"replace": {"Origin": "https://evil.example"}},
                   {"replace": {"Sec-WebSocket-Protocol": "a b"}},
                   {"replace": {"Content-Length": "5"}, "body": b"hello"}):
        peer = case.server.open(case.scheme)
        peer.request(**fields)
        peer.abandon()


def abuse_frames(case):
    for data, code in list(VIOLATIONS.values())[::9]:
        peer = case.server.connect("/ws/echo", case.scheme)
        peer.send(text("x"), data)
        peer.expect_failure(code)
        peer.abandon()


def abuse_by_leaving(case):
    for cut in (10, len(handshake())):
        peer = case.server.open(case.scheme)
        peer.send(handshake()[:cut])
        peer.reset()
    for path, last in (("/ws/echo", b""), ("/ws/echo", text("half")[:5]), ("/ws/misbehave", text(
            "work 10")), ("/ws/misbehave", text("sub room") + text("ticks 50 100"))):
        peer = case.server.connect(path, case.scheme)
        peer.send(last)
        peer.reset()


def abuse_plugin(case):
    for command in ("throw", "close 4000", "foreign-close 4000", "close-then-send 4000"):
        peer = case.server.connect("/ws/misbehave", case.scheme)
        peer.text(command)
        peer.expect_close({1011, 4000})
        peer.abandon()


def large_messages(case):
    peer = case.server.connect("/ws/echo", case.scheme)
    for size in (1000, 100000, 1 << 20):
        peer.send(frames.frame(frames.BINARY, b"x" * size))
        assert len(peer.read_message()) == size
    peer.reset()


@pytest.mark.parametrize("abuse", (abuse_handshake, abuse_frames, abuse_by_leaving, abuse_plugin,
                                   large_messages), ids=lambda abuse: abuse.__name__)
def test_memory_returns(case, abuse):
    case.allow(r"\[websocket:(error|warn)\].*(plugin|misbehave)")

    def quiet():
        return case.server.descriptors() == case.descriptors

    def round_of(count):
        for _ in range(count):
            abuse(case)
        wait_until(quiet, "all connections' end")
        return case.server.memory()

    round_of(15)
    before = round_of(10)
    after = round_of(25)
    if after - before > TOLERANCE:  # malloc may have taken its last step late
        before, after = after, round_of(25)
    assert after - before <= TOLERANCE, f"{before} bytes, {after} after 25 more rounds"


def test_A9_handshakes_without_key_leave_nothing(case):
    """A thousand of them."""
    request = handshake(replace={"Sec-WebSocket-Key": None})

    def thousand():
        for _ in range(250 if case.scheme == "wss" else 1000):
            peer = case.server.open(case.scheme)
            peer.send(request)
            assert peer.read_response().status == 400
            peer.abandon()
        return case.server.memory()

    before = thousand()
    after = thousand()
    assert after - before <= TOLERANCE, f"{before} bytes, {after} after a thousand more"


def test_plugin_saw_each_session_end_once(case):
    """Whatever ends a session, on_open and on_close come in pairs."""
    def counts():
        peer = case.server.connect("/ws/witness", case.scheme)
        told = witness.ask(peer, "counts")
        peer.abandon()
        return {name: int(value) for name, value in told.items()}

    before = counts()
    ends = {1000: frames.close(1000), 1005: frames.close(), 1002: b"\xff\xff", 1007: text(b"\xff"),
            4000: frames.close(4000), 1009: frames.frame(2, b"", length=1 << 40)}
    for data in ends.values():
        peer = case.server.connect("/ws/witness", case.scheme)
        peer.send(data)
        peer.expect_close({1000, None, 1002, 1007, 4000, 1009})
        peer.abandon()
    for _ in range(3):
        case.server.connect("/ws/witness", case.scheme).reset()
    wait_until(lambda: (now := counts())["opened"] - now["closed"] == 1,  # the asking one
               lambda: f"each session's end: {counts()}")
    after = counts()
    for code in ends:
        assert after[f"code {code}"] - before.get(f"code {code}", 0) == 1, code
    assert after["code 1006"] - before.get("code 1006", 0) >= 3
