"""What the server takes, second by second, and whether it has given it back."""

import contextlib
import time

import bystanders
from harness import processes
from harness.peer import Peer
from harness.waiting import wait_until

FIGURES = ("children", "memory", "descriptors", "threads")
MEGABYTE = 1 << 20
TRIES = 1000  # until each child has accepted one
CALM_SECONDS = 15  # so long after the last, what an idle child keeps for a while is gone, too

# What may stay when all have left, in private memory of all children, of what the crowd took. Even
# when asked, glibc gives back whole pages only: some keep one last block that lives on.
SHARE_THAT_STAYS = 0.10
STAYS_FOR_A_CHILD = 1 * MEGABYTE


class Recorder:
    def __init__(self, server):
        self.server = server
        self.bystanders = bystanders.start(server)
        self.began, self.samples = time.monotonic(), []

    def figures(self):
        children = self.server.children()
        return {"children": len(children),
                "memory": sum(map(processes.anonymous_memory, children)),
                "descriptors": sum(len(processes.descriptors(pid)) for pid in children),
                "threads": sum(map(processes.threads, children))}

    def sample(self, told):
        """Takes a second. told: what the crowd says of itself."""
        time.sleep(1)
        self.samples.append({"seconds": time.monotonic() - self.began, "open": told["open"],
                             "echo_ms": told.get("echo_p99_us", 0) / 1000,
                             **self.figures(), **self.bystanders.take()})

    def settled(self):
        """The lowest figures of some seconds in which nobody is there but the bystanders."""
        def calm():
            return sum(map(processes.connections, self.server.children())) <= bystanders.COUNT
        wait_until(calm, "the connections to end", 60)
        self.trim()
        wait_until(calm, "the connections to end", 60)
        for _ in range(CALM_SECONDS):
            self.sample({"open": 0})
        return {name: min(sample[name] for sample in self.samples[-CALM_SECONDS:])
                for name in FIGURES}

    def trim(self):
        """Lets every child give back what it has freed; glibc keeps it otherwise."""
        left = set(self.server.children())
        for _ in range(TRIES):
            if not left:
                return
            with contextlib.closing(self.server.open_socket("ws")) as raw:
                left.discard(int(Peer(raw, 20).upgrade("/ws/trim").read_message()))
        raise AssertionError(f"{left} accept no connection")

    def verdict(self, before, after):
        faults = []
        for name in FIGURES:
            if name != "memory" and after[name] > before[name]:
                faults.append(f"{name}: {before[name]} before, {after[name]} afterwards")
        took = max(sample["memory"] for sample in self.samples) - before["memory"]
        stays = max(SHARE_THAT_STAYS * took, STAYS_FOR_A_CHILD * before["children"])
        if after["memory"] - before["memory"] > stays:
            faults.append(f"memory: {before['memory']} before, {after['memory']} afterwards, "
                          f"{took} more between")
        return faults + self.bystanders.faults

    def stop(self):
        self.bystanders.stop()
