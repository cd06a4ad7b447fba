"""Logs that take no lines, and lines of a child that ends."""

import re
from pathlib import Path

import pytest

from harness import build
from harness.config import location
from harness.waiting import wait_until

LOGGER = Path(__file__).with_name("gated_log.py")
PIPE = f'ErrorLog "|/usr/bin/python3 {LOGGER} @ROOT@/logs/error.log @ROOT@/gate"\n'
SITE = location("/ws/echo") + location("/ws/misbehave", plugin="@plugin:misbehave@")
MISSING = r"(\d+) lines are missing here"
LINES = 20_000


def test_R35_stuck_piped_log(start_httpd, scheme):
    """It stops a loop no more than a working one; afterwards it is told what it has not."""
    server = start_httpd(SITE, main=PIPE, log_level="warn", bystander=False,
                         allowed=("plugin misbehave: told", MISSING))
    echo, peer = (server.connect(f"/ws/{name}", scheme) for name in ("echo", "misbehave"))
    gate = server.folder / "gate"
    gate.touch()
    peer.text(f"log {LINES} told")
    assert peer.read_message() == "log"
    echo.echo()
    gate.unlink()
    wait_until(lambda: len(numbers(server)) + missing(server) == LINES, "all other lines")
    assert missing(server) and numbers(server) == sorted(set(numbers(server)))
    for one in (echo, peer):
        one.close()


def numbers(server):
    return [int(line.split()[-1]) for line in server.log.find(0, r"told \d+$")]


def missing(server):
    return sum(int(re.search(MISSING, line)[1]) for line in server.log.find(0, MISSING))


@pytest.mark.skipif(bool(build.SANITIZE), reason="sanitizers report each crash")
@pytest.mark.parametrize("command", ("crash", "abort"))
def test_R35_last_lines_of_a_child_that_crashes(start_httpd, command):
    server = start_httpd(SITE, log_level="warn", bystander=False,
                         allowed=("plugin misbehave: last", "in on_message crashes", r"AH00051|AH00052|exit signal"))
    peer = server.connect("/ws/misbehave")
    peer.text("log 100 last")
    peer.text(command)
    peer.expect_drop()
    wait_until(lambda: len(server.log.find(0, r"misbehave: last \d+$")) == 100, "its lines", 5)
