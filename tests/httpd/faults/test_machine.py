"""A machine that has no more: descriptors, threads, memory, room on the disk, the right time; and peers that are gone."""

import ctypes
import email.utils
import socket
import struct
import time
import urllib.request

import pytest

from harness import build, channels, frames, processes
from harness.config import location
from harness.peer import Ended, handshake
from harness.waiting import wait_until

SITE = (location("/ws/echo") + location("/ws/misbehave", plugin="@plugin:misbehave@")
        + location("/ws/pinged", "WebSocketPingInterval 100ms", "WebSocketPongTimeout 2s",
                   "WebSocketCloseTimeout 200ms"))
SO_ATTACH_FILTER = 26  # a program of the kernel that decides about each packet
REFUSED = r"\[websocket:"
PRELOADED = pytest.mark.skipif(bool(build.SANITIZE), reason="sanitizers come first, and take much address space")


@pytest.fixture
def start(start_httpd):
    def begin(site=SITE, allowed=(), **fields):
        fields.setdefault("log_level", "warn")
        return start_httpd(site, bystander=False, allowed=(REFUSED, *allowed), **fields)
    return begin


class Faults:
    """What faults/preload.c reads."""

    def __init__(self, path):
        self.path = path
        self.set()
        path.chmod(0o644)

    def set(self, clock_shift=0, no_descriptors=False, no_threads=False, no_memory=0):
        with self.path.open("r+b" if self.path.exists() else "wb") as file:
            file.write(struct.pack("4q", clock_shift, no_descriptors, no_threads, no_memory))

    @property
    def environment(self):
        return {"LD_PRELOAD": str(build.tool("faults_preload.so")), "WS_FAULTS": str(self.path)}


@pytest.fixture
def faults(tmp_path):
    tmp_path.chmod(0o755)
    return Faults(tmp_path / "faults")


def connected(server, path="/ws/echo", scheme="ws"):
    try:
        return server.connect(path, scheme)
    except (AssertionError, OSError):
        return None


def test_R22_as_many_as_the_descriptors_allow(start):
    """The rest is for pages; who comes too many is told to come again."""
    server = start(wrapper=("prlimit", "--nofile=100:100"))
    pid, = server.children()
    peers = []
    while peer := connected(server):
        peers.append(peer)
    assert len(peers) == 50
    response = server.open().request("/ws/echo")
    assert response.status == 503 and response.get("retry-after")
    assert server.get()[0] == 200
    for peer in peers:
        peer.echo()
    peers.pop().close()
    wait_until(lambda: connected(server), "the seat").close()
    assert server.children() == [pid]


@PRELOADED
def test_R23_no_descriptor_for_the_101(start, faults, scheme):
    """httpd has accepted the connection, and there is none for the WebSocket: 503, no 101."""
    server = start(environment=faults.environment)
    first = server.connect("/ws/echo", scheme)
    pid, = server.children()
    faults.set(no_descriptors=True)
    assert server.open(scheme).request("/ws/echo").status == 503
    assert server.get()[0] == 200
    faults.set()
    first.echo()
    server.connect("/ws/echo", scheme).close()
    assert server.children() == [pid]


@PRELOADED
def test_R37_no_thread(start, faults, mpm):
    """503, an error in the log, pages as ever; WebSockets as soon as there are threads again."""
    server = start(environment=faults.environment)
    pid, = server.children()
    if mpm != "prefork":  # the listener's is the last
        assert server.get()[0] == 200
        wait_until(lambda: processes.threads(pid) >= 26, "all of httpd's threads")
    faults.set(no_threads=True)
    for _ in range(2):
        assert server.open().request("/ws/echo").status == 503
    assert server.get()[0] == 200
    faults.set()
    server.connect("/ws/echo").close()
    assert len(wait_until(lambda: server.log.find(0, "no thread for the loops"), "the line")) == 1
    assert server.children() == [pid]


@PRELOADED
def test_R16_R17_leak(start):
    """A plugin that leaks up to a limit of the process: its sessions fail, the child serves."""
    server = start(wrapper=("prlimit", f"--as={4 << 30}"))
    pid, = server.children()
    server.connect("/ws/echo").close()
    before = processes.anonymous_memory(pid)
    peer = server.connect("/ws/misbehave")
    peer.text("leak 64")
    assert peer.read_message() == "leak"
    assert processes.anonymous_memory(pid) - before > 60 << 20
    peer.text("leak 6000")
    peer.expect_close(1011)
    server.connect("/ws/echo").echo()
    assert server.children() == [pid]
    wait_until(lambda: server.log.find(0, r"websocket:error.*plugin misbehave.*bad_alloc"), "the line")


@PRELOADED
@pytest.mark.parametrize("size", (64, 1000, 16000))
def test_R17_no_memory_for_a_while(start, faults, size):
    """Whoever needs that much is cut off; the others, and the child, live on, and there is room for new ones."""
    server = start(SITE + channels.location(), environment=faults.environment,
                   allowed=[r"std::bad_alloc|lines are missing here"])
    pid, = server.children()
    peers = [server.connect("/ws/echo", scheme) for scheme in ("ws", "wss") for _ in range(3)]
    talker = channels.Talker(server.connect(channels.PATH))
    for peer in peers:
        peer.echo()
    faults.set(no_memory=size)
    lived = []
    for peer in peers:
        for length in (10, 5000, 100_000):
            try:
                peer.text("x" * length)
                assert len(peer.read_message()) == length
            except (Ended, OSError):
                peer.abandon()
                break
        else:
            lived.append(peer)
    talker.say("publish", "room", 10, "y" * 20_000)
    cut = [server.open(scheme) for scheme in ("ws", "wss")]
    for peer in cut:
        peer.send(handshake("/ws/echo"))
    assert server.get()[0] == 200
    faults.set()
    for peer in lived + [server.connect("/ws/echo", scheme) for scheme in ("ws", "wss")]:
        peer.echo()
        peer.close()
    for peer in (*cut, talker.peer):
        peer.abandon()
    assert server.children() == [pid]


def test_R34_no_room_for_the_logs(start, scheme):
    """They lose lines; nobody waits or ends for it."""
    server = start(SITE + "ErrorLog /dev/full\nCustomLog /dev/full combined\n",
                   log_level="warn websocket:debug")
    peers = [server.connect("/ws/misbehave", scheme) for _ in range(5)]
    for peer in peers:
        peer.text("log 100 lost")
        assert peer.read_message() == "log"
        peer.close()


@PRELOADED
def test_R33_clock_jumps(start, faults, scheme):
    """By an hour and back: pings go on in their time, and nobody is closed."""
    server = start(environment=faults.environment, log_level="warn")
    peer = server.connect("/ws/pinged", scheme)
    for shift in (0, 3600, -3600, 86_400 * 365, 0):
        faults.set(clock_shift=shift)
        begin = time.monotonic()
        for _ in range(3):
            found = peer.read_frame(10)
            assert found.opcode == frames.PING, found
            peer.send(frames.frame(frames.PONG, found.payload))
        assert time.monotonic() - begin > 0.2
        other = server.connect("/ws/echo", scheme)
        assert abs(wall_clock(server) - time.time() - shift) < 60
        other.echo()
        other.close()
    peer.close()


def wall_clock(server):
    """The server's, as its pages tell it."""
    with urllib.request.urlopen(f"http://localhost:{server.port}/") as page:
        return email.utils.parsedate_to_datetime(page.headers["Date"]).timestamp()


def test_R31_half_open(start, scheme):
    """The peer's machine is gone: no FIN, no RST, no acknowledgement from it."""
    server = start(SITE.replace("WebSocketPongTimeout 2s", "WebSocketPongTimeout 300ms"),
                   log_level="warn websocket:info")
    peer = server.connect("/ws/pinged", scheme)
    pid, = server.children()
    assert processes.connections(pid) == 1
    drop_all = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0), 8)
    peer.socket.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER,
                           struct.pack("HL", 1, ctypes.addressof(drop_all)))
    wait_until(lambda: server.log.find(0, "code=1006"), "its end")
    wait_until(lambda: processes.connections(pid) == 0, "no connection")
    peer.abandon()
