"""BAD_INPUT B13-B17, B20-B23: masses of fragments, pings, pongs; and frames that never end."""

import time

import pytest

from harness import frames
from harness.frames import BINARY, CONTINUATION, PING, PONG, TEXT, frame, text
from harness.waiting import limit, wait_until

MEGABYTE = 1 << 20


@pytest.mark.parametrize("size", (0, 1, 100))
def test_B13_too_many_fragments(case, size):
    peer = case.connect("/ws/limits")
    peer.send(frame(TEXT, b"x" * size, fin=False), frame(CONTINUATION, b"x" * size, fin=False) * 7)
    peer.frame(PING, "still fine")
    assert peer.read_frame().payload == b"still fine"
    peer.frame(CONTINUATION, b"x" * size, fin=False)
    peer.expect_failure(1008)


def test_B13_as_many_fragments_as_allowed(case):
    peer = case.connect("/ws/limits")
    for _ in range(3):
        peer.send(frame(TEXT, b"x", fin=False), frame(CONTINUATION, b"x", fin=False) * 6,
                  frame(CONTINUATION, b"x"))
        assert peer.read_message() == "x" * 8
    peer.close()


def test_B13_fragments_beyond_the_size(case):
    peer = case.connect("/ws/limits")
    peer.send(frame(BINARY, b"x" * 1000, fin=False),
              frame(CONTINUATION, b"x" * 1000, fin=False) * 3,
              frame(CONTINUATION, b"x" * 97, fin=False))
    peer.expect_failure(1009)


def test_B13_fragments_for_ever(case):
    peer = case.connect()
    peer.send(frame(BINARY, b"", fin=False))
    peer.pump(frame(CONTINUATION, b"x", fin=False) * 100000)
    peer.expect_close(1008)


def test_B14_message_of_one_byte_fragments(case):
    """64 KiB in as many fragments: memory is that of the message, not of its fragments."""
    peer = case.connect("/ws/fragments")
    peer.echo("warm " * 10000)
    before = case.server.memory()
    peer.send(frame(TEXT, b"x", fin=False), frame(CONTINUATION, b"x", fin=False) * 65534)
    peer.frame(PING, "all handled")
    assert peer.read_frame().payload == b"all handled"
    case.check_growth(before, MEGABYTE)
    peer.frame(CONTINUATION, b"x")
    assert peer.read_message() == "x" * 65536


def test_B15_a_million_empty_continuations(case):
    peer = case.connect()
    peer.send(frame(TEXT, b"", fin=False))
    peer.pump(frame(CONTINUATION, b"", fin=False) * 1000000, 30)
    peer.expect_close(1008)


@pytest.mark.parametrize("begun", (
    b"\x81", b"\x81\x85", b"\x81\x85\x37\xfa", frame(TEXT, b"hel", length=5),
    frame(TEXT, b"", length=126)[:3], frame(BINARY, b"x" * 1000, length=60000), b"\x89\x84",
), ids=repr)
def test_B16_frame_that_never_ends(case, begun):
    peer = case.connect("/ws/fast")
    peer.send(begun)
    peer.expect_close(1008)
    peer.expect_end()
    assert case.end().code == 1008


def test_B16_frame_that_trickles(case):
    """One byte now and then does not reset the clock of a frame."""
    peer = case.connect("/ws/fast")
    begin, closed = time.monotonic(), None
    peer.send(frame(BINARY, b"", length=60000))
    peer.socket.settimeout(0.05)
    while closed is None:
        assert time.monotonic() - begin < limit(10)
        peer.send(b"x")
        try:
            closed = peer.read_frame(0.05)
        except AssertionError:
            assert peer.end is None
    assert closed.close_code == 1008
    assert time.monotonic() - begin >= 0.25


def test_B17_message_that_never_ends(case):
    """Fragment after fragment, each whole, pings answered in between."""
    peer = case.connect("/ws/fast")
    begin = time.monotonic()
    peer.frame(TEXT, b"x", fin=False)
    for number in range(4000):
        peer.frame(CONTINUATION, b"x", fin=False)
        peer.frame(PING, str(number))
        found = peer.read_frame()
        if found.opcode == frames.CLOSE:
            assert found.close_code == 1008
            break
        assert found.payload == str(number).encode()
        wait_until(lambda until=time.monotonic() + 0.01: time.monotonic() > until, "10 ms")
    else:
        raise AssertionError("no Close came")
    assert 0.5 <= time.monotonic() - begin < limit(5)


def test_B20_ping_flood(case):
    """More than a client ever needs: the end, and no memory."""
    peer = case.connect()
    peer.echo("warm")
    before = case.server.memory()
    peer.pump(b"".join(frame(PING, f"{number:06}") for number in range(100000)), 30)
    while (found := peer.read_frame()).opcode != frames.CLOSE:
        assert found.opcode == PONG
    assert found.close_code == 1008
    case.check_growth(before, MEGABYTE)
    peer.abandon()
    assert case.end().cause == "too many pings and pongs"


def test_B20_ping_flood_that_is_allowed(case):
    """Answered, with the most recent ping's payload at last."""
    peer = case.connect("/ws/unlimited")
    peer.pump(b"".join(frame(PING, f"{number:06}") for number in range(100000)), 30)
    answers = []
    while not answers or answers[-1].payload != b"099999":
        answers.append(peer.read_frame())
        assert answers[-1].opcode == PONG
    assert len(answers) <= 100000
    assert answers == sorted(answers, key=lambda found: found.payload)
    peer.echo("and on")


def test_B21_ping_flood_that_never_reads(case):
    """One pending pong and no more memory; the peer gets the last one when it reads."""
    peer = case.open(receive_buffer=4096)
    peer.upgrade("/ws/queue")
    before = case.server.memory()
    flood = b"".join(frame(PING, f"{number:06}" + "x" * 110) for number in range(100000))
    sent = peer.stuff(flood, 20)
    case.bystanders.check()
    case.check_growth(before, MEGABYTE)
    if sent < len(flood):
        return  # the server stopped reading, or ended the connection
    last = None
    while last is None or last.payload[:6] != b"099999":
        last = peer.read_frame()
        assert last.opcode == PONG


def test_B21_message_flood_that_never_reads(case):
    """Reading pauses as soon as the send queue is over its limit."""
    peer = case.open(receive_buffer=4096)
    peer.upgrade("/ws/queue")
    before = case.server.memory()
    sent = peer.stuff(text("x" * 1000) * 60000, 20)
    assert sent < 60000 * 1000, "the server took all of it"
    case.bystanders.check()
    case.check_growth(before, MEGABYTE)
    assert peer.end is None


@pytest.mark.parametrize("size", (1000, 300000, 700000, MEGABYTE))
def test_B21_client_that_floods_and_reads_is_not_slow(case, size):
    """Each echo waits for a moment only: nobody is too slow, whatever the sizes."""
    peer = case.connect("/ws/unlimited")
    count = 30 * MEGABYTE // size
    assert peer.pump(frame(BINARY, b"x" * size, mask=b"\0\0\0\0") * count, 30)
    for _ in range(count):
        assert len(peer.read_message()) == size
    peer.close()


@pytest.mark.parametrize("payload", (b"", b"x" * 100, b"y" * 125), ids=len)
def test_B22_unsolicited_pongs(case, payload):
    """Some are ignored, a flood is the end."""
    peer = case.connect()
    peer.send(frame(PONG, payload) * 100)
    peer.echo("and on")
    before = case.server.memory()
    peer.pump(frame(PONG, payload) * 100000, 30)
    peer.expect_close(1008)
    case.check_growth(before, MEGABYTE)
    peer.abandon()
    assert case.end().cause == "too many pings and pongs"


def test_B22_unsolicited_pongs_that_are_allowed(case):
    """Each is forgotten."""
    peer = case.connect("/ws/unlimited")
    peer.echo("warm")
    before = case.server.memory()
    peer.pump(frame(PONG, b"x" * 100) * 100000, 30)
    peer.echo("and on")
    case.check_growth(before, MEGABYTE)


def test_B23_empty_message_flood(case):
    """A burst is handled, then comes the end."""
    peer = case.connect()
    peer.pump(text("") * 100000, 60)
    count = 0
    while (found := peer.read_frame()).opcode != frames.CLOSE:
        assert found.payload == b""
        count += 1
    assert found.close_code == 1008
    assert 2000 <= count < 100000
    peer.abandon()
    assert case.end().cause == "too many messages"


def test_B23_empty_message_flood_that_is_allowed(case):
    peer = case.connect("/ws/unlimited")
    peer.pump(text("") * 100000, 60)
    peer.send(text("last"))
    count = 0
    while not (message := peer.read_message()):
        count += 1
    assert (message, count) == ("last", 100000)


def test_B23_R46_a_flood_does_not_delay_others(case):
    """A budget per wake-up: while one floods, the bystanders are served in between."""
    peer = case.connect("/ws/unlimited")
    flood = text("x" * 10) * 200000
    peer.socket.setblocking(False)
    at = 0
    end = time.monotonic() + limit(1.5)
    while at < len(flood) and time.monotonic() < end:
        try:
            at += peer.socket.send(flood[at:at + 65536])
        except OSError:
            pass
        try:
            peer.socket.recv(1 << 18)
        except OSError:
            pass
    case.bystanders.check_delay()
