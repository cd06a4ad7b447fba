"""The server of the chaos test."""

import contextlib

from harness import certificates, channels
from harness.httpd import Httpd
from harness.publisher import location as publish_location

# children, threads, and room for the old children of restarts that come one after the other
WORKERS = {"event": (3, 25, 40), "worker": (3, 25, 40), "prefork": (20, 1, 250)}
MAIN = """
WebSocketDrain 3s
WebSocketHistoryMaxCount 100000
WebSocketHistoryMaxBytes 64M
GracefulShutdownTimeout 5
"""
# httpd's notices of all that is done to it, and what it says when restarts come close together.
REMARKS = (
    r"AH00171|AH00493|AH00494|AH00492|AH00170|AH10460|AH00045|AH00046|AH00169",
    r"AH00052: child pid \d+ exit signal Killed",
    r"MaxSpare(Threads|Servers)",  # the test retires idle children on purpose
    r"httpd has restarted without telling this process",  # after a child that drained was killed
    r"httpd's parent process is gone|WebSocketHandshakeRate: too many come at once",
)


@contextlib.contextmanager
def start_server(mpm, scratch):
    children, threads, limit = WORKERS[mpm]
    server = Httpd(mpm, certificates.make(scratch), channels.location() + publish_location(), main=MAIN,
                   children=children, threads=threads, child_limit=limit, log_level="warn",
                   bystander=False, allowed=REMARKS)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        server.remove()
