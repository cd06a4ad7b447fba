"""BAD_INPUT A1-A19: request line, upgrade headers, bodies, and what comes behind the handshake."""

import pytest

from harness import frames
from harness.peer import handshake


@pytest.mark.parametrize("method", ("POST", "PUT", "HEAD", "OPTIONS", "DELETE", "PATCH", "BREW"))
def test_A1_other_method(case, method):
    assert case.refused(405, method=method).get("allow") == "GET"


def test_A2_http_1_0(case):
    case.refused(426, http="1.0")


def test_A3_plain_get(case):
    response = case.request(replace={"Upgrade": None, "Connection": "close",
                                     "Sec-WebSocket-Key": None, "Sec-WebSocket-Version": None})
    assert response.status == 426
    assert response.get("upgrade") == "websocket"
    assert response.get("sec-websocket-version") == "13"
    assert "upgrade" in response.get("connection").lower()
    assert b"WebSocket" in response.body


@pytest.mark.parametrize("connection", ("keep-alive", None, "close", "upgradex", "up grade",
                                        '"upgrade"', "keep-alive; upgrade"))
def test_A4_no_upgrade_token(case, connection):
    case.refused(426, replace={"Connection": connection})


@pytest.mark.parametrize("headers", (
    {"Connection": "keep-alive, Upgrade"}, {"Connection": "UPGRADE"}, {"Connection": "uPgRaDe"},
    {"Connection": "keep-alive,\tUpgrade\t"}, {"Connection": ["keep-alive", "Upgrade"]},
    {"Connection": ",, upgrade ,"}, {"Upgrade": "WebSocket"}, {"Upgrade": "WEBSOCKET"},
    {"Upgrade": "\twebsocket "}, {"Upgrade": ["websocket"]},
), ids=repr)
def test_A5_upgrade_in_every_spelling(case, headers):
    case.connect(replace=headers).echo()


@pytest.mark.parametrize("value", ("websocketx", "xwebsocket", "web socket", "websocket/13", "h2c",
                                   '"websocket"', "websocket;v=13", ""))
def test_A6_similar_upgrade(case, value):
    assert case.request(replace={"Upgrade": value, "Connection": "Upgrade, close"}).status == 426


@pytest.mark.parametrize("version", (None, "0", "7", "8", "1337", "999999999999", "13, 8",
                                     ["13", "13"], "13x", "013", "-13", "", "+13", "13.0"),
                         ids=repr)
def test_A8_version(case, version):
    response = case.refused(426, replace={"Sec-WebSocket-Version": version})
    assert response.get("sec-websocket-version") == "13"


def test_A9_no_key(case):
    case.refused(400, replace={"Sec-WebSocket-Key": None})


@pytest.mark.parametrize("key", (
    "", "x", "not base64 at all!!!!!!!!", "dGhlIHNhbXBsZSBub25j", "dGhlIHNhbXBsZSBub25jZWU=",
    "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZQ===",
    "dGhlIHNhbXBsZSBub25j%00==", "A" * 8000, ["dGhlIHNhbXBsZSBub25jZQ=="] * 2,
    "dGhlIHNhbXBsZSBub25jZQ==, dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNh bXBsZSBub25jZQ==",
    "dGhl-HNhbXBsZSBub25jZQ==", "=" * 24,
), ids=lambda key: repr(key)[:40])
def test_A10_key(case, key):
    case.refused(400, replace={"Sec-WebSocket-Key": key})


SECOND_REQUEST = b"GET /index.html HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.mark.parametrize("headers, body", (
    ({"Content-Length": "5"}, b"hello"),
    ({"Content-Length": str(len(SECOND_REQUEST))}, SECOND_REQUEST),
    ({"Content-Length": "5"}, b"hello" + SECOND_REQUEST),
    ({"Content-Length": "7"}, frames.text("x")),
    ({"Transfer-Encoding": "chunked"}, b"5\r\nhello\r\n0\r\n\r\n"),
    ({"Transfer-Encoding": "chunked"}, b"0\r\n\r\n" + SECOND_REQUEST),
    ({"Transfer-Encoding": "chunked"}, frames.text("x")),
    ({"Content-Length": "5", "Transfer-Encoding": "chunked"}, b"0\r\n\r\n" + SECOND_REQUEST),
), ids=repr)
def test_A11_body(case, headers, body):
    case.refused(400, replace=headers, body=body)
    case.requests(1)


def test_A12_content_length_0(case):
    case.connect(replace={"Content-Length": "0"}).echo()


@pytest.mark.parametrize("raw", (
    b"X-Space : before colon\r\n\r\n",
    b"X-CR: a\rb\r\n\r\n",
    b"X-NUL: a\0b\r\n\r\n",
    b"No colon here\r\n\r\n",
    b": no name\r\n\r\n",
    b"Content-Length: 0\r\nContent-Length: 5\r\n\r\n",
    b"Transfer-Encoding: chunked, gzip\r\n\r\n",
    b"Transfer-Encoding: identity\r\n\r\n",
), ids=repr)
def test_A13_malformed_header(case, raw):
    peer = case.open()
    peer.send(handshake()[:-2] + raw)
    response = peer.read_response()
    assert response.status in ((400, 501) if b"Transfer-Encoding: " in raw else (400,))
    peer.expect_end()
    assert not case.lines("websocket")


def test_A13_folded_header_is_one_line(case):
    """httpd's core unfolds (RFC 9112, section 5.2); our handler must not see two lines."""
    peer = case.open()
    peer.send(handshake()[:-2] + b"X-Folded: a\r\n b\r\n\r\n")
    assert peer.read_response().status in (101, 400)


def test_A14_expect_100(case):
    response = case.request(replace={"Expect": "100-continue"})
    assert response.status in (101, 417)


@pytest.mark.parametrize("behind", (SECOND_REQUEST, b"GET", b"G" * 3000), ids=("get", "G", "GGG"))
def test_A15_request_behind_upgrade(case, behind):
    peer = case.open()
    peer.send(handshake() + behind)
    peer.response = peer.read_response()
    peer.check_accepted()
    peer.expect_failure(1002)
    case.requests(1)


@pytest.mark.parametrize("path, fields, status", (
    ("/ws/private", {}, 401), ("/ws/forbidden", {}, 403),
    ("/ws/echo", {"replace": {"Sec-WebSocket-Version": "8"}}, 426),
    ("/ws/echo", {"replace": {"Sec-WebSocket-Key": "x"}}, 400),
    ("/ws/echo", {"replace": {"Origin": "https://evil.example"}}, 403),
))
@pytest.mark.parametrize("behind", (frames.text("GET / HTTP/1.1") + SECOND_REQUEST,
                                    SECOND_REQUEST * 2, frames.text("x" * 60000)),
                         ids=("frame", "requests", "long"))
def test_A16_bytes_behind_refused_upgrade(case, path, fields, status, behind):
    case.allow(r"AH01630|client denied")
    peer = case.open()
    peer.send(handshake(path, **fields) + behind)
    response = peer.read_response()
    assert response.status == status
    assert "close" in response.get("connection")
    peer.expect_end()
    case.requests(1)


@pytest.mark.parametrize("messages", (
    ["one"], [f"number {i}" for i in range(200)], ["x" * 30000], ["y" * 126, "", "z" * 65000],
    ["a" * 16384, "b" * 16383, "c" * 16385],
), ids=("one", "many", "long", "mixed", "records"))
def test_A17_frames_behind_upgrade(case, messages):
    peer = case.open()
    peer.send(handshake() + b"".join(map(frames.text, messages)))
    peer.response = peer.read_response()
    peer.check_accepted()
    for message in messages:
        assert peer.read_message() == message
    peer.echo("and on")
    peer.close()


@pytest.mark.parametrize("size", (60000, 100000, 1000000))
def test_A17_large_message_right_behind_the_101(case, size):
    """As a page does in onopen: httpd may still be busy with the connection's passage."""
    message = frames.frame(frames.BINARY, b"x" * size)
    for _ in range(20):
        peer = case.connect()
        peer.send(message)
        assert len(peer.read_message()) == size
        peer.close()


def test_A17_part_of_a_frame_behind_upgrade(case):
    whole = frames.text("Hello, World")
    for cut in range(1, len(whole)):
        peer = case.open()
        peer.send(handshake() + whole[:cut])
        peer.response = peer.read_response()
        peer.check_accepted()
        peer.send(whole[cut:])
        assert peer.read_message() == "Hello, World"
        peer.close()


def test_A17_handshake_in_pieces(case):
    for size in (1, 7, 64):
        peer = case.open()
        request = handshake() + frames.text("x")
        for at in range(0, len(request), size):
            peer.send(request[at:at + size])
        peer.response = peer.read_response()
        peer.check_accepted()
        assert peer.read_message() == "x"
        peer.close()


def test_A17_upgrade_behind_a_page_on_the_same_connection(case):
    """Keep-alive: pages first, then the upgrade, pipelined or not."""
    peer = case.open()
    page = b"GET /index.html HTTP/1.1\r\nHost: localhost\r\n\r\n"
    peer.send(page)
    assert peer.read_response().status == 200
    peer.send(page + page + handshake() + frames.text("x"))
    assert peer.read_response().status == 200
    assert peer.read_response().status == 200
    peer.response = peer.read_response()
    peer.check_accepted()
    assert peer.read_message() == "x"
    peer.close()
