"""Ports for the servers under test."""

import random
import socket
from collections import deque

# Below the kernel's own choice for clients, of which the tests have thousands at a time.
PORTS = range(10240, 32768)
_reservations = deque(maxlen=64)


def free_ports(count=2):
    """Ports that nobody listens on now, and that no other run of these tests is given for a
    while: a name that only one process can have stands for each."""
    ports = []
    while len(ports) < count:
        port = random.choice(PORTS)
        name = socket.socket(socket.AF_UNIX)
        try:
            name.bind(f"\0ws-test-port-{port}")
            with socket.socket() as probe:
                probe.bind(("", port))
        except OSError:
            name.close()
            continue
        _reservations.append(name)  # the oldest is closed
        ports.append(port)
    return ports
