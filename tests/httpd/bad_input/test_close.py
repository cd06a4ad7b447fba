"""BAD_INPUT C1-C7, C9, C11, C12: the closing handshake. C8 and C10 are in test_plugins.py."""

import pytest

from harness import frames
from harness.frames import CLOSE, TEXT, frame, text


def test_C1_close_without_code(case):
    peer = case.connect()
    peer.close_frame()
    assert peer.expect_close(None).payload == b""
    peer.expect_end()
    assert case.end().code == 1005


def test_C2_close_of_one_byte(case):
    peer = case.connect()
    peer.frame(CLOSE, b"\x03")
    peer.expect_failure(1002)


@pytest.mark.parametrize("code", (0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000,
                                  32768, 65535))
def test_C3_code_that_must_not_be_sent(case, code):
    peer = case.connect()
    peer.close_frame(code)
    peer.expect_failure(1002)
    assert case.end().code == 1002


@pytest.mark.parametrize("code", (*range(1000, 1004), *range(1007, 1015), 3000, 3999, 4000, 4999))
def test_C4_code_is_echoed(case, code):
    peer = case.connect()
    peer.close_frame(code, "because")
    peer.expect_close(code)
    peer.expect_end()
    end = case.end()
    assert (end.code, end.reason) == (code, "because")


@pytest.mark.parametrize("reason", (b"\xff", b"caf\xc3", b"\xc0\x80", b"\xed\xa0\x80",
                                    b"ok\xf0\x9f\x98"), ids=repr)
def test_C5_reason_that_is_not_utf8(case, reason):
    peer = case.connect()
    peer.close_frame(1000, reason)
    peer.expect_failure(1007)


def test_C6_longest_reason(case):
    peer = case.connect()
    peer.close_frame(1000, "r" * 123)
    peer.expect_close(1000)
    peer.expect_end()
    assert case.end().reason == "r" * 123


def test_C6_reason_too_long(case):
    peer = case.connect()
    peer.close_frame(1000, "r" * 124)
    peer.expect_failure(1002)


def test_C7_reason_is_escaped_in_the_log(case):
    peer = case.connect()
    peer.close_frame(1000, '\r\n[core:error] forged \x1b[31m "quoted" \0 \x7f %n%s \u202e')
    peer.expect_close(1000)
    peer.expect_end()
    assert case.end().code == 1000
    for line in case.server.log.since(case.mark):
        assert line.startswith("[") and "forged" not in line[:60], line
        assert not set(line) & set("\r\x1b\0\x7f"), repr(line)


def test_C9_peer_that_never_answers_our_close(case):
    peer = case.connect("/ws/fast")
    peer.send(frame(TEXT, b"x", mask=None))
    peer.expect_close(1002)
    peer.expect_end()  # though neither Close nor FIN came from here
    assert case.end().code == 1002


@pytest.mark.parametrize("before", (b"", text("x"), text("hello")[:7], frame(TEXT, "a", fin=False),
                                    b"\x81"),
                         ids=("idle", "message", "inside a frame", "inside a message", "one byte"))
@pytest.mark.parametrize("how", ("fin", "reset"))
def test_C11_end_without_a_close(case, before, how):
    peer = case.connect("/ws/limits")
    peer.send(before)
    if before == text("x"):
        assert peer.read_message() == "x"
    if how == "fin":
        peer.finish_sending()
        peer.expect_drop()
    else:
        peer.reset()
    assert case.end().code == 1006


def test_C12_half_open_after_close(case):
    """FIN behind our Close, and nothing is read any more: the server's end is freed in time."""
    peer = case.open(receive_buffer=4096)
    peer.upgrade("/ws/fast")
    peer.stuff(text("x" * 1000) * 100)
    peer.send(frames.close(1000))
    peer.finish_sending()
    case.ends(1, 15)


def test_C12_peer_that_neither_reads_nor_ends(case):
    peer = case.open(receive_buffer=4096)
    peer.upgrade("/ws/fast")
    peer.stuff(text("x" * 100_000) * 300, 3)
    assert case.ends(1, 15)[0].code in (1006, 1013)
