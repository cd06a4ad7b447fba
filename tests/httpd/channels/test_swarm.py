"""200 clients in 10 rooms, 20,000 messages, in many children: whatever happens, each client ends
with exactly its room's messages, in order."""

import os
import random
import signal

import pytest

from harness import processes
from harness.channels import location, many_children, one_in_each
from harness.swarm import Swarm
from harness.waiting import wait_until

# The server's own words on a killed child, and on a graceful restart.
KILLED = r"AH00052|exit signal|AH00545"
RESTARTED = r"AH00171|AH00493|AH00494|AH10460"


@pytest.fixture
def dice():
    seed = int(os.environ.get("WS_SEED", random.randrange(1 << 32)))
    print(f"WS_SEED={seed}")
    return random.Random(seed)


@pytest.fixture
def server(start_httpd, mpm):
    children = many_children(mpm)
    return start_httpd(location(), bystander=False, log_level="warn",
                       child_limit=3 * children["children"], **children)


@pytest.fixture
def swarm(server, dice):
    made = Swarm(server, dice)
    yield made
    made.close()


def drops(swarm):
    assert swarm.drops == 3 * len(swarm.clients)
    return [pid for client in swarm.clients for pid in client.lost]


def test_R29_drop_and_resume(swarm):
    swarm.run()
    assert not drops(swarm)
    assert not any(client.refused or client.codes for client in swarm.clients)


def test_killed_child(server, swarm):
    """Only its clients lose their connections."""
    server.allowed.append(KILLED)
    victims = []

    def kill():
        victims.append(max(server.children(), key=swarm.count_in))
        os.kill(victims[0], signal.SIGKILL)
    swarm.run(swarm.messages // 3, kill)
    assert set(drops(swarm)) == set(victims)
    assert not any(client.codes for client in swarm.clients)
    assert victims[0] not in server.children()


def test_graceful_restart(server, swarm):
    server.allowed.append(RESTARTED)
    before = set(server.children())
    # They do not answer a Close: their children live on, while others end and make room.
    silent = one_in_each(server)[:2]
    overlap = set()

    def restart():
        server.signal(signal.SIGUSR1)

    def watch():
        if any(map(processes.is_alive, before)) and any(
                client.pid not in before for client in swarm.clients if client.is_settled):
            overlap.add(swarm.said())
    swarm.run(swarm.messages // 3, restart, watch)
    assert not drops(swarm)
    assert set().union(*(client.codes for client in swarm.clients)) == {1012}
    assert not any(client.pid in before for client in swarm.clients)
    assert len(overlap) > 1, "nothing was said while both generations lived"
    wait_until(lambda: not any(map(processes.is_alive, before)), "the old children's end")
    for talker in silent:
        talker.peer.expect_close(1012)
        talker.peer.abandon()
