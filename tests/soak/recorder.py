"""What the server takes, second by second, and whether it has given it back."""

import time

import bystanders
from harness import processes
from harness.waiting import wait_until

FIGURES = ("children", "memory", "descriptors", "threads")
MEGABYTE = 1 << 20
CALM_SECONDS = 15  # so long after the last, what an idle child keeps for a while is gone, too

# What may stay when all have left, in private memory of all children. glibc gives memory back to
# the kernel from the top of a heap only, and in each arena: blocks that live on keep pages that
# are empty otherwise. How much of them depends on who left last, not on how long it went on; a
# tenth of what the crowd took, or a megabyte for each child, is twice what runs without a leak showed.
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
        for _ in range(CALM_SECONDS):
            self.sample({"open": 0})
        return {name: min(sample[name] for sample in self.samples[-CALM_SECONDS:])
                for name in FIGURES}

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
