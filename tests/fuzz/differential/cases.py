"""Cases for the differential fuzz: streams of a client's frames, mostly right, each spoilt in a few places."""

import struct
import zlib
from dataclasses import dataclass, replace

TEXTS = ("", "x", "hello", "κόσμε", "a" * 125, "b" * 126, "é" * 60, "\U0010ffff", "c" * 700, "\ud7ff\ue000", "0" * 3000)
BROKEN_TEXTS = (b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\x80", b"\xe2\x82", b"ok \xc3", b"\xf0\x9f\x98")
CODES = (1000, 1001, 1002, 1003, 1004, 1005, 1006, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 1015, 1016, 999, 0,
         2999, 3000, 4999, 5000, 65535)


@dataclass(frozen=True)
class Frame:
    opcode: int
    payload: bytes = b""
    fin: bool = True
    rsv: int = 0
    masked: bool = True
    form: int = 0  # 0: the shortest; else 7, 16 or 64 bits
    declared: int = -1  # another length than the payload's
    key: bytes = b"\x37\xfa\x21\x3d"

    def bytes(self):
        size = len(self.payload) if self.declared < 0 else self.declared
        form = self.form or (7 if size < 126 else 16 if size < 65536 else 64)
        head = bytes([self.fin << 7 | self.rsv << 4 | self.opcode])
        mask = self.masked << 7
        if form == 7:
            head += bytes([mask | size & 0x7f])
        elif form == 16:
            head += bytes([mask | 126]) + struct.pack("!H", size & 0xffff)
        else:
            head += bytes([mask | 127]) + struct.pack("!Q", size)
        if not self.masked:
            return head + self.payload
        return head + self.key + bytes(byte ^ self.key[i % 4] for i, byte in enumerate(self.payload))


@dataclass(frozen=True)
class Case:
    compression: int  # 0, or the client's window bits, and 16 if its context is not kept
    piece: int
    stream: bytes

    def bytes(self):
        return struct.pack("!BHI", self.compression, self.piece, len(self.stream)) + self.stream


class Compressor:
    """The client's side of permessage-deflate."""

    def __init__(self, compression):
        self.bits, self.keeps = compression & 15, not compression & 16
        self.stream = None

    def message(self, random, payload):
        if not (self.keeps and self.stream):
            self.stream = zlib.compressobj(random.choice((0, 1, 9)), zlib.DEFLATED, -self.bits)
        data = b""
        if payload and not random.randrange(4):  # several blocks
            half = len(payload) // 2
            data = self.stream.compress(payload[:half])
            data += self.stream.flush(random.choice((zlib.Z_SYNC_FLUSH, zlib.Z_FULL_FLUSH)))
            payload = payload[half:]
        data += self.stream.compress(payload) + self.stream.flush(zlib.Z_SYNC_FLUSH)
        return data[:-4] or b"\0"


def cut(random, payload):
    """The payload in one to five pieces, some of them empty."""
    places = sorted(random.randint(0, len(payload)) for _ in range(random.choice((0, 0, 1, 2, 4))))
    return [payload[a:b] for a, b in zip([0, *places], [*places, len(payload)])]


def message(random, compressor):
    is_text = random.random() < 0.6
    payload = (random.choice(TEXTS).encode() if is_text else
               random.randbytes(random.choice((0, 1, 125, 126, 127, 1000))) if random.random() < 0.9 else b"z" * 65536)
    if is_text and not random.randrange(12):
        payload += random.choice(BROKEN_TEXTS) + random.choice((b"", b" and on"))
    rsv = 0
    if compressor and random.random() < 0.7:
        payload, rsv = compressor.message(random, payload), 4
        if not random.randrange(8):
            payload = spoil_bytes(random, payload)
    pieces = cut(random, payload)
    last = len(pieces) - 1
    frames = [Frame((1 if is_text else 2) if i == 0 else 0, piece, fin=i == last, rsv=rsv if i == 0 else 0)
              for i, piece in enumerate(pieces)]
    for _ in range(random.choice((0, 0, 0, 1, 2))):
        frames.insert(random.randint(0, len(frames)), control(random))
    return frames


def control(random):
    return Frame(random.choice((9, 9, 10)), random.randbytes(random.choice((0, 1, 5, 125))))


def close(random):
    code = struct.pack("!H", random.choice(CODES))
    reason = random.choice((b"", b"bye", "é".encode() * 61, b"r" * 123, *BROKEN_TEXTS))
    return Frame(8, random.choice((b"", code + reason, code + reason, code + reason, code[:1])))


def spoil_bytes(random, data):
    changed = bytearray(data)
    for _ in range(random.choice((1, 1, 2, 8))):
        if changed:
            changed[random.randrange(len(changed))] = random.choice((0, 0xff, random.randrange(256)))
    if not random.randrange(4):
        del changed[random.randint(0, len(changed)):]
    return bytes(changed)


def spoil(random, frames):
    """One fault in one frame, or in the order of the frames."""
    at = random.randrange(len(frames))
    frame = frames[at]
    sizes = (0, 125, 126, 127, 65535, 65536, 65537, 1 << 31, 1 << 32, (1 << 53) - 1, 1 << 53, 1 << 62, (1 << 63) - 1, 1 << 63,
             (1 << 64) - 1, len(frame.payload) + 1, max(len(frame.payload) - 1, 0))
    faults = (
        lambda: [replace(frame, rsv=random.randrange(8))],
        lambda: [replace(frame, opcode=random.randrange(16))],
        lambda: [replace(frame, fin=not frame.fin)],
        lambda: [replace(frame, masked=False)],
        lambda: [replace(frame, form=random.choice((16, 64)))],
        lambda: [replace(frame, declared=random.choice(sizes))],
        lambda: [replace(frame, declared=random.choice(sizes), form=64)],
        lambda: [replace(frame, payload=spoil_bytes(random, frame.payload))],
        lambda: [replace(frame, payload=frame.payload * 30)],
        lambda: [replace(frame, key=random.choice((b"\0\0\0\0", b"\0\0\0\1", random.randbytes(4))))],
        lambda: [],
        lambda: [frame, frame],
        lambda: [frame, close(random)],
        lambda: [close(random), frame],
        lambda: [frame] + [Frame(0, random.choice((b"", b"y")), fin=False)] * random.choice((1, 14, 15, 16, 17)),
        lambda: [Frame(random.choice((1, 2)), b"", fin=False)] + [frame] * random.choice((1, 15, 16)),
    )
    return frames[:at] + random.choice(faults)() + frames[at + 1:]


def make(random):
    compression = random.choice((0, 0, 15, 15, 31, 9, 26))
    compressor = Compressor(compression) if compression else None
    frames = []
    for _ in range(random.choice((1, 2, 3, 6))):
        frames += message(random, compressor)
    if random.random() < 0.3:
        frames.append(close(random))
    for _ in range(random.choice((0, 1, 1, 1, 2, 3))):
        if frames:
            frames = spoil(random, frames)
    stream = b"".join(frame.bytes() for frame in frames)
    if not random.randrange(10):
        stream = stream[:random.randint(0, len(stream))]
    if not random.randrange(20):
        stream = spoil_bytes(random, stream)
    piece = random.choice((0, 0, 0, 1, 2, 7, 100)) if len(stream) < 5000 else 0
    return Case(compression, piece, stream)
