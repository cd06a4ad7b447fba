"""A WebSocket client over a raw socket: what it sends is up to the test, byte by byte."""

import base64
import hashlib
import os
import select
import socket
import ssl
import struct
import time
from dataclasses import dataclass, field

from . import frames
from .waiting import limit

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
HOST = "localhost"


def handshake(path="/ws/echo", *, method="GET", http="1.1", replace=None, extra=(), body=b"",
              key="dGhlIHNhbXBsZSBub25jZQ=="):
    """The bytes of a handshake request. replace: header name -> another value, a list of values
    for several lines, None for no such line. extra: more (name, value) lines."""
    lines = {"Host": HOST, "Upgrade": "websocket", "Connection": "Upgrade",
             "Sec-WebSocket-Key": key, "Sec-WebSocket-Version": "13"}
    lines.update(replace or {})
    text = bytearray(f"{method} ".encode() + _bytes(path) + f" HTTP/{http}\r\n".encode())
    for name, value in (*lines.items(), *extra):
        for one in value if isinstance(value, list) else [value]:
            if one is not None:
                text += _bytes(name) + b": " + _bytes(one) + b"\r\n"
    return bytes(text) + b"\r\n" + body


def _bytes(value):
    return value if isinstance(value, bytes) else value.encode("utf-8")


@dataclass
class Response:
    status: int
    headers: list  # (lower-case name, value), in order
    head: bytes
    body: bytes = field(default=b"", repr=False)

    def get(self, name):
        """The value of the header; several lines joined; None when there is none."""
        values = [value for key, value in self.headers if key == name.lower()]
        return ", ".join(values) if values else None


class Ended(AssertionError):
    """The connection ended where the test waited for something."""


class Peer:
    """One connection. Calls wait at most `timeout` seconds and raise AssertionError then."""

    def __init__(self, connected: socket.socket, timeout=10):
        self.socket = connected
        self.timeout = limit(timeout)
        self.buffer = bytearray()
        self.end = None  # "eof" or "reset", once the server has ended the connection
        self.response = None
        connected.settimeout(self.timeout)

    # -- bytes ---------------------------------------------------------------------------

    def send(self, *pieces):
        """Sends; that the server may have ended the connection is no failure here."""
        try:
            self.socket.sendall(b"".join(map(_bytes, pieces)))
        except (ConnectionError, ssl.SSLError) as error:
            if isinstance(error, (TimeoutError, ssl.SSLWantWriteError)):
                raise
            self._ended("reset")

    def send_slowly(self, data):
        """One byte a segment."""
        for index in range(len(data)):
            self.send(data[index:index + 1])

    def _ended(self, how):
        self.end = self.end or how

    def _receive(self, seconds):
        """Adds what comes next to the buffer; False at the connection's end."""
        if self.end == "eof":
            return False
        self.socket.settimeout(max(seconds, 0.001))
        try:
            data = self.socket.recv(65536)
        except (ConnectionError, ssl.SSLError) as error:
            if isinstance(error, TimeoutError):
                raise
            data = b""
            self._ended("reset")
        except TimeoutError:
            raise AssertionError(f"nothing came in {seconds:.1f} s; so far: "
                                 f"{bytes(self.buffer[:200])!r}") from None
        finally:
            if self.socket.fileno() >= 0:
                self.socket.settimeout(self.timeout)
        if not data:
            self._ended("eof")
        self.buffer += data
        return bool(data)

    def pump(self, data, seconds=10):
        """Sends `data` and reads at the same time, as a client does that floods but listens.
        Returns False when the server ended the connection before all was sent."""
        self.socket.setblocking(False)
        waiting, end = memoryview(data), time.monotonic() + limit(seconds)
        try:
            while waiting and not self.end:
                assert time.monotonic() < end, f"{len(waiting)} bytes could not be sent"
                readable, writable, _ = select.select([self.socket], [self.socket], [], 1)
                try:
                    if writable:
                        waiting = waiting[self.socket.send(waiting[:65536]):]
                except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                    pass
                try:
                    if readable:
                        more = self.socket.recv(1 << 18)
                        self.buffer += more
                        if not more:
                            self._ended("eof")
                except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                    pass
        except (ConnectionError, ssl.SSLError):
            self._ended("reset")
        finally:
            self.socket.settimeout(self.timeout)
        return not waiting

    def stuff(self, data, seconds=5):
        """Sends without reading until all is sent, the connection ends, or nothing more fits
        for half a second. Returns the number of bytes sent."""
        self.socket.setblocking(False)
        sent, end, stuck = 0, time.monotonic() + limit(seconds), None
        try:
            while sent < len(data) and time.monotonic() < end:
                try:
                    sent += self.socket.send(data[sent:sent + 65536])
                    stuck = None
                except (BlockingIOError, ssl.SSLWantWriteError):
                    stuck = stuck or time.monotonic()
                    if time.monotonic() - stuck > limit(0.5):
                        break
                    select.select([], [self.socket], [], 0.1)
        except (ConnectionError, ssl.SSLError):
            self._ended("reset")
        finally:
            self.socket.settimeout(self.timeout)
        return sent

    # -- HTTP ----------------------------------------------------------------------------

    def read_response(self, has_body=True) -> Response:
        """One HTTP response; its body up to Content-Length, the last chunk or the end."""
        end = time.monotonic() + self.timeout
        while b"\r\n\r\n" not in self.buffer:
            if not self._receive(end - time.monotonic()):
                raise Ended(f"the connection ended ({self.end}) inside a response: "
                            f"{bytes(self.buffer)!r}")
        head, _, rest = bytes(self.buffer).partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        headers = []
        for line in lines[1:]:
            name, colon, value = line.partition(":")
            assert colon, f"no header line: {line!r}"
            headers.append((name.lower(), value.strip()))
        response = Response(int(lines[0].split()[1]), headers, head)
        self.buffer = bytearray(rest)
        if has_body and response.status >= 200 and response.status not in (204, 304):
            size, coding = response.get("content-length"), response.get("transfer-encoding")
            while (len(self.buffer) < int(size) if size else
                   b"0\r\n\r\n" not in self.buffer if coding else True):
                if not self._receive(end - time.monotonic()):
                    break
            whole = (int(size) if size else self.buffer.find(b"0\r\n\r\n") + 5 if coding else
                     len(self.buffer))
            response.body = bytes(self.buffer[:whole])
            del self.buffer[:whole]
        return response

    def request(self, path="/ws/echo", **fields) -> Response:
        """Sends a handshake (see handshake()) and returns the answer, whatever it is."""
        self.send(handshake(path, **fields))
        return self.read_response(fields.get("method") != "HEAD")

    def upgrade(self, path="/ws/echo", **fields):
        """A handshake that must succeed. Returns self."""
        key = fields.setdefault("key", base64.b64encode(os.urandom(16)).decode())
        self.response = self.request(path, **fields)
        self.check_accepted(key)
        return self

    def check_accepted(self, key="dGhlIHNhbXBsZSBub25jZQ=="):
        response = self.response
        assert response.status == 101, f"{response.head.decode('latin-1')}\n{response.body[:300]}"
        digest = base64.b64encode(hashlib.sha1(key.encode() + _GUID).digest()).decode()
        assert response.get("sec-websocket-accept") == digest
        assert response.get("upgrade").lower() == "websocket"
        assert response.get("connection").lower() == "upgrade"

    # -- frames --------------------------------------------------------------------------

    def text(self, payload, **fields):
        self.send(frames.text(payload, **fields))

    def frame(self, *arguments, **fields):
        self.send(frames.frame(*arguments, **fields))

    def close_frame(self, code=None, reason=b""):
        self.send(frames.close(code, reason))

    def read_frame(self, seconds=None) -> frames.Frame:
        """The next frame, of whatever kind."""
        end = time.monotonic() + (limit(seconds) if seconds else self.timeout)
        while True:
            found = frames.take(self.buffer)
            if found:
                assert not found.is_masked, f"the server masks: {found}"
                return found
            if not self._receive(end - time.monotonic()):
                raise Ended(f"the connection ended ({self.end}) where a frame was awaited; "
                            f"left over: {bytes(self.buffer)!r}")

    def read_message(self, seconds=None):
        """The payload of the next data message, joined; answers pings on the way."""
        joined, opcode = b"", None
        while True:
            found = self.read_frame(seconds)
            if found.opcode == frames.PING:
                self.frame(frames.PONG, found.payload)
            elif found.opcode in (frames.TEXT, frames.BINARY, frames.CONTINUATION):
                assert (found.opcode == frames.CONTINUATION) == (opcode is not None)
                opcode = opcode or found.opcode
                joined += found.payload
                if found.fin:
                    return joined.decode() if opcode == frames.TEXT else joined
            elif found.opcode == frames.CLOSE:
                raise Ended(f"Close {found.close_code} {found.close_reason!r} "
                            "where a message was awaited")

    def echo(self, payload="hello"):
        """Sends a message to an echo plugin and checks the answer."""
        self.frame(frames.TEXT if isinstance(payload, str) else frames.BINARY, payload)
        assert self.read_message() == payload

    def expect_close(self, code, seconds=None):
        """Reads up to the server's Close frame, which must have this code, answers nothing,
        and returns it. code may be a set."""
        wanted = code if isinstance(code, (set, frozenset)) else {code}
        while True:
            found = self.read_frame(seconds)
            if found.opcode == frames.CLOSE:
                assert found.close_code in wanted, (found.close_code, found.payload)
                assert found.fin and found.rsv == 0
                return found

    def expect_end(self, seconds=None):
        """Reads until the connection ends; nothing but its end may come. Returns how."""
        end = time.monotonic() + (limit(seconds) if seconds else self.timeout)
        assert not self.buffer, f"unexpected: {bytes(self.buffer)!r}"
        while self._receive(end - time.monotonic()):
            raise AssertionError(f"unexpected: {bytes(self.buffer)!r}")
        return self.end

    def expect_drop(self, seconds=None):
        """The connection ends without a Close frame; other frames before it are ignored."""
        try:
            while True:
                found = self.read_frame(seconds)
                assert found.opcode != frames.CLOSE, f"a Close frame: {found}"
        except Ended:
            return self.end

    def expect_failure(self, code, seconds=None):
        """A protocol violation's answer: Close(code), then, once answered, the end."""
        found = self.expect_close(code, seconds)
        self.send(frames.frame(frames.CLOSE, found.payload))
        self.expect_end(seconds)
        return found

    def close(self, code=1000):
        """The closing handshake from this side."""
        self.close_frame(code)
        self.expect_close(code)
        self.expect_end()

    # -- ends ----------------------------------------------------------------------------

    def finish_sending(self):
        """FIN, with nothing before it."""
        self.socket.shutdown(socket.SHUT_WR)

    def reset(self):
        """RST."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.abandon()

    def abandon(self):
        """Closes the socket without a Close frame or close_notify."""
        if self.socket.fileno() >= 0:
            self.socket.close()
