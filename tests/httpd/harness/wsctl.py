"""Runs wsctl against a server: over HTTP, or on its state directory."""

import json
import os
import shutil
import signal
import subprocess
import threading

from . import build
from .publisher import PATH
from .waiting import limit, wait_until

NAMESPACE = "localhost"  # the tests' ServerName


class Result:
    def __init__(self, done):
        self.code = done.returncode
        self.out, self.err = done.stdout.decode(), done.stderr.decode()

    @property
    def lines(self):
        return self.out.splitlines()

    @property
    def json(self):
        return [json.loads(line) for line in self.lines]


class Wsctl:
    """way: "http" or "state"."""

    def __init__(self, server, way, *options):
        self.server, self.way = server, way
        # Where the children's user may run it.
        self.program = server.folder / "wsctl"
        if not self.program.exists():
            shutil.copy(build.BUILD / "bin" / "wsctl", self.program)
            self.program.chmod(0o755)
        self.directory = server.folder / "run" / "websocket"
        where = ["--url", f"http://localhost:{server.port}{PATH}"] if way == "http" else \
            ["--state-dir", self.directory, "--namespace", NAMESPACE]
        self.options = [*map(str, where), *options]
        self.user = build.CHILD_USER if way == "state" and build.RUNS_AS_ROOT else None

    def command(self, *words):
        return [str(self.program), *map(str, words), *self.options]

    def environment(self):
        return {"PATH": os.environ["PATH"], "TZ": "UTC"}

    def run(self, *words, stdin="", **fields):
        """A Result, whatever it is."""
        fields = {"user": self.user, "group": self.user, "timeout": limit(30),
                  "env": self.environment(), **fields}
        data = stdin if isinstance(stdin, bytes) else stdin.encode()
        return Result(subprocess.run(self.command(*words), input=data, capture_output=True,
                                     cwd="/", **fields))

    def do(self, *words, **fields):
        """A Result of a command that must succeed and has nothing to complain of."""
        result = self.run(*words, **fields)
        assert (result.code, result.err) == (0, ""), f"{result.code} {result.err}"
        return result

    def ask(self, *words, **fields):
        """What it says as JSON: a list of objects."""
        return self.do(*words, "--json", **fields).json

    def refused(self, *words, code=1, **fields):
        """The sentence of a command that must fail."""
        result = self.run(*words, **fields)
        assert result.code == code and result.out == "", f"{result.code} {result.out}"
        assert result.err.startswith("wsctl: ") and result.err.count("\n") == 1, result.err
        return result.err

    def tail(self, *words):
        return Tail(self, words)


class Tail:
    """A wsctl tail that listens already. Its lines are read as they come."""

    def __init__(self, wsctl, words):
        self.process = subprocess.Popen(
            wsctl.command("tail", *words), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, env=wsctl.environment(), cwd="/", user=wsctl.user, group=wsctl.user)
        self.said = self.process.stderr.readline()
        assert self.said == "Listening; Ctrl-C ends.\n", self.said + self.process.stderr.read()
        self._lines = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.process.stdout:
            self._lines.append(line.rstrip("\n"))

    def lines(self, count):
        """The next lines."""
        wait_until(lambda: len(self._lines) >= count,
                   lambda: f"{count} lines, not {self._lines}")
        found, self._lines = self._lines[:count], self._lines[count:]
        return found

    def events(self, count):
        return [json.loads(line) for line in self.lines(count)]

    def end(self, number=signal.SIGINT):
        """Ends it as Ctrl-C does: (exit code, lines that nobody asked for)."""
        self.process.send_signal(number)
        code = self.process.wait(limit(10))
        self._reader.join()
        assert self.process.stderr.read() == ""
        return code, self._lines
