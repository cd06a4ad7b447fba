"""One cell of the table: a fresh server, several runs of bench_load against it, the median."""

import contextlib
import json
import statistics
import subprocess

from . import processes
from .processes import Failure
from .rows import connections_of

GENERATOR_CPU = 1
QUIET_PERCENT = 10  # of one CPU: what others may use during a run
SPARE_RUNS = 3  # more, when others use more


class Measurer:
    def __init__(self, load, seconds, runs, quick):
        self.load, self.seconds, self.runs, self.quick = load, seconds, runs, quick

    def cell(self, server, row):
        """{"figure": median, "runs": [...]}, {"skipped": why} or {"failed": why}."""
        reason = server.missing() or server.cannot(row)
        if reason:
            return {"skipped": reason}
        try:
            runs = self._idle_runs(server, row) if row.kind == "idle" else self._runs(server, row)
        except Failure as failure:
            return {"failed": str(failure), "log": server.last_log}
        figure = "bytes_per_connection" if row.kind == "idle" else "server_us_per_op"
        cell = {"figure": statistics.median(run[figure] for run in runs), "runs": runs}
        if row.kind != "idle":
            cell["per_second"] = statistics.median(run["per_second"] for run in runs)
            cell["disturbed"] = max(run["others_cpu_percent"] for run in runs) > QUIET_PERCENT
        return cell

    def _runs(self, server, row):
        connections = connections_of(row, self.quick)
        done = []
        with server.running(connections):
            for _ in range(self.runs + (0 if self.quick else SPARE_RUNS)):
                done.append(self._run(server, row, connections))
                quiet = [run for run in done if run["others_cpu_percent"] <= QUIET_PERCENT]
                if len(quiet) == self.runs:
                    return quiet
        return sorted(done, key=lambda run: run["others_cpu_percent"])[:self.runs]

    def _run(self, server, row, connections):
        command = self._command(server, row, row.kind, connections)
        seconds = self.seconds + 150
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=seconds)
        except subprocess.TimeoutExpired:
            raise Failure(f"the load generator did not end in {seconds:.0f} s") from None
        result = _last_json(done.stdout)
        if done.returncode != 0 or not result.get("operations"):
            raise Failure(result.get("failure") or done.stderr.strip() or "no operation was done")
        return result

    def _idle_runs(self, server, row):
        return [self._idle_run(server, row) for _ in range(1 if self.quick else self.runs)]

    def _idle_run(self, server, row):
        """What the second half of the connections adds to the server's memory.

        The first half pays for what is there once: pools and arenas of threads, tables, a loop.
        """
        half = server.idle_connections(connections_of(row, self.quick)) // 2
        with server.running(2 * half), self._held(server, row, half):
            before = processes.memory(server.pids())
            with self._held(server, row, half):
                added = processes.memory(server.pids()) - before
        return {"connections": 2 * half, "bytes_per_connection": added / half}

    @contextlib.contextmanager
    def _held(self, server, row, connections):
        """Meanwhile so many connections are open; Failure when one of them is lost."""
        command = self._command(server, row, "idle", connections)
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              text=True) as load:
            opened = _last_json(load.stdout.readline())
            if "open" in opened:
                yield
            rest, _ = load.communicate()
        if load.returncode != 0:
            lost = opened | _last_json(rest)
            raise Failure(lost.get("failure", "the connections were not held"))

    def _command(self, server, row, mode, connections):
        command = ["taskset", "-c", str(GENERATOR_CPU), str(self.load),
                   "echo" if mode == "quiet" else mode,
                   "--port", server.port(row.tls), "--connections", connections,
                   "--path", server.path(row.kind), "--seconds", self.seconds,
                   "--size", row.size, "--depth", row.depth,
                   "--warm-up", 0.2 if self.quick else 0.5,
                   "--server-pids", ",".join(map(str, server.pids()))]
        if row.kind == "fanout":
            command += ["--publish-path", server.path("publish")]
        if row.tls:
            command.append("--tls")
        if server.opaque:
            command.append("--opaque")
        return [str(part) for part in command]


def _last_json(text):
    for line in reversed(text.splitlines()):
        if line.startswith("{"):
            return json.loads(line)
    return {}
