"""Waiting for conditions. Nothing here or in the tests sleeps for a fixed time."""

import os
import time

# Slow tools (valgrind, sanitizers) stretch every limit by this factor.
SCALE = float(os.environ.get("WS_TIME_SCALE", "8" if os.environ.get("WS_VALGRIND") else
                             "3" if os.environ.get("WS_SANITIZE") else "1"))


def limit(seconds):
    """A time limit in seconds, stretched where the server runs under a slow tool."""
    return seconds * SCALE


def wait_until(condition, what, seconds=10):
    """Returns condition()'s first true value; AssertionError with `what` after the limit."""
    end = time.monotonic() + limit(seconds)
    pause = 0.001
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {limit(seconds):.0f} s in vain for: "
                                 f"{what() if callable(what) else what}")
        time.sleep(pause)
        pause = min(pause * 2, 0.05)
