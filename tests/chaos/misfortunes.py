"""What befalls the server of the chaos test."""

import os
import random
import re
import signal
import time

from harness import processes
from harness.waiting import wait_until

# Whom the MPM may keep idle: all, or nearly none, and then it retires children that have only WebSockets.
SPARE = re.compile(r"^(MaxSpareThreads|MaxSpareServers) \d+$", re.MULTILINE)
FEW = {"MaxSpareThreads": 30, "MaxSpareServers": 2}


class Misfortunes:
    """Each is a method; `killed` has the pids of those who had no time to say anything, and when."""

    WEIGHTS = {"graceful": 8, "kill_child": 3, "retire_idle": 3, "restart": 1, "stop": 1, "kill_parent": 1}

    def __init__(self, server, seed):
        self.server, self.random = server, random.Random(seed)
        self.text = server.text
        self.killed, self.counts = {}, dict.fromkeys(self.WEIGHTS, 0)

    def next(self):
        name, = self.random.choices(list(self.WEIGHTS), list(self.WEIGHTS.values()))
        self.counts[name] += 1
        getattr(self, name)()
        return name

    def graceful(self):
        self._configure(self.text)
        self.server.signal(signal.SIGUSR1)

    def restart(self):
        self.server.signal(signal.SIGHUP)

    def retire_idle(self):
        self._configure(SPARE.sub(lambda line: f"{line[1]} {FEW[line[1]]}", self.text))
        self.server.signal(signal.SIGUSR1)

    def kill_child(self):
        children = self.server.children()
        if children:
            pid = self.random.choice(children)
            self.killed[pid] = time.time()
            _kill(pid)

    def stop(self):
        self.server.stop()
        self.server.start()

    def kill_parent(self):
        """Its children notice, and say so to their clients."""
        children = self.server.children()
        self.server.process.kill()
        self.server.process.wait()
        wait_until(lambda: not any(map(processes.is_alive, children)), "the orphans' end", 30)
        self.server.process = None
        (self.server.folder / "run/httpd.pid").unlink(missing_ok=True)
        self.server.start()

    def _configure(self, text):
        self.server.text = text
        self.server.write_config()


def _kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
