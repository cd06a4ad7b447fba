"""BAD_INPUT D5-D14: compressed messages that are wrong, or larger than they look."""

import os
import re
import zlib
from pathlib import Path

import pytest

from harness import build, channels, deflate, publisher
from harness.config import location
from harness.deflate import RSV1, TAIL, Talk, deflated
from harness.frames import BINARY, CONTINUATION, PING, TEXT, frame
from harness.peer import handshake

MEGABYTE = 1 << 20
ALICE = ("Authorization", "Basic YWxpY2U6c2VjcmV0")
LOGIN = ("AuthType Basic", 'AuthName "x"', "AuthUserFile @ROOT@/conf/users")
MANY = 10_000


@pytest.fixture(scope="module")
def server(start_module_httpd):
    return start_module_httpd("".join((
        location("/ws/echo"),
        location("/ws/z", "WebSocketCompression on"),
        location("/ws/large", "WebSocketCompression on", "WebSocketMaxMessageSize 4M",
                 "WebSocketMessageRate off"),
        location("/ws/both", "WebSocketCompression on takeover=both"),
        location("/ws/small-window", "WebSocketCompression on client-window=9"),
        location("/ws/guest", "WebSocketCompression on", "WebSocketMaxMessageSize 4096"),
        location("/ws/user", "WebSocketCompression on", "WebSocketMaxMessageSize 4096", *LOGIN,
                 "Require valid-user"),
        location("/ws/idle", "WebSocketCompression on", "WebSocketPingInterval off"),
        location("/ws/idle-both", "WebSocketCompression on takeover=both",
                 "WebSocketPingInterval 2s", "WebSocketPongTimeout 10min"),
        channels.location(),
        channels.location("/ws/z/channels", "WebSocketCompression on"),
        publisher.location(),
    )), main="WebSocketHandshakeRate off\n")


def connect(case, path="/ws/z", **fields):
    return case.connect(path, extra=[*deflate.OFFER, *fields.pop("extra", ())], **fields)


def zeros(count):
    """So many, as one compressed message. Its parts are the same: they are made once."""
    stream = deflate.deflater(level=9)
    part = stream.compress(bytes(16 * MEGABYTE)) + stream.flush(zlib.Z_FULL_FLUSH)
    whole, rest = divmod(count, 16 * MEGABYTE)
    return (part * whole + deflate.deflater(level=9).compress(b"")
            + deflated(bytes(rest), level=9) + TAIL).removesuffix(TAIL)


def is_unharmed(case, path="/ws/z"):
    """What was wrong in one connection is no matter in the next."""
    one = Talk(connect(case, path))
    one.say("all is well, all is well, all is well" * 10)
    assert one.hear()[:2] == ("all is well, all is well, all is well" * 10, True)
    one.peer.close()


class Peak:
    """How much the children's memory was at most since this was made."""

    def __init__(self, server):
        self.children = server.children()
        for pid in self.children:
            Path(f"/proc/{pid}/clear_refs").write_text("5")
        self.before = self._read("VmRSS")

    def _read(self, name):
        return sum(int(re.search(rf"^{name}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(),
                                 re.MULTILINE)[1]) * 1024 for pid in self.children)

    def growth(self):
        return self._read("VmHWM") - self.before


@pytest.mark.parametrize("bad", (b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"ok \xf4\x90\x80\x80",
                                 b"ends inside \xe2\x82"), ids=repr)
def test_D5_invalid_text_in_a_compressed_message(case, bad):
    peer = connect(case)
    peer.frame(TEXT, deflated(bad), rsv=RSV1)
    peer.expect_failure(1007)
    is_unharmed(case)


def test_D5_invalid_text_in_an_unfinished_compressed_message(case):
    peer = connect(case)
    stream = deflate.deflater()
    begun = stream.compress(b"good, then \xff bad, then") + stream.flush(zlib.Z_SYNC_FLUSH)
    peer.frame(TEXT, begun, fin=False, rsv=RSV1)
    peer.expect_failure(1007)


def test_D6_bomb(case):
    """A gigabyte in a megabyte: inflated to the limit and not beyond."""
    bomb = zeros(1 << 30)
    assert len(bomb) < 1.1 * MEGABYTE
    peer = connect(case, "/ws/large")
    one = Talk(peer)
    one.say("warm" * MEGABYTE)
    assert one.hear()[0] == "warm" * MEGABYTE
    peak = Peak(case.server)
    peer.pump(frame(BINARY, bomb, rsv=RSV1))
    peer.expect_failure(1009)
    assert build.SANITIZE or peak.growth() < 16 * MEGABYTE
    is_unharmed(case)


@pytest.mark.parametrize("size, is_taken", ((4 * MEGABYTE, True), (4 * MEGABYTE + 1, False)))
def test_D6_the_limit_is_of_what_comes_out(case, size, is_taken):
    peer = connect(case, "/ws/large")
    peer.frame(BINARY, zeros(size), rsv=RSV1)
    if is_taken:
        assert len(deflate.inflated(peer.read_frame().payload)) == size
        peer.close()
    else:
        peer.expect_failure(1009)


def test_D7_bomb_over_many_fragments(case):
    bomb = zeros(64 * MEGABYTE)
    peer = connect(case, "/ws/large")
    pieces = [bomb[at:at + 100] for at in range(0, len(bomb), 100)]
    peer.pump(frame(BINARY, pieces[0], fin=False, rsv=RSV1)
              + b"".join(frame(CONTINUATION, piece, fin=False) for piece in pieces[1:]))
    peer.expect_close(1009)


def test_D7_many_bombs_below_the_limit(case):
    """Others are served between them: the bystanders' echoes are timed."""
    peer = connect(case, "/ws/large")
    bomb = frame(BINARY, zeros(4 * MEGABYTE - 1), rsv=RSV1)
    for _ in range(4):
        peer.pump(bomb * 25)
        for _ in range(25):
            while len(peer.read_frame(30).payload) < 1000:
                pass
    peer.close()


@pytest.mark.parametrize("wrong", (
    b"\x07", b"\x06\x00\x00", b"\x01\x05\x00\x05\x00hello", b"\x4b\x4c\x44\x00\x00\xff",
    deflated("x" * 100)[:-3] + b"\xff" * 9, b"\xff" * 100, b"\x05" + b"\xff" * 40,
    b"\x63\x00\x03",  # refers to before its beginning
), ids=repr)
@pytest.mark.parametrize("path", ("/ws/z", "/ws/both"))
def test_D8_corrupt_data(case, path, wrong):
    peer = connect(case, path)
    peer.frame(BINARY, wrong, rsv=RSV1)
    peer.expect_failure(1007)
    is_unharmed(case, path)


def test_D8_corrupt_data_behind_good_data(case):
    """In fragments, too: what was inflated of the message is forgotten with it."""
    peer = connect(case)
    peer.frame(TEXT, deflated("good, good, good"), fin=False, rsv=RSV1)
    peer.frame(CONTINUATION, TAIL + b"\x07")
    peer.expect_failure(1007)
    is_unharmed(case)


def test_D9_reference_beyond_the_agreed_window(case):
    peer = connect(case, "/ws/small-window")
    assert "client_max_window_bits=9" in peer.response.get("sec-websocket-extensions")
    text = os.urandom(100).hex()
    near, far = text * 2, text + "x" * 10 + os.urandom(200).hex() + text
    peer.frame(TEXT, deflated(near, bits=15), rsv=RSV1)
    assert deflate.inflated(peer.read_frame().payload).decode() == near
    peer.frame(TEXT, deflated(far, bits=15), rsv=RSV1)
    peer.expect_failure(1007)
    is_unharmed(case, "/ws/small-window")


@pytest.mark.parametrize("payload, message", (
    (b"\xf3\x48\xcd\xc9\xc9\x07\x00\x00", "Hello"),     # RFC 7692, section 7.2.3.4
    (b"\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00", "Hello"),  # two blocks, 7.2.3.5
    (b"\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00", "Hello"),  # without compression, 7.2.3.3
    (b"\xf3\x48\xcd\xc9\xc9\x07\x00" + b"\xf2\x48\xcd\xc9\xc9\x07\x00", "HelloHello"),
    (b"\x00", ""),
    (b"\x02\x00", ""),
    (b"", ""),
), ids=repr)
def test_D10_final_blocks_and_nothing(case, payload, message):
    peer = connect(case)
    peer.frame(TEXT, payload, rsv=RSV1)
    assert peer.read_message() == message
    is_unharmed(case)


def test_D10_data_in_pieces_and_empty_fragments(case):
    peer = connect(case)
    payload = deflated("one byte a frame, and between them frames without any")
    peer.frame(TEXT, b"", fin=False, rsv=RSV1)
    for at in range(len(payload)):
        peer.send(frame(CONTINUATION, payload[at:at + 1], fin=False),
                  frame(CONTINUATION, b"", fin=False))
    peer.frame(PING, "alive")
    assert peer.read_frame().payload == b"alive"
    peer.frame(CONTINUATION, b"")
    assert peer.read_message() == "one byte a frame, and between them frames without any"


def test_D11_context_used_that_is_not_kept(case):
    stream = deflate.deflater()
    text = os.urandom(200).hex()
    peer = connect(case)
    assert "client_no_context_takeover" in peer.response.get("sec-websocket-extensions")
    peer.frame(TEXT, deflated(text, stream), rsv=RSV1)
    assert deflate.inflated(peer.read_frame().payload).decode() == text
    peer.frame(TEXT, deflated(text, stream), rsv=RSV1)
    peer.expect_failure(1007)
    is_unharmed(case)


def test_D12_ten_thousand_idle_compressed_connections(case):
    """Each has sent and got a compressed message: nothing of zlib is left of it."""
    count = MANY if case.scheme == "ws" else 500
    context = case.server.client_context() if case.scheme == "wss" else None
    text = "some words that are the same for all of them, " * 10

    def come():
        if context:  # each keeps its worker from the TLS handshake on
            group = [case.open(context=context).upgrade("/ws/idle", extra=deflate.OFFER)
                     for _ in range(100)]
        else:
            group = [case.open() for _ in range(100)]
            for peer in group:
                peer.send(handshake("/ws/idle", extra=deflate.OFFER))
            for peer in group:
                peer.response = peer.read_response()
                peer.check_accepted()
        talks = [Talk(peer) for peer in group]
        for one in talks:
            one.say(text)
        for one in talks:
            assert one.hear()[:2] == (text, True)
    come()
    before = case.server.memory()
    for _ in range(count // 100):
        come()
    each = (case.server.memory() - before) / count
    assert build.SANITIZE or each < (1500 if case.scheme == "ws" else 40_000), f"{each:.0f} bytes"


def test_D12_contexts_of_idle_connections_are_released(case):
    """With takeover both ways zlib has 300 kB for each that talks, of which a short message touches
    80 kB. Six groups talk one after the other and stay: there is room for one of them."""
    count, tls = (100, 0) if case.scheme == "ws" else (50, 40_000)
    before = case.server.memory()
    for group in range(6):
        peers = [connect(case, "/ws/idle-both") for _ in range(count)]
        for peer in peers:
            one = Talk(peer)
            text = os.urandom(100).hex() * 2
            one.say(text)
            assert one.hear()[:2] == (text, True)
        for peer in peers:  # contexts are released with the ping
            assert peer.read_frame(30).opcode == PING
    case.check_growth(before, count * (330_000 + 6 * tls))


def test_D13_compression_is_off_unless_a_directive_turns_it_on(case):
    assert connect(case, "/ws/echo").response.get("sec-websocket-extensions") is None


def test_D13_a_guess_beside_a_secret_is_not_shown_by_the_size(case):
    """Published with compress=no: the size on the wire is the same for a right and a wrong guess;
    without, it tells."""
    peer = connect(case, "/ws/z/channels")
    peer.text("subscribe room")
    assert peer.read_message().startswith("subscribed")
    publish = publisher.Publisher(case.server, scheme=case.scheme).publish

    def size(guess, query):
        publish(f"room{query}", "x" * 200 + f" secret=4711-0815-4242 you said {guess}")
        return len(peer.read_frame().payload)
    right, wrong = "secret=4711-0815-4242", "secret=9876-5432-1098"
    assert size(right, "?compress=no") == size(wrong, "?compress=no") > 200
    assert size(right, "") < size(wrong, "") < 200


@pytest.mark.parametrize("path, extra", (("/ws/guest", ()), ("/ws/user", (ALICE,))))
@pytest.mark.parametrize("size, is_taken", ((4096, True), (4097, False), (64 * MEGABYTE, False)))
def test_D14_limits_are_the_same_before_anybody_has_signed_in(case, path, extra, size, is_taken):
    peer = connect(case, path, extra=extra)
    peer.frame(BINARY, zeros(size), rsv=RSV1)
    if is_taken:
        assert len(deflate.inflated(peer.read_frame().payload)) == size
        peer.close()
    else:
        peer.expect_failure(1009)


def test_D14_nothing_is_agreed_on_with_whoever_is_refused(case):
    response = case.refused(401, "/ws/user", extra=deflate.OFFER)
    assert response.get("sec-websocket-extensions") is None
