"""Sockets from an address of one's choice."""

import socket

from harness.waiting import limit


def connect_from(address, port):
    """A TCP connection to this machine from one of its addresses in 127/8."""
    connected = socket.socket()
    connected.settimeout(limit(10))
    try:
        connected.bind((address, 0))
        connected.connect(("127.0.0.1", port))
    except BaseException:
        connected.close()
        raise
    return connected
