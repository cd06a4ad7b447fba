"""BAD_INPUT B1-B12, B18, B19, B24-B30: frames that break RFC 6455 section 5, and odd good ones."""

import itertools
import re
import zlib

import pytest

from harness import frames
from harness.frames import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, frame, text

ALL_OPCODES = (CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG)
RESERVED = (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)
ALL_BYTES = bytes(range(256))
BEGUN = frame(TEXT, "part", fin=False)

# name -> (bytes, code): each ends the connection at once, with this code.
VIOLATIONS = {
    **{f"B1_unmasked_{opcode}": (frame(opcode, b"hello", mask=None), 1002)
       for opcode in ALL_OPCODES},
    **{f"B1_unmasked_header_alone_{opcode}": (bytes([0x80 | opcode, 5]), 1002)
       for opcode in ALL_OPCODES},
    "B1_unmasked_empty": (frame(TEXT, b"", mask=None), 1002),
    **{f"B2_rsv{rsv}_on_{opcode}": (frame(opcode, b"x", rsv=rsv), 1002)
       for rsv in range(1, 8) for opcode in (TEXT, BINARY, PING, PONG)},
    "B2_rsv1_on_close": (frame(CLOSE, b"\x03\xe8", rsv=4), 1002),
    "B2_rsv1_on_continuation": (BEGUN + frame(CONTINUATION, b"x", rsv=4), 1002),
    **{f"B3_reserved_opcode_{opcode}": (frame(opcode, b"x"), 1002) for opcode in RESERVED},
    **{f"B3_reserved_opcode_{opcode}_of_2_62":
       (frame(opcode, b"", length=1 << 62, form=64), 1002) for opcode in (3, 11, 15)},
    "B3_reserved_opcode_first_byte_and_length": (b"\x83\xff", 1002),
    "B4_length_top_bit": (frame(BINARY, b"", length=1 << 63, form=64), 1002),
    "B4_length_all_bits": (frame(BINARY, b"", length=(1 << 64) - 1, form=64), 1002),
    **{f"B5_length_{length:x}": (frame(BINARY, b"", length=length, form=64), 1009)
       for length in ((1 << 63) - 1, 1 << 32, 1 << 31, (1 << 63) - 14, (1 << 32) - 1, 1 << 62,
                      (1 << 20) + 1)},
    "B5_length_overflows_with_earlier_fragment":
        (frame(BINARY, b"x" * 100, fin=False)
         + frame(CONTINUATION, b"", length=(1 << 63) - 1, form=64), 1009),
    **{f"B7_16_bits_for_{length}": (frame(TEXT, b"x" * length, form=16), 1002)
       for length in (0, 1, 125)},
    **{f"B7_64_bits_for_{length}": (frame(TEXT, b"x" * length, form=64), 1002)
       for length in (0, 125, 126, 65535)},
    **{f"B8_control_{opcode}_of_{length}": (frame(opcode, b"x" * length), 1002)
       for opcode in (CLOSE, PING, PONG) for length in (126, 65536)},
    "B8_control_of_16_bits_minimal": (frame(PING, b"x" * 5, form=16), 1002),
    **{f"B9_fragmented_control_{opcode}": (frame(opcode, b"", fin=False), 1002)
       for opcode in (CLOSE, PING, PONG)},
    "B10_continuation_first": (frame(CONTINUATION, b"x"), 1002),
    "B10_continuation_first_unfinished": (frame(CONTINUATION, b"x", fin=False), 1002),
    "B10_continuation_after_a_whole_message":
        (text("whole") + frame(CONTINUATION, b"x"), 1002),
    "B10_text_inside": (BEGUN + frame(TEXT, b"x"), 1002),
    "B10_binary_inside": (BEGUN + frame(BINARY, b"x"), 1002),
    "B26_rsv1_on_second_frame": (BEGUN + frame(CONTINUATION, b"x", rsv=4), 1002),
    "B26_rsv1_on_first_of_three": (frame(TEXT, b"a", fin=False, rsv=4), 1002),
    "B30_http": (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", 1002),
    "B30_post": (b"POST / HTTP/1.1\r\n\r\n", 1002),
    "B30_ssh": (b"SSH-2.0-OpenSSH_9.2\r\n", 1002),
    "B30_smtp": (b"EHLO example.org\r\n", 1002),
    "B30_tls": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"x" * 500, 1002),
    "B30_zeros": (b"\0" * 100, 1002),
    "B30_ones": (b"\xff" * 100, 1002),
    "B30_every_byte": (ALL_BYTES, 1002),
}


@pytest.mark.parametrize("name", VIOLATIONS)
def test_B1_B2_B3_B4_B5_B7_B8_B9_B10_B26_B30(case, name):
    data, code = VIOLATIONS[name]
    peer = case.connect()
    peer.send(data)
    peer.expect_failure(code)
    assert case.end().code == code


@pytest.mark.parametrize("name", VIOLATIONS)
def test_B18_violations_byte_by_byte_after_a_message(case, name):
    """The same verdict when the bytes trickle in, and only after what came before was handled."""
    data, code = VIOLATIONS[name]
    if len(data) > 600:
        data = data[:600]  # the verdict falls on the header
    peer = case.connect()
    peer.send(text("first"))
    peer.send_slowly(data)
    assert peer.read_message() == "first"
    peer.expect_failure(code)
    assert case.end().code == code


DEFLATED = {"path": "/ws/deflated", "replace": {"Sec-WebSocket-Extensions": "permessage-deflate"}}
_STREAM = zlib.compressobj(wbits=-15)
COMPRESSED = (_STREAM.compress(b"compressed" * 20) + _STREAM.flush(zlib.Z_SYNC_FLUSH))[:-4]


@pytest.mark.parametrize("name", [name for name in VIOLATIONS if name != "B26_rsv1_on_first_of_three"
                                  and not re.match("B2_rsv4_on_[12]$", name)])
def test_B2_B26_violations_with_compression(case, name):
    """What was agreed on gives RSV1 a meaning on the first frame of a message, and nothing else."""
    data, code = VIOLATIONS[name]
    peer = case.connect(**DEFLATED)
    peer.send(frame(TEXT, COMPRESSED, rsv=4))
    assert peer.read_frame().rsv in (0, 4)
    peer.send(data)
    peer.expect_failure(code)


def test_B26_compressed_message_of_three_fragments(case):
    peer = case.connect(**DEFLATED)
    peer.send(frame(TEXT, COMPRESSED[:3], rsv=4, fin=False), frame(CONTINUATION, COMPRESSED[3:5], fin=False),
              frame(PING, "between"), frame(CONTINUATION, COMPRESSED[5:]))
    assert peer.read_frame().payload == b"between"
    answer = peer.read_frame()
    payload = zlib.decompressobj(-15).decompress(answer.payload + b"\0\0\xff\xff") if answer.rsv else answer.payload
    assert payload == b"compressed" * 20


def test_B26_rsv1_on_second_of_three_fragments(case):
    peer = case.connect(**DEFLATED)
    peer.send(frame(TEXT, COMPRESSED[:3], rsv=4, fin=False),
              frame(CONTINUATION, COMPRESSED[3:], rsv=4, fin=False))
    peer.expect_failure(1002)


def test_B6_message_of_the_largest_size(case):
    peer = case.connect("/ws/limits")
    peer.echo("x" * 4096)
    peer.send(frame(TEXT, "y" * 4000, fin=False), frame(CONTINUATION, "z" * 96))
    assert peer.read_message() == "y" * 4000 + "z" * 96
    peer.close()


@pytest.mark.parametrize("pieces", ([4097], [4000, 97], [2000, 2000, 97], [4096, 1]), ids=repr)
def test_B6_message_one_byte_too_large(case, pieces):
    peer = case.connect("/ws/limits")
    for index, size in enumerate(pieces):
        peer.frame(CONTINUATION if index else TEXT, "x" * size, fin=index == len(pieces) - 1)
    peer.expect_failure(1009)


def test_B6_largest_by_default(case):
    peer = case.connect()
    peer.echo("x" * (1 << 20))
    peer.send(frame(TEXT, b"", length=(1 << 20) + 1))
    peer.expect_failure(1009)


def test_B11_control_frames_between_fragments(case):
    peer = case.connect()
    peer.send(frame(TEXT, "one ", fin=False), frame(PING, "p1"),
              frame(CONTINUATION, "two ", fin=False),
              frame(PONG, "unasked"), frame(PING, "p2"), frame(CONTINUATION, "three"))
    received = [peer.read_frame() for _ in range(2)]
    assert [(found.opcode, found.payload) for found in received] == [(PONG, b"p1"), (PONG, b"p2")]
    assert peer.read_message() == "one two three"
    peer.frame(TEXT, "cut ", fin=False)
    peer.frame(PING, "at once")
    assert peer.read_frame().payload == b"at once"
    peer.frame(CONTINUATION, "here")
    assert peer.read_message() == "cut here"


def test_B12_close_between_fragments(case):
    peer = case.connect()
    peer.send(frame(TEXT, "never ", fin=False), frames.close(1000, "bye"))
    peer.expect_close(1000)
    peer.expect_end()
    end = case.end()
    assert (end.code, end.reason, end.messages_in, end.messages_out) == (1000, "bye", 0, 0)


GOOD = (text("Hello"), frame(TEXT, "", fin=False), frame(CONTINUATION, "wör", fin=False),
        frame(PING, "ping"), frame(CONTINUATION, "ld"), frame(BINARY, ALL_BYTES),
        frame(TEXT, "x" * 126), frame(BINARY, b"y" * 300, mask=b"\0\0\0\0"), frame(TEXT, ""))


def read_good(peer):
    assert peer.read_message() == "Hello"
    assert peer.read_frame().payload == b"ping"
    assert peer.read_message() == "wörld"
    assert peer.read_message() == ALL_BYTES
    assert peer.read_message() == "x" * 126
    assert peer.read_message() == b"y" * 300
    assert peer.read_message() == ""


def test_B18_one_byte_at_a_time(case):
    peer = case.connect()
    peer.send_slowly(b"".join(GOOD))
    read_good(peer)
    peer.close()


def test_B18_cut_in_two_at_every_place(case):
    peer = case.connect()
    whole = b"".join(GOOD)
    for cut in itertools.chain(range(1, 60), range(60, len(whole), 17)):
        peer.send(whole[:cut])
        peer.send(whole[cut:])
        read_good(peer)
    peer.close()


def test_B19_many_frames_in_one_piece(case):
    peer = case.connect("/ws/unlimited")
    messages = [f"message {number}" for number in range(3000)]
    peer.send(b"".join(map(text, messages)))
    for message in messages:
        assert peer.read_message() == message
    peer.close()


@pytest.mark.parametrize("size", (16370, 16383, 16384, 16385, 32768, 65535, 65536, 200000))
def test_B19_sizes_around_tls_records(case, size):
    peer = case.connect()
    peer.send(text("a" * size), text("behind"))
    assert peer.read_message() == "a" * size
    assert peer.read_message() == "behind"
    peer.close()


@pytest.mark.parametrize("mask", (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\0\0\0\1"), ids=repr)
def test_B24_any_mask(case, mask):
    peer = case.connect()
    for _ in range(3):
        peer.send(frame(TEXT, "constant mask", mask=mask))
        assert peer.read_message() == "constant mask"
    peer.close()


def test_B25_binary_message_to_a_text_plugin(case):
    peer = case.connect("/ws/text-only")
    peer.frame(BINARY, b"\0\1")
    peer.expect_failure(1003)


def test_B27_data_behind_our_close(case):
    """The server closed because of us; what comes on after it is not handled."""
    peer = case.connect("/ws/limits")
    peer.send(frame(TEXT, b"", length=5000))
    peer.expect_close(1009)
    peer.send(text("late") * 100)
    peer.send(frames.close(1009))
    peer.expect_end()
    end = case.end()
    assert (end.code, end.messages_in) == (1009, 0)


def test_B27_endless_data_behind_our_close(case):
    peer = case.connect("/ws/limits")
    peer.send(frame(TEXT, b"", length=5000))
    peer.expect_close(1009)
    peer.stuff(b"x" * (32 << 20), 20)
    assert peer.end == "reset"


def test_B28_data_behind_the_clients_close(case):
    peer = case.connect()
    peer.send(text("before"), frames.close(1000), text("after"), text("after"))
    assert peer.read_message() == "before"
    peer.expect_close(1000)
    peer.expect_end()
    end = case.end()
    assert (end.code, end.messages_in, end.messages_out) == (1000, 1, 1)


def test_B29_two_closes(case):
    peer = case.connect()
    peer.send(frames.close(1000), frames.close(1001))
    peer.expect_close(1000)
    peer.expect_end()
    assert case.end().code == 1000
