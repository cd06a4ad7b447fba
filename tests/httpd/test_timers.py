"""Pings, timeouts and slow clients, with short settings."""

import time

import pytest

from harness import build, frames
from harness.config import location
from harness.frames import PING, PONG, TEXT, frame, text
from harness.session_log import ENDED, parse_end
from harness.waiting import limit

SITE = "".join((
    location("/ws/echo"),
    location("/ws/ping", "WebSocketPingInterval 300ms", "WebSocketPongTimeout 300ms",
             "WebSocketMessageRate off"),
    location("/ws/patient", "WebSocketPingInterval 200ms", "WebSocketPongTimeout 30s"),
    location("/ws/quiet", "WebSocketPingInterval off"),
    location("/ws/frame", "WebSocketFrameTimeout 300ms", "WebSocketCloseTimeout 300ms"),
    location("/ws/message", "WebSocketMessageTimeout 300ms", "WebSocketCloseTimeout 300ms"),
    location("/ws/close", "WebSocketCloseTimeout 300ms", plugin="@plugin:witness@"),
    location("/ws/slow", "WebSocketSendQueue 65536", "WebSocketCloseTimeout 300ms",
             "WebSocketMessageTimeout 600ms", "WebSocketPingInterval off",
             plugin="@plugin:misbehave@"),
    location("/ws/slow-drop", "WebSocketSendQueue 65536", "WebSocketSlowClient drop",
             "WebSocketPingInterval off", "WebSocketMessageRate off", plugin="@plugin:misbehave@"),
    location("/ws/rooms", "WebSocketSendQueue 65536", "WebSocketCloseTimeout 5s",
             "WebSocketMessageRate off",
             plugin="@plugin:misbehave@"),
))


@pytest.fixture(scope="module")
def server(session_httpd):
    return session_httpd(SITE)


def elapsed(begin, least, most=5):
    passed = time.monotonic() - begin
    assert least <= passed <= limit(most), f"{passed:.2f} s, awaited {least} to {most}"


def test_ping_when_quiet(case):
    peer = case.connect("/ws/ping")
    for _ in range(3):
        begin = time.monotonic()
        ping = peer.read_frame()
        assert ping.opcode == PING and len(ping.payload) <= 125
        elapsed(begin, 0.2, 1.5)
        peer.frame(PONG, ping.payload)
    peer.echo("still open")


def test_no_ping_while_messages_come(case):
    peer = case.connect("/ws/ping")
    end = time.monotonic() + 1
    while time.monotonic() < end:
        peer.text("x")
        assert peer.read_frame().opcode == TEXT


def test_any_input_answers_a_ping(case):
    peer = case.connect("/ws/ping")
    for _ in range(3):
        assert peer.read_frame().opcode == PING
        peer.text("not a pong")
        assert peer.read_frame().payload == b"not a pong"


def test_R31_no_pong(case):
    peer = case.connect("/ws/ping")
    begin = time.monotonic()
    peer.expect_drop()
    elapsed(begin, 0.5)
    end = case.end()
    assert end.code == 1006 and "ping" in end.cause


def test_late_pong(case):
    peer = case.connect("/ws/patient")
    ping = peer.read_frame()
    assert ping.opcode == PING
    with pytest.raises(AssertionError, match="nothing came"):
        peer.read_frame(0.5)  # no second ping while the first is unanswered
    peer.frame(PONG, ping.payload)
    assert peer.read_frame().opcode == PING


def test_pings_off(case):
    peer = case.connect("/ws/quiet")
    with pytest.raises(AssertionError, match="nothing came"):
        peer.read_frame(0.7)
    peer.echo()


def test_frame_timeout(case):
    peer = case.connect("/ws/frame")
    peer.echo("first")
    begin = time.monotonic()
    peer.send(text("half")[:6])
    peer.expect_close(1008)
    elapsed(begin, 0.25)
    assert "frame" in case.ends(1)[0].cause


def test_frame_timeout_does_not_count_pauses_between_frames(case):
    peer = case.connect("/ws/frame")
    peer.frame(TEXT, "one ", fin=False)
    with pytest.raises(AssertionError, match="nothing came"):
        peer.read_frame(0.6)
    peer.frame(0, "two")
    assert peer.read_message() == "one two"


def test_message_timeout(case):
    peer = case.connect("/ws/message")
    peer.echo("first")
    begin = time.monotonic()
    peer.frame(TEXT, "never whole", fin=False)
    peer.expect_close(1008)
    elapsed(begin, 0.25)
    assert "message" in case.ends(1)[0].cause


def test_close_timeout(case):
    """The plugin closes; the peer neither answers nor ends the connection."""
    peer = case.connect("/ws/close")
    begin = time.monotonic()
    peer.text("close 4000")
    peer.expect_close(4000)
    peer.expect_end()
    elapsed(begin, 0.2)
    assert case.end().code == 1006


def test_close_answered_in_time(case):
    peer = case.connect("/ws/close")
    begin = time.monotonic()
    peer.text("close 4000")
    found = peer.expect_failure(4000)
    assert found.close_reason == "as you wish"
    elapsed(begin, 0, 0.25)
    assert case.end().code == 4000


def test_slow_client_is_closed(case):
    """The plugin sends more than the queue takes, and the client does not read."""
    peer = case.open(receive_buffer=65536)
    peer.upgrade("/ws/slow")
    peer.text("push 100000 1000")
    end = case.end()
    assert end.code in (1006, 1013)
    assert end.messages_out < 100000


def test_slow_client_that_reads_after_all_sees_1013(case):
    peer = case.open(receive_buffer=65536)
    peer.upgrade("/ws/rooms")
    peer.text("path")
    assert peer.read_message() == "/ws/rooms"  # the loop has it
    peer.text("push 100000 1000")
    case.bystanders.check()  # answered when the loop has pushed them all
    received = 0
    while True:
        found = peer.read_frame()
        if found.opcode == frames.CLOSE:
            break
        received += 1
        assert found.payload.startswith(f"#{received - 1}.".encode())
    assert found.close_code == 1013
    peer.send(frames.close(1013))
    assert case.end().code == 1013


def test_slow_client_drop(case):
    """Messages are left out, the session stays."""
    slow = case.open(receive_buffer=65536)
    slow.upgrade("/ws/slow-drop")
    slow.text("sub room")
    assert slow.read_message() == "sub ok"
    sender = case.connect("/ws/slow-drop")
    payload = "x" * 2000
    for number in range(4000):
        sender.text(f"pubx room {number} {payload}")
        assert sender.read_message() == "pubx ok"
    sender.text("pubx room last")
    assert sender.read_message() == "pubx ok"
    received, last = 0, -1
    for _ in range(2):  # what was published last may still be on its way
        slow.text("path")
        while (message := slow.read_message()) != "/ws/slow-drop":
            if message != "last":
                number = int(message.split()[0])
                assert number > last
                received, last = received + 1, number
    assert 0 < received < 4000


def test_one_slow_client_does_not_delay_the_others(case):
    slow = case.open(receive_buffer=65536)
    slow.upgrade("/ws/rooms")
    slow.text("sub crowd")
    assert slow.read_message() == "sub ok"
    quick = case.connect("/ws/rooms")
    quick.text("sub crowd")
    assert quick.read_message() == "sub ok"
    payload = "y" * 5000
    for number in range(2000):
        quick.text(f"pub crowd {number} {payload}")
        assert {quick.read_message()[:6], quick.read_message()[:6]} >= {"pub ok"}
    assert {parse_end(line).code for line in case.lines(ENDED)} <= {1006, 1013}


def test_idle_connection_owns_no_buffers(case):
    """200 idle connections, some after a large message: some kB each, TLS included."""
    if build.SANITIZE:
        pytest.skip("a sanitizer's allocator is larger")
    warm = [case.connect("/ws/quiet") for _ in range(20)]
    for peer in warm:
        peer.echo("x" * 100000)
    before = case.server.memory()
    peers = [case.connect("/ws/quiet") for _ in range(200)]
    for peer in peers:
        peer.echo("x" * 20000)
        peer.send(frame(TEXT, ""))
        assert peer.read_message() == ""
    each = (case.server.memory() - before) / 200
    assert each < (25000 if case.scheme == "wss" else 3000), f"{each:.0f} bytes each"
