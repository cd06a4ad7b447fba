"""Two connections, ws and wss, that have nothing to do with any test, must live on and must not wait."""

import json
import os
import subprocess
import sys
from pathlib import Path

from .waiting import limit
from .watch import Echo

MOST = 0.1  # seconds an echo may take beyond the machine's own stalls


class Bystanders:
    """They are in a process of their own, so that nothing which a test does delays them; see watch.py."""

    def __init__(self, server):
        ports = {scheme: server.address(scheme)[1] for scheme in ("ws", "wss")}
        about = json.dumps((ports, str(server.certificates.authority), server.children()))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "harness.watch", about], text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=Path(__file__).parents[1],
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
        self.worst = None
        self.begin()

    def check(self):
        """Both must still echo. Keeps the worst echo since begin() in `worst`."""
        try:
            print(file=self.process.stdin, flush=True)
            answer = self.process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        assert answer, f"a bystander: {self.process.stderr.read()}"
        echo = Echo(**json.loads(answer))
        self.worst = max(self.worst or echo, echo, key=lambda one: one.excess)

    def begin(self):
        self.check()
        self.worst = None

    def check_delay(self):
        """None of them has waited too long since begin()."""
        self.check()
        assert self.worst.excess < limit(MOST), f"a bystander had to wait: {self.worst}"

    def close(self):
        self.process.kill()
        self.process.communicate()
