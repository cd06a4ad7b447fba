"""Processes: started on one CPU, waited for, stopped; their descendants and their memory."""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path


class Failure(Exception):
    """A server or the load generator did not do what it should."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(command, cpu, log, **more):
    """Starts `command` as leader of a session of its own, bound to one CPU; output goes to `log`.

    It gets SIGTERM when this program ends, however that happens.
    """
    return subprocess.Popen(["setpriv", "--pdeathsig", "TERM",
                             "taskset", "-c", str(cpu), *map(str, command)],
                            stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                            start_new_session=True, **more)


def wait_for_port(process, port, seconds=20):
    """Returns when `port` accepts connections; Failure when the process ends or time is up."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            raise Failure(f"ended with status {process.returncode} at start")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise Failure(f"nothing listens on port {port} after {seconds} s")


def stop(process, seconds=20):
    """SIGTERM to the process, then SIGKILL to what is left of its session's group."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            pass
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def tree(roots):
    """The pids `roots` and all their descendants."""
    found = list(roots)
    for pid in found:
        for thread in Path(f"/proc/{pid}/task").glob("*"):
            try:
                found.extend(int(child) for child in (thread / "children").read_text().split())
            except OSError:
                pass  # a thread that has just ended
    return found


def memory(roots):
    """Bytes of user space of `roots` and their descendants: heaps, stacks and shared memory.

    Proportional (Pss), so that what is shared counts once. Files that are mapped are left out:
    no connection owns them, and their share depends on what else runs on the machine.
    """
    total = 0
    for pid in tree(roots):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith(("Pss_Anon:", "Pss_Shmem:")):
                total += int(line.split()[1]) * 1024
    return total
