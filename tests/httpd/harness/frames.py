"""Frames of RFC 6455, also those that break its rules: every field can be set by hand."""

import struct
from dataclasses import dataclass

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
MASK = b"\x37\xfa\x21\x3d"


def masked(payload: bytes, key: bytes) -> bytes:
    size = len(payload)
    pad = (key * (size // 4 + 1))[:size]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(pad, "big")).to_bytes(size, "big")


def frame(opcode, payload=b"", *, fin=True, rsv=0, mask=MASK, length=None, form=None) -> bytes:
    """One frame. mask=None: unmasked. length: declared instead of the true one. form: 7, 16 or
    64 bits of length, instead of the shortest."""
    if isinstance(payload, str):
        payload = payload.encode()
    declared = len(payload) if length is None else length
    form = form or (7 if declared < 126 else 16 if declared < 65536 else 64)
    head = bytearray([(0x80 if fin else 0) | rsv << 4 | opcode])
    bit = 0 if mask is None else 0x80
    if form == 7:
        head.append(bit | declared)
    elif form == 16:
        head += bytes([bit | 126]) + struct.pack("!H", declared)
    else:
        head += bytes([bit | 127]) + struct.pack("!Q", declared)
    if mask is None:
        return bytes(head) + payload
    return bytes(head) + mask + masked(payload, mask)


def text(payload, **fields):
    return frame(TEXT, payload, **fields)


def close(code=None, reason=b"", **fields):
    payload = b"" if code is None else struct.pack("!H", code) + (
        reason.encode() if isinstance(reason, str) else reason)
    return frame(CLOSE, payload, **fields)


@dataclass(frozen=True)
class Frame:
    """A frame as received."""
    opcode: int
    payload: bytes
    fin: bool
    rsv: int
    is_masked: bool

    @property
    def close_code(self):
        """The code of a Close frame; None when it has none."""
        assert self.opcode == CLOSE, f"no Close frame: {self}"
        return struct.unpack("!H", self.payload[:2])[0] if self.payload else None

    @property
    def close_reason(self) -> str:
        return self.payload[2:].decode()


def take(buffer: bytearray):
    """Removes the first frame from `buffer`; None while it is not whole."""
    if len(buffer) < 2:
        return None
    size, at = buffer[1] & 0x7F, 2
    if size == 126:
        if len(buffer) < 4:
            return None
        size, at = struct.unpack_from("!H", buffer, 2)[0], 4
    elif size == 127:
        if len(buffer) < 10:
            return None
        size, at = struct.unpack_from("!Q", buffer, 2)[0], 10
    is_masked = bool(buffer[1] & 0x80)
    key = b""
    if is_masked:
        key, at = bytes(buffer[at:at + 4]), at + 4
    if len(buffer) < at + size:
        return None
    payload = bytes(buffer[at:at + size])
    found = Frame(buffer[0] & 0x0F, masked(payload, key) if is_masked else payload,
                  bool(buffer[0] & 0x80), buffer[0] >> 4 & 7, is_masked)
    del buffer[:at + size]
    return found
