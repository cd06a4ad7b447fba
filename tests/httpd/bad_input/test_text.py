"""BAD_INPUT D1-D4: text is checked while it arrives."""

import pytest

from harness.frames import CONTINUATION, PING, TEXT, frame, text

INVALID = (b"\xff", b"\xfe", b"\xc0\x80", b"\xc1\xbf", b"\xe0\x80\x80", b"\xe0\x9f\xbf",
           b"\xf0\x80\x80\x80", b"\xf0\x8f\xbf\xbf", b"\xed\xa0\x80", b"\xed\xbf\xbf",
           b"\xf4\x90\x80\x80", b"\xf5\x80\x80\x80", b"\x80", b"\xbf", b"\xc3(", b"\xe2\x82(",
           b"\xf0\x9f\x98(", b"\xc3\xc3", b"\xf8\x88\x80\x80\x80")
VALID = ("ö", "€", "😀", "\U0010ffff", "\ud7ff", "\ue000", "\ufffe", "\0",
         "\x7f\u0080\u07ff\u0800")


@pytest.mark.parametrize("bad", INVALID, ids=repr)
@pytest.mark.parametrize("around", (b"", b"abc", b"x" * 130), ids=("alone", "short", "long"))
def test_D1_invalid_text(case, bad, around):
    peer = case.connect()
    peer.send(text(around + bad + around))
    peer.expect_failure(1007)
    assert case.end().code == 1007


@pytest.mark.parametrize("bad", INVALID, ids=repr)
def test_D2_invalid_text_in_an_unfinished_message(case, bad):
    """Fails at once: neither the rest of the frame nor the other fragments are awaited."""
    peer = case.connect()
    peer.send(frame(TEXT, b"good", fin=False), frame(CONTINUATION, bad + b"    ", fin=False))
    peer.expect_failure(1007)


def test_D2_invalid_text_in_an_unfinished_frame(case):
    peer = case.connect()
    peer.send(frame(TEXT, b"good\xff", length=60000))
    peer.expect_failure(1007)


@pytest.mark.parametrize("good", VALID, ids=ascii)
def test_D3_characters_split_over_fragments(case, good):
    peer = case.connect()
    encoded = f"a{good}z".encode()
    for cut in range(len(encoded) + 1):
        peer.send(frame(TEXT, encoded[:cut], fin=False), frame(PING, "p"),
                  frame(CONTINUATION, encoded[cut:]))
        assert peer.read_frame().payload == b"p"
        assert peer.read_message() == f"a{good}z"
    peer.send(frame(TEXT, b"", fin=False))
    for byte in encoded:
        peer.frame(CONTINUATION, bytes([byte]), fin=False)
    peer.frame(CONTINUATION, b"")
    assert peer.read_message() == f"a{good}z"
    peer.send_slowly(text(encoded))
    assert peer.read_message() == f"a{good}z"
    peer.close()


@pytest.mark.parametrize("cut", (b"\xc3", b"\xe2\x82", b"\xf0\x9f\x98", b"\xf0"), ids=repr)
@pytest.mark.parametrize("fragmented", (False, True))
def test_D4_message_ends_inside_a_character(case, cut, fragmented):
    peer = case.connect()
    if fragmented:
        peer.send(frame(TEXT, b"abc", fin=False), frame(CONTINUATION, cut))
    else:
        peer.send(text(b"abc" + cut))
    peer.expect_failure(1007)


def test_D4_binary_is_not_checked(case):
    peer = case.connect()
    for bad in INVALID:
        peer.echo(bad)
    peer.close()
