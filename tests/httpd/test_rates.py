"""WebSocketMessageRate, WebSocketControlRate, WebSocketByteRate: at the limit and one beyond."""

import time

import pytest

from harness.config import location
from harness.frames import BINARY, PING, PONG, frame, text

BURST = 20
KIB = 1024

SITE = "".join((
    location("/ws/echo"),
    location("/ws/messages", f"WebSocketMessageRate 1 burst={BURST}"),
    location("/ws/messages/off", "WebSocketMessageRate off"),
    location("/ws/messages/quick", "WebSocketMessageRate 1000 burst=1"),
    location("/ws/controls", f"WebSocketControlRate 1 burst={BURST}"),
    location("/ws/controls/off", "WebSocketControlRate off"),
    location("/ws/pinged", "WebSocketControlRate 1 burst=1", "WebSocketPingInterval 100ms"),
    location("/ws/bytes", "WebSocketByteRate 256K burst=128K"),
    location("/ws/bytes/close", "WebSocketByteRate 1K burst=64K over=close"),
    location("/ws/patient", "WebSocketByteRate 64K", "WebSocketFrameTimeout 1s",
             "WebSocketMessageTimeout 1s", "WebSocketPingInterval 500ms",
             "WebSocketPongTimeout 500ms"),
))


@pytest.fixture(scope="module")
def server(session_httpd):
    return session_httpd(SITE)


def read_all(peer, count, payload):
    for _ in range(count):
        assert peer.read_message() == payload


def test_as_many_messages_as_allowed(case):
    peer = case.connect("/ws/messages")
    peer.send(text("x") * BURST)
    read_all(peer, BURST, "x")
    peer.close()


def test_one_message_too_many(case):
    """Those before it are handled, it is not."""
    peer = case.connect("/ws/messages")
    peer.send(text("x") * (BURST + 1))
    read_all(peer, BURST, "x")
    peer.expect_failure(1008)
    end = case.end()
    assert (end.code, end.cause) == (1008, "too many messages")
    assert (end.messages_in, end.messages_out) == (BURST + 1, BURST)


def test_messages_at_their_rate(case):
    """One after the other, as fast as they are allowed, and never more than one at once."""
    peer = case.connect("/ws/messages/quick")
    for _ in range(50):
        peer.echo()
        time.sleep(0.005)
    peer.close()


def test_messages_without_limit(case):
    peer = case.connect("/ws/messages/off")
    assert peer.pump(text("x") * 20_000, 30)
    read_all(peer, 20_000, "x")
    peer.close()


@pytest.mark.parametrize("message, cause", ((text("x"), "too many messages"),
                                            (frame(PING), "too many pings and pongs"),
                                            (frame(PONG), "too many pings and pongs")))
def test_defaults(case, message, cause):
    """A burst is fine for everybody, a flood for nobody."""
    peer = case.connect("/ws/echo")
    peer.send(message * 200)
    peer.send(text("between"))
    while peer.read_frame().payload != b"between":
        pass
    peer.pump(message * 50_000, 30)
    peer.expect_close(1008)
    peer.abandon()
    assert case.end().cause == cause


def test_as_many_pings_and_pongs_as_allowed(case):
    peer = case.connect("/ws/controls")
    peer.send((frame(PING, "a") + frame(PONG, "b")) * (BURST // 2))
    for _ in range(BURST // 2):
        found = peer.read_frame()
        assert (found.opcode, found.payload) == (PONG, b"a")
    peer.echo("messages are not counted")
    peer.close()


@pytest.mark.parametrize("last", (PING, PONG))
def test_one_ping_or_pong_too_many(case, last):
    peer = case.connect("/ws/controls")
    peer.send(frame(PING) * (BURST // 2) + frame(PONG) * (BURST // 2) + frame(last))
    for _ in range(BURST // 2):
        assert peer.read_frame().opcode == PONG
    peer.expect_failure(1008)
    assert case.end().cause == "too many pings and pongs"


def test_pings_without_limit(case):
    peer = case.connect("/ws/controls/off")
    assert peer.pump(frame(PING) * 10_000 + text("last"), 30)
    while peer.read_frame().payload != b"last":
        pass
    peer.close()


def test_answers_to_the_servers_pings_do_not_count(case):
    peer = case.connect("/ws/pinged")
    for _ in range(10):
        found = peer.read_frame()
        assert found.opcode == PING
        peer.frame(PONG, found.payload)
    peer.close()


def test_bytes_beyond_the_rate_wait(case):
    """They come late and in order. One read of 256 KiB may come beyond the burst."""
    peer = case.connect("/ws/bytes")
    begin = time.monotonic()
    count = 64
    messages = [bytes([number]) * (16 * KIB) for number in range(count)]
    assert peer.pump(b"".join(frame(BINARY, message) for message in messages), 30)
    for message in messages:
        assert peer.read_message() == message
    assert time.monotonic() - begin >= (count * 16 - 128 - 256) / 256 - 0.1
    peer.close()


def test_who_has_to_wait_is_not_timed_out(case):
    """A message that takes three times as long as the timeouts, because of the rate."""
    peer = case.connect("/ws/patient")
    message = b"x" * (512 * KIB)
    assert peer.pump(frame(BINARY, message), 30)
    assert peer.read_message() == message
    peer.close()


def test_as_many_bytes_as_allowed(case):
    peer = case.connect("/ws/bytes/close")
    message = b"x" * (64 * KIB - 8)
    peer.send(frame(BINARY, message))
    assert peer.read_message() == message
    case.bystanders.check()
    peer.abandon()
    assert case.end().code == 1006


def test_too_many_bytes(case):
    peer = case.connect("/ws/bytes/close")
    peer.pump(frame(BINARY, b"x" * (128 * KIB)))
    peer.expect_failure(1008)
    assert case.end().cause == "too many bytes"
