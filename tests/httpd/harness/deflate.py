"""permessage-deflate (RFC 7692) as a client speaks it, on top of harness/peer.py."""

import zlib

from . import frames

RSV1 = 4
TAIL = b"\0\0\xff\xff"
OFFER = (("Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits"),)
BOTH_TAKE_OVER = "permessage-deflate"


def deflater(bits=15, level=6):
    return zlib.compressobj(level, zlib.DEFLATED, -bits)


def deflated(data, stream=None, **options):
    """A whole message, without the tail. stream: one with the messages before."""
    stream = stream or deflater(**options)
    data = data.encode() if isinstance(data, str) else data
    return (stream.compress(data) + stream.flush(zlib.Z_SYNC_FLUSH)).removesuffix(TAIL)


def inflated(data, stream=None):
    stream = stream or zlib.decompressobj(-15)
    out = stream.decompress(data + TAIL)
    assert not stream.unconsumed_tail
    return out


def text(payload, **fields):
    """A frame with a compressed text message."""
    return frames.text(deflated(payload), rsv=RSV1, **fields)


class Talk:
    """One peer's messages, with the takeovers that the server's answer names."""

    def __init__(self, peer):
        self.peer = peer
        answer = peer.response.get("sec-websocket-extensions") or ""
        assert answer.startswith("permessage-deflate"), answer
        bits = [one for one in answer.split("; ") if one.startswith("client_max_window_bits=")]
        self.bits = int(bits[0].partition("=")[2]) if bits else 15
        self.out = None if "client_no_context_takeover" in answer else deflater(max(self.bits, 9))
        self.into = None if "server_no_context_takeover" in answer else zlib.decompressobj(-15)

    def say(self, text):
        self.peer.frame(frames.TEXT, deflated(text, self.out or deflater(max(self.bits, 9))),
                        rsv=RSV1)

    def hear(self, seconds=None):
        """The next message: (its text, whether it came compressed, its size on the wire)."""
        while (found := self.peer.read_frame(seconds)).opcode == frames.PING:
            self.peer.frame(frames.PONG, found.payload)
        assert found.opcode in (frames.TEXT, frames.BINARY) and found.fin, found
        is_compressed = bool(found.rsv & RSV1)
        data = inflated(found.payload, self.into) if is_compressed else found.payload
        return data.decode(), is_compressed, len(found.payload)
