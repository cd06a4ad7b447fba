"""The bystanders' process: two connections, ws and wss, whose echoes it times all the while.

Of each echo's time it takes off what the machine itself cost: while the loop's thread or this process was ready to
run but had no processor (the kernel counts it), while anything waited for a disk (a page of the program that the kernel
had dropped, say), and what a hypervisor took. The rest is what the server is to blame for.
"""

import dataclasses
import json
import os
import select
import socket
import ssl
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from . import processes
from .peer import Peer

PERIOD = 0.02  # seconds between two rounds
LOOP_THREAD = "ws-loop"


@dataclass
class Echo:
    """One echo, in seconds: what it took, and what of that was the machine's."""
    scheme: str
    took: float
    stalled: float

    @property
    def excess(self):
        return self.took - self.stalled


class Machine:
    """How long the given threads have waited for a processor, and what a hypervisor took."""

    def __init__(self, threads):
        self.files = [os.open(f"{thread}/schedstat", os.O_RDONLY) for thread in threads]
        self.stat = os.open("/proc/stat", os.O_RDONLY)
        self.disk = os.open("/proc/pressure/io", os.O_RDONLY) if os.path.exists("/proc/pressure/io") else None

    def stalled(self):
        """Seconds since some time in the past."""
        waited = sum(int(os.pread(file, 100, 0).split()[1]) for file in self.files) / 1e9
        processors = os.pread(self.stat, 200, 0).split(b"\n")[0].split()
        return waited + self._waited_for_disk() + int(processors[8]) / os.sysconf("SC_CLK_TCK")

    def _waited_for_disk(self):
        if self.disk is None:
            return 0
        some = os.pread(self.disk, 200, 0).split(b"\n")[0]
        return int(some.rpartition(b"total=")[2]) / 1e6


class Watch:
    def __init__(self, ports, authority, children):
        context = ssl.create_default_context(cafile=authority)
        self.peers = {}
        for scheme, port in ports.items():
            peer = Peer(socket.create_connection(("127.0.0.1", port)))
            peer.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if scheme == "wss":
                peer.socket = context.wrap_socket(peer.socket, server_hostname="localhost")
            self.peers[scheme] = peer.upgrade("/ws/bystander")
        threads = {thread for peer in self.peers.values()
                   for thread in _loop_threads(peer.socket, children)}
        self.machine = Machine([*threads, "/proc/thread-self"])
        self.worst = None

    def round(self):
        for scheme, peer in self.peers.items():
            stalled, begin = self.machine.stalled(), time.monotonic()
            peer.echo("still here")
            echo = Echo(scheme, time.monotonic() - begin, self.machine.stalled() - stalled)
            self.worst = max(self.worst or echo, echo, key=lambda one: one.excess)

    def serve(self):
        """Answers each line with the worst echo since the last answer."""
        while True:
            self.round()
            if select.select([sys.stdin], [], [], PERIOD)[0]:
                if not sys.stdin.readline():
                    return
                self.round()
                print(json.dumps(dataclasses.asdict(self.worst)), flush=True)
                self.worst = None


def _loop_threads(connected, children):
    """The threads of loops in the child that has this connection."""
    local, remote = (address[1] for address in (connected.getsockname(), connected.getpeername()))
    name = processes.accepted(remote)[local]
    pid, = (pid for pid in children if name in processes.descriptors(pid).values())
    return [task for task in Path(f"/proc/{pid}/task").iterdir()
            if (task / "comm").read_text().startswith(LOOP_THREAD)]


if __name__ == "__main__":
    Watch(*json.loads(sys.argv[1])).serve()
