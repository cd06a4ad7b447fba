"""Two connections, ws and wss, that have nothing to do with the crowd: each echoes ten times a
second. A third does the same without a server, to know what this machine itself lets them wait."""

import multiprocessing
import queue
import socket
import threading
import time

COUNT = 2
PAUSE = 0.1


def _echo(peer):
    peer.echo("still here")


def _machine_echo(pair):
    pair[0].send(b"still here")
    pair[1].send(pair[1].recv(64))
    pair[0].recv(64)


def _watch(name, echo, peer, results, is_over):
    try:
        while not is_over.is_set():
            begin = time.monotonic()
            echo(peer)
            took = time.monotonic() - begin
            results.put((name, took * 1000))
            time.sleep(max(0, PAUSE - took))
    except Exception as fault:  # noqa: BLE001
        results.put((name, f"{name}: {fault!r}"))


def _main(server, results, is_over):
    """A process of its own, so that what the runner does delays nobody here."""
    peers = {scheme: server.connect("/ws/bystander", scheme, timeout=60)
             for scheme in ("ws", "wss")}
    threads = [threading.Thread(target=_watch, args=(name, echo, peer, results, is_over))
               for name, echo, peer in (("bystander", _echo, peers["ws"]),
                                        ("bystander", _echo, peers["wss"]),
                                        ("machine", _machine_echo, socket.socketpair()))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for peer in peers.values():
        peer.abandon()


class Bystanders:
    def __init__(self, server):
        context = multiprocessing.get_context("fork")
        self.results, self.is_over, self.faults = context.Queue(), context.Event(), []
        self.process = context.Process(target=_main, args=(server, self.results, self.is_over))
        self.process.start()

    def take(self):
        """The longest echoes in milliseconds since the last time."""
        longest = {"bystander": 0, "machine": 0}
        while True:
            try:
                name, took = self.results.get_nowait()
            except queue.Empty:
                return {f"{name}_ms": value for name, value in longest.items()}
            if isinstance(took, str):
                self.faults.append(took)
            else:
                longest[name] = max(longest[name], took)

    def stop(self):
        self.is_over.set()
        deadline = time.monotonic() + 60
        while self.process.is_alive() and time.monotonic() < deadline:
            self.take()  # whoever has not been read does not end
            self.process.join(0.1)


def start(server):
    return Bystanders(server)
