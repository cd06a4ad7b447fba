"""BAD_INPUT A32-A35, A38, A44, A45: slow and vanishing clients, refusals, hostile paths."""

import socket

import pytest

from harness import frames
from harness.peer import Peer, handshake
from harness.session_log import OPENED


def test_A32_header_that_never_ends(case):
    peer = case.open()
    peer.send(handshake()[:-2])
    assert peer.read_response().status == 408
    peer.expect_end()


@pytest.mark.parametrize("hello", (b"", b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03" + b"x" * 20),
                         ids=("nothing", "half a ClientHello"))
def test_A33_tls_that_never_begins(case, hello):
    raw = socket.create_connection(case.server.address("wss"))
    peer = Peer(raw)
    case.peers.append(peer)
    if hello:
        peer.send(hello)
    peer.expect_end()


@pytest.mark.parametrize("end", ("fin", "reset", "abandon", "half"))
def test_A34_client_disappears_around_101(case, end):
    request = handshake()
    cuts = [len(request)] * 12 if end != "half" else [1, 20, len(request) // 2, len(request) - 1]
    for number, cut in enumerate(cuts):
        peer = case.open()
        peer.send(request[:cut])
        if number % 3 == 2 and cut == len(request):
            peer.read_response()
        if end == "fin":
            peer.finish_sending()
        elif end == "reset":
            peer.reset()
        else:
            peer.abandon()
    if end == "half":
        assert not case.lines(OPENED)
    else:
        assert {ended.code for ended in case.ends(0)} <= {1006}


def test_A34_fin_right_behind_the_upgrade_and_a_message(case):
    """What came before the FIN is still handled; the session ends as 1006."""
    for _ in range(5):
        peer = case.open()
        peer.send(handshake() + frames.text("last words"))
        peer.finish_sending()
    ends = case.ends(5)
    assert [end.code for end in ends] == [1006] * 5
    assert [end.messages_in for end in ends] == [1] * 5


def test_A35_client_that_does_not_read_the_101(case):
    peer = case.open(receive_buffer=2304)
    page = b"GET /index.html HTTP/1.1\r\nHost: localhost\r\n\r\n"
    peer.send(page * 60 + handshake() + frames.text("x"))
    assert case.server.get()[0] == 200  # with prefork there is but one process to answer this
    for _ in range(60):
        assert peer.read_response().status == 200
    peer.response = peer.read_response()
    peer.check_accepted()
    assert peer.read_message() == "x"


@pytest.mark.parametrize("path, status", (("/ws/private", 401), ("/ws/forbidden", 403)))
def test_A38_no_access(case, path, status):
    case.allow(r"AH01630|client denied|AH01617|AH01618")
    case.refused(status, path)
    if status == 401:
        case.refused(401, path, replace={"Authorization": "Basic bm9ib2R5Ong="})
    assert not case.lines(OPENED)


@pytest.mark.parametrize("path", (
    "/ws/echo/%0d%0aX:%20y", "/ws/echo/%00", "/ws/echo/../../etc/passwd", "/ws/echo/..%2f..%2fetc",
    "/ws/echo/%1b[31mred", "/ws/echo/%ff%fe", b"/ws/echo/\xff", b"/ws/echo/\x1b[31m",
    "/ws/echo/%n%n%s%s", "/ws/echo/%25n", "/ws/echo/%zz", "/ws/echo/a%0a[error]%20forged",
    "//ws//echo", "/ws/echo?%0d%0a", "/ws/echo?\x01", "http://localhost/ws/echo", "*", "ws/echo",
), ids=repr)
def test_A44_hostile_path(case, path):
    case.allow("AH00127|AH10244|AH00026|AH10508")
    peer = case.open()
    response = peer.request(path)
    assert response.status in (101, 400, 403, 404)
    if response.status == 101:
        peer.echo()
        peer.close()
        case.end()
    for line in case.server.log.since(case.mark):
        assert line.startswith("[") and "] [" in line[:60], line
        assert "\x1b" not in line and "\r" not in line and "forged" not in line[:40], line


def test_A45_token_in_the_query(case):
    peer = case.connect("/ws/echo?token=SECRET1234&access_token=SECRET1234&x=1")
    peer.echo()
    peer.close()
    case.end()
    case.refused(400, "/ws/echo?token=SECRET1234", replace={"Sec-WebSocket-Key": "x"})
    assert not [line for line in case.server.log.since(case.mark) if "SECRET1234" in line]
