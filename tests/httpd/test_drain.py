"""What becomes of WebSockets when others take over from their child, and when it must end."""

import os
import random
import re
import signal
import time

import pytest

from harness import certificates as certificate_files
from harness import processes
from harness.channels import Talker, connect_spread, location, many_children
from harness.config import load
from harness.frames import close
from harness.peer import Ended
from harness.publisher import Publisher
from harness.publisher import location as publish_location
from harness.swarm import Swarm
from harness.waiting import wait_until

# httpd's own notices of restarts and stops.
NOTICES = r"AH00171|AH00493|AH00494|AH00170|AH10460"
PATH = "/ws/channels"
# Ours, about settings that let children end.
ADVICE = r"\[websocket:warn\].* write "


@pytest.fixture
def start(start_httpd):
    """start(drain, ...) -> a server with room for several generations."""
    def start(drain, main="", **fields):
        fields = {"child_limit": 16, "bystander": False, "allowed": [NOTICES], **fields}
        return start_httpd(location() + publish_location(),
                           main=f"WebSocketDrain {drain}\n" + main, **fields)
    return start


def talkers(server, count=6):
    return [Talker(server.connect(PATH, scheme)) for scheme in ("ws", "wss")
            for _ in range(count // 2)]


def one_of_the_new(server, before):
    """A client in a child that was not there before."""
    def find():
        try:
            talker = Talker(server.connect(PATH))
        except (AssertionError, OSError, Ended):
            return None
        if talker.pid not in before:
            return talker
        talker.peer.abandon()
        return None
    return wait_until(find, "a new child to answer", 20)


def restart(server):
    """Gracefully: the old children's pids, and a client in a new one."""
    before = server.children()
    server.signal(signal.SIGUSR1)
    return before, one_of_the_new(server, before)


def expect_end(talker, code):
    talker.peer.expect_close(code, 20)
    talker.peer.send(close(code))
    talker.peer.expect_end(20)
    talker.peer.abandon()


def gone(pids):
    return not any(map(processes.is_alive, pids))


def test_R1_R2_R3_drained_child_serves_on(start):
    """`off`: as long as its clients stay; what the new children publish reaches them."""
    server = start("off")
    old = talkers(server)
    for talker in old:
        talker.subscribe("room")
    before, new = restart(server)
    new.subscribe("room")
    for number, talker in enumerate([*old, new]):
        talker.say("publish", "room", 10, f"said by {number}")
    Publisher(server).publish("room", "said by a page")
    wanted = [f"said by {number}" for number in range(len(old) + 1)] + ["said by a page"]
    heard = [talker.texts(len(wanted), "room") for talker in [*old, new]]
    assert sorted(heard[0]) == sorted(wanted)
    assert all(texts == heard[0] for texts in heard)
    assert {talker.pid for talker in old} <= set(before)
    assert not gone(before)
    for talker in old:
        talker.leave()
    wait_until(lambda: gone(before), "the old children's end", 20)
    new.say("publish", "room", 10, "goodbye")
    new.leave()


def test_R1_closes_are_spread_over_the_time(start):
    """1012, the last when the time is over, and those who stay are served until then."""
    server = start("2s")
    old = talkers(server, 20)
    begin = time.monotonic()
    before, new = restart(server)
    for talker in old:
        expect_end(talker, 1012)
    # One after the other, evenly: the last of n not before (n - 1) / n of the time.
    assert time.monotonic() - begin > 2 * len(old) / (len(old) + 1) - 0.2
    wait_until(lambda: gone(before), "the old children's end", 20)
    new.leave()


def test_queued_messages_leave_before_the_close(start):
    """A slow reader finds all that was sent to it, then the Close."""
    server = start("1s", log_level="warn")
    peer = server.connect(PATH)
    slow = Talker(peer)
    slow.subscribe("room")
    speaker = Talker(server.connect(PATH))
    text = "x" * 50_000
    for number in range(10):
        speaker.say("publish", "room", 10, f"{number} {text}")
    before, new = restart(server)
    expect_end(speaker, 1012)
    got = [line.split(" ", 1) for line in slow.texts(10, "room")]
    assert [(number, rest == text) for number, rest in got] == [(str(n), True) for n in range(10)]
    expect_end(slow, 1012)
    new.leave()
    wait_until(lambda: gone(before), "the old children's end", 20)


@pytest.mark.parametrize("number", (signal.SIGTERM, signal.SIGHUP), ids=("stop", "restart"))
def test_R7_hard_stop_ends_a_drain(start, number):
    """Old children, whose drain has no end, end with the others before httpd gets impatient."""
    server = start("off")
    old = talkers(server)
    before, new = restart(server)
    server.signal(number)
    for talker in [*old, new]:
        expect_end(talker, 1001)
    wait_until(lambda: gone(before), "the old children's end", 20)
    if number == signal.SIGHUP:
        one_of_the_new(server, [*before, new.pid]).leave()
    server.stop()
    assert not server.complaints(0), server.complaints(0)


def test_R7_hard_stop_with_peers_that_do_not_answer(start):
    """All the same: they are cut, in time."""
    server = start("off")
    old = talkers(server)
    before, new = restart(server)
    server.stop()
    assert gone(before)
    assert not server.complaints(0), server.complaints(0)
    for talker in [*old, new]:
        talker.peer.expect_close(1001)
        talker.peer.abandon()


def test_R8_graceful_stop(start):
    server = start("1s")
    old = talkers(server)
    pids = server.children()
    server.signal(signal.SIGWINCH)
    for talker in old:
        expect_end(talker, 1012)
    server.stop()
    assert gone(pids)
    assert not server.complaints(0), server.complaints(0)


def test_R8_graceful_stop_lets_nobody_in(start):
    """Those who are in are served as long as they stay."""
    server = start("off")
    old = talkers(server)
    pids = server.children()
    server.signal(signal.SIGWINCH)

    def is_refused(scheme):
        try:
            server.open_socket(scheme).close()
        except ConnectionRefusedError:
            return True
        except OSError:  # the listener was closed under it
            pass
        return False
    for scheme in ("ws", "wss"):
        wait_until(lambda one=scheme: is_refused(one), f"{scheme} to be refused", 20)
    for talker in old:
        assert int(talker.ask("pid")) in pids
        talker.leave()
    server.stop()
    assert not server.complaints(0), server.complaints(0)


def test_R44_renewed_certificate(prepare_httpd, certificates, tmp_path):
    """New connections get it after a graceful restart; those from before go on with the old one."""
    renewed = certificate_files.make(tmp_path / "renewed")
    server = prepare_httpd(location(), bystander=False, child_limit=16, allowed=[NOTICES],
                           main="WebSocketDrain off\n")
    server.start()
    old = Talker(server.connect(PATH, "wss"))
    server.text = server.text.replace(str(certificates.server), str(renewed.server)).replace(
        str(certificates.server_key), str(renewed.server_key))
    server.write_config()
    server.signal(signal.SIGUSR1)
    server.certificates = renewed

    def reach():
        try:
            return Talker(server.connect(PATH, "wss"))
        except OSError:
            return None
    new = wait_until(reach, "the new certificate", 20)
    for talker in (old, new):
        assert int(talker.ask("pid")) == talker.pid
        talker.leave()
    server.settle()
    server.stop()
    assert not server.complaints(0), server.complaints(0)


@pytest.mark.parametrize("drains", (False, True), ids=("serving", "draining"))
def test_R48_parent_is_killed(start, drains):
    """Its children say so to their clients, and don't keep the ports from the next httpd."""
    server = start("off")
    server.allowed.append(r"parent process is gone")
    clients = talkers(server)
    if drains:
        clients.append(restart(server)[1])
    pids = {talker.pid for talker in clients}
    idle = set(server.children()) - pids
    server.process.kill()
    server.process.wait()
    for talker in clients:
        expect_end(talker, 1001)
    wait_until(lambda: gone(pids), "the children's end")
    for pid in idle:
        os.kill(pid, signal.SIGKILL)
    server.process = None
    assert server.log.find(0, r"parent process is gone: this one closes its \d+ WebSockets and ends")


def test_R9_child_that_has_served_enough(start, mpm):
    """MaxConnectionsPerChild: the child's place is taken by another, its clients are told."""
    server = start("1s", "MaxConnectionsPerChild 5\n", allowed=[NOTICES, ADVICE])
    old = Talker(server.connect(PATH))

    def others():
        try:
            return server.get("/index.html")[0] == 200 and not processes.is_alive(old.pid)
        except OSError:
            return False
    expect_end_after(old, 1012, others)
    one_of_the_new(server, [old.pid]).leave()


def expect_end_after(talker, code, action):
    """action: done again and again until the talker's child ends."""
    def is_closed():
        action()
        try:
            talker.peer.expect_close(code, 0.05)
            return True
        except AssertionError as error:
            if "nothing came" not in str(error):
                raise
            return False
    wait_until(is_closed, "a Close", 30)
    talker.peer.send(close(code))
    talker.peer.expect_end(20)
    talker.peer.abandon()


def test_R10_child_that_seemed_idle(start, mpm):
    """The MPM has too many children: those that it ends drain, and it ends no more than it means
    to."""
    limits = "MinSpareServers 1\nMaxSpareServers 2\n" if mpm == "prefork" else \
        "MinSpareThreads 1\nMaxSpareThreads 12\n"
    server = start("off", limits + load("status"),
                   plain="<Location /status>\nSetHandler server-status\n</Location>\n",
                   **many_children(mpm, 4), child_limit=8, allowed=[ADVICE])
    everybody = [Talker(peer) for peer in connect_spread(server, 16, PATH)]
    pids = set(server.children())

    wait_until(lambda: server.log.find(0, r"its \d+ WebSockets stay"), "a retirement")
    if mpm == "prefork":
        # It counts those that drain as busy; taken for idle, they would cost another its life.
        wait_until(lambda: re.search(r"Scoreboard: (\S+)", server.get("/status?auto")[1])[1]
                   .count("G") == 2, "two to retire", 20)
    for talker in everybody:
        assert talker.ask("pid")  # all are served
    assert pids <= set(server.children())
    retired = [int(re.search(r":pid (\d+)|\[pid (\d+)", line)[0].split()[-1])
               for line in server.log.find(0, "others serve")]
    for talker in everybody:
        talker.leave()
    wait_until(lambda: gone(retired), "the retired children's end", 20)


def test_R6_no_place_left(start, mpm):
    """Where the old children fill all places, they hurry: the pages must come back. worker puts new
    children into the places of those that end."""
    server = start("off", "ServerLimit 1\n", child_limit=1, allowed=[
        NOTICES, ADVICE, r"no place is left for new child processes: .* raise", "AH03490"])
    old = talkers(server)
    before = server.children()
    server.signal(signal.SIGUSR1)
    if mpm == "worker":
        one_of_the_new(server, before).leave()
        for talker in old:
            assert int(talker.ask("pid")) == talker.pid
            talker.leave()
        return
    for talker in old:
        expect_end(talker, 1012)
    one_of_the_new(server, before).leave()
    assert server.log.find(0, "no place is left for new child processes")


class SteppedSwarm(Swarm):
    """All of them speak, and say a part of their messages at each step."""

    def __init__(self, *arguments, steps, **fields):
        self.held = []
        super().__init__(*arguments, **fields)
        # They have begun already.
        part = self.messages // len(self.clients) // (steps + 1)
        for _ in range(steps):
            self.held.append([(client, client.to_say[:part]) for client in self.clients])
            for client in self.clients:
                del client.to_say[:part]

    def said(self):
        return super().said() - sum(len(texts) for step in self.held for _, texts in step)

    def step(self):
        for client, texts in self.held.pop():
            client.to_say[:0] = texts
            if client.is_settled:
                client._go_on()


def test_R6_R36_ten_restarts_in_a_row(start_httpd, mpm, request):
    """Under load, with the logs moved away: nothing crashes, and everybody has every message once
    and in order."""
    children = many_children(mpm, 4)
    server = start_httpd(location(), bystander=False, log_level="warn", allowed=[NOTICES],
                         main="WebSocketDrain 500ms\n", child_limit=12 * children["children"],
                         **children)
    swarm = SteppedSwarm(server, random.Random(6), clients=60, rooms=6, messages=13_200, drops=1,
                         speakers=10, steps=10)
    request.addfinalizer(swarm.close)
    seen = set()
    restarts = 0

    def another():
        nonlocal restarts
        restarts += 1
        seen.update(server.children())
        os.rename(server.access_log.path, f"{server.access_log.path}.{restarts}")
        server.signal(signal.SIGUSR1)
        swarm.step()

    def watch():
        if restarts < 10 and any(c.is_settled and c.pid not in seen for c in swarm.clients):
            another()
    swarm.run(500, another, watch, 90)
    assert restarts == 10
    assert not any(client.lost for client in swarm.clients)
    assert set().union(*(client.codes for client in swarm.clients)) == {1012}
