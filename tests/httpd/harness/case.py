"""One test's dealings with a server, and the proof afterwards that they did no harm."""

from . import build
from .session_log import ENDED, OPENED, parse_end
from .tls_peer import TlsPeer
from .waiting import wait_until

# Bytes that the children's allocators may keep after a test.
MOST_KEPT = 64 << 20


class Case:
    """Opens connections for one test. finish() ends them and checks the server."""

    def __init__(self, server, scheme, bystanders):
        self.server = server
        self.scheme = scheme
        self.bystanders = bystanders
        self.peers = []
        self.allowed = []
        bystanders.begin()
        self.pids = server.children()
        self.descriptors = server.descriptors()
        self.memory = server.memory()
        self.mark = server.log.mark()
        self.access_mark = server.access_log.mark()

    def allow(self, *patterns):
        """Lines of the error log that this test provokes."""
        self.allowed += patterns

    def open(self, scheme=None, **fields):
        peer = self.server.open(scheme or self.scheme, **fields)
        self.peers.append(peer)
        return peer

    def open_tls(self, version="1.3", **fields):
        """A client that misuses TLS; see harness/tls_peer.py."""
        peer = TlsPeer(self.server, version, **fields)
        self.peers.append(peer)
        return peer

    def connect(self, path="/ws/echo", *, open=None, **fields):
        """A WebSocket; open: keyword arguments for open()."""
        return self.open(**(open or {})).upgrade(path, **fields)

    def request(self, path="/ws/echo", **fields):
        """A handshake on a connection of its own, whatever its answer."""
        return self.open().request(path, **fields)

    def refused(self, status, path="/ws/echo", **fields):
        """A handshake that must get this status and the end of the connection."""
        peer = self.open()
        response = peer.request(path, **fields)
        assert response.status == status, response.head.decode("latin-1")
        assert "close" in (response.get("connection") or ""), response.headers
        peer.expect_end()
        return response

    def lines(self, pattern):
        """The error log's lines since the test's begin that match."""
        return self.server.log.find(self.mark, pattern)

    def wait_for_line(self, pattern, seconds=10):
        """Waits for such a line; returns the first."""
        return wait_until(lambda: self.lines(pattern),
                          lambda: f"{pattern!r} in the log:\n"
                          + "\n".join(self.server.log.since(self.mark)), seconds)[0]

    def wait_for_lines(self, pattern, count, seconds=10):
        return wait_until(lambda: len(self.lines(pattern)) >= count and self.lines(pattern),
                          f"{count} lines {pattern!r} in the log", seconds)

    def ends(self, count=1, seconds=10):
        """Waits until so many sessions of this test have ended; their last lines, taken apart.
        All that opened must have ended, each once."""
        wait_until(lambda: len(self.lines(ENDED)) >= count
                   and len(self.lines(ENDED)) == len(self.lines(OPENED)),
                   lambda: f"{count} ends in the log:\n"
                   + "\n".join(self.server.log.since(self.mark)[-20:]), seconds)
        ends = [parse_end(line) for line in self.lines(ENDED)]
        assert len({end.session for end in ends}) == len(ends), ends
        return ends

    def end(self, seconds=10):
        """The end of the test's only session."""
        ends = self.ends(1, seconds)
        assert len(ends) == 1, ends
        return ends[0]

    def requests(self, count):
        """Waits for so many requests of this test in the access log; more must not be there."""
        log, mark = self.server.access_log, self.access_mark
        wait_until(lambda: len(log.since(mark)) >= count, f"{count} requests in the access log")
        lines = log.since(mark)
        assert len(lines) == count, lines
        return lines

    def check_growth(self, before, most):
        """The children's memory has grown by `most` bytes at most since it was `before`. A
        sanitizer keeps what is freed: there it proves nothing and is not asked."""
        grown = self.server.memory() - before
        assert build.SANITIZE or grown <= most, f"{grown} bytes more, {most} are allowed"

    def finish(self):
        for peer in self.peers:
            peer.abandon()
        try:
            self._check_harm()
        finally:
            self.server.settled_mark = self.server.log.mark()

    def _check_harm(self):
        self.bystanders.check_delay()
        assert self.server.children() == self.pids, "a child is gone"
        wait_until(lambda: self.server.descriptors() == self.descriptors,
                   lambda: f"descriptors: {self.descriptors} before, "
                           f"{self.server.descriptors()} now", 15)
        self.check_growth(self.memory, MOST_KEPT)
        complaints = self.server.complaints(self.mark, self.allowed)
        assert not complaints, "\n".join(complaints)
