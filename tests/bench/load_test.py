#!/usr/bin/env python3
"""bench_load must see a wrong answer: a figure is worth nothing without that. Usage: BUILD_DIR"""

import json
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

from runner import places  # noqa: E402
from servers.limit import Limit  # noqa: E402

# The limit repeats our masked frames. To a client that does not expect that, they are wrong.
RIGHT, WRONG = ["--opaque"], []
FANOUT = ["--path", "/fanout/subscribe", "--publish-path", "/fanout/publish", "--size", "100"]
CASES = (
    ("echo", [*RIGHT, "--depth", "16"], None),
    ("echo", [*RIGHT, "--size", "70000", "--tls"], None),
    ("echo", WRONG, "the echo is not what was sent"),
    ("echo", [*WRONG, "--size", "70000"], "the echo is not what was sent"),
    ("fanout", [*RIGHT, *FANOUT, "--depth", "4"], None),
    ("fanout", [*WRONG, *FANOUT], "a delivery is wrong, missing or out of order"),
    ("handshake", [], None),
    ("page", [], "refused: HTTP/1.1 101 Switching Protocols"),
)


def main():
    limit = Limit(places.Build(sys.argv[1]))
    faults = 0
    with limit.running(10):
        for mode, options, failure in CASES:
            command = [limit.build.load, mode, "--port", limit.port("--tls" in options),
                       "--connections", 10, "--seconds", 0.2, "--warm-up", 0.1, *options]
            done = subprocess.run(map(str, command), capture_output=True, text=True, timeout=60)
            said = json.loads(done.stdout).get("failure", "")
            good = (done.returncode == 1 and said.endswith(failure) if failure
                    else done.returncode == 0 and not said)
            faults += not good
            print("ok  " if good else "FAIL", mode, *options, done.stdout.strip(), done.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
