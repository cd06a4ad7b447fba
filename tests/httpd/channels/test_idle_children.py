"""Children that nobody is connected to are not woken for the messages of the others."""

import re
from pathlib import Path

import pytest

from harness import processes
from harness.channels import Talker, location

CHILDREN = 150
MESSAGES = 2000


def wake_ups(pid):
    """How often the process's threads have given the CPU away by themselves."""
    return sum(int(re.search(r"\nvoluntary_ctxt_switches:\s+(\d+)", status.read_text())[1])
               for status in Path(f"/proc/{pid}/task").glob("*/status"))


def test_idle_children_sleep(start_httpd, mpm):
    if mpm != "prefork":
        pytest.skip("the MPM that has many children")
    server = start_httpd(location(), children=CHILDREN, bystander=False, log_level="warn")
    talkers = [Talker(server.connect("/ws/channels")) for _ in range(5)]
    for talker in talkers:
        talker.subscribe("room")
    idle = set(server.children()) - {talker.pid for talker in talkers}
    assert len(idle) >= CHILDREN - len(talkers)
    before = {pid: wake_ups(pid) for pid in idle}
    for number in range(MESSAGES):
        talkers[0].say("publish", "room", 10, number)
    for talker in talkers:
        assert talker.texts(MESSAGES, "room") == [str(number) for number in range(MESSAGES)]
    woken = {pid: wake_ups(pid) - before[pid] for pid in idle}
    # Some may just have started; but each was woken for no message.
    assert sum(woken.values()) < MESSAGES, woken
    assert all(processes.threads(pid) == 1 for pid in idle)
