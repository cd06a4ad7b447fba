"""Drives tls_peer.cpp, the client that misuses TLS, and speaks WebSocket through it."""

import subprocess

from . import build, frames
from .peer import Peer, handshake
from .waiting import limit


class TlsPeer(Peer):
    """A Peer over tls_peer: everything of Peer that reads and writes, plus tls_peer's commands."""

    def __init__(self, server, version="1.3", timeout=10, receive_buffer=0):
        self.process = subprocess.Popen([build.tool("tls_peer")], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True, bufsize=1)
        self.timeout = limit(timeout)
        self.buffer = bytearray()
        self.end = None
        self.response = None
        self.alert = None
        host, port = server.address("wss")
        self.run(f"connect {host} {port} {version} {receive_buffer}")

    def tell(self, command):
        """Runs one command of tls_peer and returns its answer."""
        try:
            self.process.stdin.write(command + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            return "error tls_peer is gone"
        return self.process.stdout.readline().strip()

    def run(self, command):
        answer = self.tell(command)
        assert answer == "ok", f"{command[:60]}: {answer}"

    def send(self, *pieces):
        data = b"".join(piece.encode() if isinstance(piece, str) else piece for piece in pieces)
        for at in range(0, len(data), 16000):
            self.run(f"write {data[at:at + 16000].hex()}")

    def send_in_records_of_one_byte(self, data):
        self.run(f"records {data.hex()}")

    def key_update(self, requested=False, count=1):
        self.run(f"keyupdate {'requested' if requested else 'not'} {count}")

    def inject(self, content_type, content=b"", count=1):
        """Records that OpenSSL would never send. Nothing but reading makes sense afterwards."""
        self.run(f"inject {content_type} {content.hex() or '-'} {count}")

    def _receive(self, seconds):
        if self.end:
            return False
        answer, _, rest = self.tell(f"read {max(int(seconds * 1000), 1)}").partition(" ")
        if answer == "data":
            self.buffer += bytes.fromhex(rest)
            return True
        assert answer != "timeout", f"nothing came in {seconds:.1f} s: {bytes(self.buffer)!r}"
        self.alert = rest if answer == "alert" else None
        self._ended("eof" if answer == "eof" else "reset")
        return False

    def upgrade_in_one_segment(self, path, *then):
        """The handshake and what `then` does to self leave in one TCP segment."""
        self.run("hold")
        self.send(handshake(path))
        for step in then:
            step(self)
        self.run("release")
        self.response = self.read_response()
        self.check_accepted()
        return self

    def abandon(self):
        if self.process.poll() is None:
            self.process.stdin.close()
            self.process.wait(limit(5))
        self.process.stdout.close()


def text_step(payload):
    """A step for upgrade_in_one_segment()."""
    return lambda peer: peer.send(frames.text(payload))
