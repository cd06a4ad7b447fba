"""BAD_INPUT A18, E2-E10: what a client can do inside TLS after the connection left httpd."""

import pytest

from harness import frames, processes
from harness.frames import text
from harness.peer import Ended
from harness.tls_peer import text_step
from harness.waiting import wait_until

VERSIONS = ("1.2", "1.3")
APPLICATION_DATA, HANDSHAKE, ALERT = 23, 22, 21


def key_update_step(requested):
    return lambda peer: peer.key_update(requested)


@pytest.mark.parametrize("requested", (False, True), ids=("not requested", "requested"))
def test_A18_key_updates_and_frames_behind_the_upgrade_in_one_segment(wss_case, requested):
    peer = wss_case.open_tls()
    peer.upgrade_in_one_segment(
        "/ws/echo", key_update_step(requested), text_step("one"), key_update_step(requested),
        key_update_step(requested), text_step("two"), text_step("x" * 40000),
        key_update_step(requested), text_step("four"))
    for message in ("one", "two", "x" * 40000, "four"):
        assert peer.read_message() == message
    peer.echo("and on")
    peer.close()


def test_A18_key_update_behind_the_upgrade_and_nothing_else(wss_case):
    peer = wss_case.open_tls()
    peer.upgrade_in_one_segment("/ws/echo", key_update_step(True))
    peer.echo("then a frame")
    peer.close()


def test_A18_frames_in_small_records_behind_the_upgrade(wss_case):
    peer = wss_case.open_tls()
    data = text("one") + text("two")
    peer.upgrade_in_one_segment("/ws/echo",
                                lambda self: self.send_in_records_of_one_byte(data))
    assert (peer.read_message(), peer.read_message()) == ("one", "two")
    peer.close()


def test_E2_key_update_flood(wss_case):
    peer = wss_case.open_tls().upgrade()
    peer.key_update(True, 10)
    peer.echo("a few are fine")
    peer.run("hold")
    peer.key_update(False, 5000)
    peer.run("release")
    wss_case.bystanders.check()
    peer.expect_drop()
    assert wss_case.end().code == 1006


def test_E2_key_update_flood_with_messages(wss_case):
    """The budget is one of time: a message in between does not renew it."""
    peer = wss_case.open_tls().upgrade()
    peer.run("hold")
    for _ in range(500):
        peer.key_update(False, 1)
        peer.send(text("x"))
    peer.run("release")
    peer.expect_drop()


def test_E3_key_update_while_our_output_is_stuck(wss_case):
    """SSL_read may need to write: no spinning then, and nothing is lost."""
    peer = wss_case.open_tls(receive_buffer=4096).upgrade("/ws/bigqueue")
    messages = [f"{number}" + "x" * 1000000 for number in range(8)]
    for message in messages:
        peer.send(text(message))
    peer.key_update(True)
    peer.send(text("behind"))
    pid, = wss_case.server.children()
    before = processes.cpu_seconds(pid)
    for _ in range(200):
        wss_case.bystanders.check()
    assert processes.cpu_seconds(pid) - before < 1.0
    for message in messages:
        assert peer.read_message() == message
    assert peer.read_message() == "behind"
    peer.echo("and on")
    peer.close()


def test_E4_renegotiation(wss_case):
    peer = wss_case.open_tls("1.2").upgrade()
    peer.echo()
    peer.run("renegotiate")
    peer.expect_drop()
    assert wss_case.end().code == 1006


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("earlier", (b"", text("hel")[:4]), ids=("between frames", "in a frame"))
def test_E5_bad_record_mac(wss_case, version, earlier):
    peer = wss_case.open_tls(version).upgrade()
    peer.echo()
    if earlier:
        peer.send(earlier)
    peer.run(f"corrupt {text('x').hex()}")
    peer.expect_drop()
    assert peer.alert and "bad record mac" in peer.alert
    assert wss_case.end().code == 1006


def handshake_message(kind, body=b""):
    return bytes([kind]) + len(body).to_bytes(3, "big") + body


UNEXPECTED = {
    "hello request": handshake_message(0),
    "client hello": handshake_message(1, b"\x03\x03" + b"r" * 32 + b"\0\0\x02\x13\x01\x01\0"),
    "server hello": handshake_message(2, b"\x03\x03" + b"r" * 32 + b"\0\x13\x01\0"),
    "new session ticket": handshake_message(4, b"\0" * 12),
    "end of early data": handshake_message(5),
    "certificate": handshake_message(11, b"\0\0\0\0"),
    "certificate verify": handshake_message(15, b"\x04\x03\0\x01x"),
    "finished": handshake_message(20, b"f" * 32),
    "key update of a bad kind": handshake_message(24, b"\x02"),
    "key update of no kind": handshake_message(24, b""),
    "unknown": handshake_message(99, b"x"),
    "half a message": handshake_message(24, b"\0")[:3],
    "a message of 16 MB": b"\x0b\xff\xff\xff",
}


@pytest.mark.parametrize("name", UNEXPECTED)
def test_E6_unexpected_handshake_message(wss_case, name):
    peer = wss_case.open_tls().upgrade()
    peer.echo()
    peer.inject(HANDSHAKE, UNEXPECTED[name])
    if name == "half a message":
        peer.inject(APPLICATION_DATA, text("x"))
    peer.expect_drop()
    assert wss_case.end().code == 1006


def test_E6_key_update_by_hand(wss_case):
    """The same way of sending, but correct: proves that the cases above fail for their content."""
    peer = wss_case.open_tls().upgrade()
    peer.echo()
    peer.inject(APPLICATION_DATA, text("by hand"))
    assert peer.read_message() == "by hand"


@pytest.mark.parametrize("content_type, content, count", (
    (ALERT, b"\x01\x5a", 40), (APPLICATION_DATA, b"", 200), (99, b"x", 1), (20, b"\x01", 1),
    (ALERT, b"\x02\x28", 1), (ALERT, b"\x01", 1), (HANDSHAKE, b"", 1),
), ids=("warnings", "empty records", "unknown type", "change cipher spec", "fatal alert",
        "half an alert", "empty handshake"))
def test_E7_odd_records(wss_case, content_type, content, count):
    peer = wss_case.open_tls().upgrade()
    peer.echo()
    peer.inject(content_type, content, count)
    peer.expect_drop()
    assert wss_case.end().code == 1006


def test_E7_few_empty_records(wss_case):
    peer = wss_case.open_tls().upgrade()
    peer.inject(APPLICATION_DATA, b"", 20)
    peer.inject(APPLICATION_DATA, text("fine"))
    assert peer.read_message() == "fine"


@pytest.mark.parametrize("raw", (b"GET / HTTP/1.1\r\n\r\n", text("plain"), b"\x17\x03\x03\xff\xff",
                                 b"\x17\x03\x03\x00\x00", b"\x16\x03\x01\x00\x05hello", b"\0" * 64),
                         ids=repr)
@pytest.mark.parametrize("version", VERSIONS)
def test_E7_no_tls_at_all(wss_case, raw, version):
    peer = wss_case.open_tls(version).upgrade()
    peer.run(f"raw {raw.hex()}")
    if len(raw) < 6:
        peer.run("fin")
    peer.expect_drop()
    assert wss_case.end().code == 1006


@pytest.mark.parametrize("version", VERSIONS)
def test_E8_fin_without_close_notify(wss_case, version):
    peer = wss_case.open_tls(version).upgrade()
    peer.echo()
    peer.run("fin")
    peer.expect_drop()
    assert wss_case.end().code == 1006


@pytest.mark.parametrize("version", VERSIONS)
def test_C11_close_notify_alone(wss_case, version):
    peer = wss_case.open_tls(version).upgrade()
    peer.echo()
    peer.run("notify")
    peer.expect_drop()
    assert wss_case.end().code == 1006


def test_E9_close_notify_while_much_waits_to_be_sent(wss_case):
    peer = wss_case.open_tls(receive_buffer=4096).upgrade("/ws/bigqueue")
    for _ in range(8):
        peer.send(text("x" * 1000000))
    peer.run("notify")
    peer.abandon()
    assert wss_case.end().code == 1006


@pytest.mark.parametrize("version", VERSIONS)
def test_E10_frame_in_records_of_one_byte(wss_case, version):
    peer = wss_case.open_tls(version).upgrade()
    peer.run("hold")
    peer.send_in_records_of_one_byte(text("x" * 190) + text("second"))
    peer.run("release")
    assert peer.read_message() == "x" * 190
    assert peer.read_message() == "second"
    peer.close()


def test_E10_thousands_of_small_records_do_not_delay_others(wss_case):
    peer = wss_case.open_tls().upgrade()
    peer.run("hold")
    for _ in range(20):
        peer.send_in_records_of_one_byte(text("x" * 994))
    peer.run("release")
    wss_case.bystanders.check()
    for _ in range(20):
        assert peer.read_message() == "x" * 994


@pytest.mark.parametrize("version", VERSIONS)
def test_E_everything_that_is_allowed(wss_case, version):
    peer = wss_case.open_tls(version).upgrade()
    peer.send(text("one"), text("two" * 20000))
    assert (peer.read_message(), peer.read_message()) == ("one", "two" * 20000)
    peer.close()
    end = wss_case.end()
    assert (end.code, end.messages_in, end.messages_out) == (1000, 2, 2)
    with pytest.raises(Ended):
        peer.read_frame()
    wait_until(lambda: peer.end, "the end")
    assert not frames.take(peer.buffer)
