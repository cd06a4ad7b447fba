"""Notifications in many children: one user's tabs are one user, wherever they are."""

import os
import signal
import threading

import pytest

from harness.channels import by_child, connect_spread, many_children
from harness.notified import ALICE, BOB, GUESTS, PATH, Site, Tab, locations
from harness.publisher import location as publish_location
from harness.waiting import wait_until

# httpd's own notices of restarts and killed children.
REMARKS = r"AH00171|AH00493|AH00494|AH10460|AH00045|AH00052|exit signal|AH00545"


@pytest.fixture
def server(start_httpd, mpm):
    return start_httpd(locations("keep 1000", "backlog 1000") + publish_location(), bystander=False, log_level="warn",
                       allowed=[REMARKS], **many_children(mpm, prefork=8))


@pytest.fixture
def site(server):
    return Site(server)


@pytest.fixture
def in_each_child(server):
    """in_each_child(path, credentials) -> a Tab in each child."""
    tabs = []

    def connect(path=PATH, credentials=ALICE):
        found = by_child(server, connect_spread(server, server.children_wanted * 4, path,
                                                replace=credentials))
        assert all(found.values()), found
        for several in found.values():
            for spare in several[1:]:
                spare.close()
                spare.abandon()
        tabs.extend(made := [Tab(several[0]) for several in found.values()])
        return made
    yield connect
    for tab in tabs:
        tab.peer.abandon()


def come(server, since=None, path=PATH, credentials=ALICE):
    return Tab(server.connect(path, replace=credentials), since)


def test_read_in_one_tab_is_read_in_all(server, site, in_each_child):
    tabs = in_each_child()
    told = site.tell("alice", "Shipped", link="/orders/12")
    site.tell("alice", "Rate it")
    for tab in tabs:
        tab.title("Rate it")
        assert (tab.titles(), tab.unread) == (["Shipped", "Rate it"], 2)
    assert told["channel"] == "user:alice"
    tabs[0].read(f"{told['epoch']}-{told['offset']}")
    for tab in tabs:
        tab.hear("read", unread=1)
    tabs[1].read()
    for tab in tabs:
        tab.hear("read", unread=0)
    assert come(server).ready["unread"] == 0


def test_a_topic_reaches_all_and_a_user_nobody_else(server, site, in_each_child):
    users, others, guests = in_each_child(), in_each_child(credentials=BOB), in_each_child(GUESTS, {})
    assert (users[0].you["user"], others[0].you["user"], guests[0].you) == ("alice", "bob", None)
    everybody = users + others + guests
    wait_until(lambda: site.facts("news")["subscribers"] == len(everybody), "all to follow news")
    assert site.tell_all("news", "We close at 4")["subscribers"] == len(everybody)
    site.tell("alice", "Only for Alice")
    for tab in users:
        tab.title("Only for Alice")
        assert (tab.titles(), tab.unread) == (["We close at 4", "Only for Alice"], 2)
    site.tell_all("news", "The end")
    for tab in others + guests:
        tab.title("The end")
        assert (tab.titles(), tab.unread) == (["We close at 4", "The end"], 2)
    others[0].read()
    for tab in others:
        tab.hear("read", unread=0)
    assert come(server).ready["unread"] == 3


def test_what_a_user_follows_is_kept(server, site, in_each_child):
    tabs = in_each_child()
    site.tell_all("offers.tea", "Too early")
    tabs[0].say("follow", topic="offers.tea")
    for tab in tabs:
        assert {"name": "offers.tea", "following": True} in tab.hear("topics")["topics"]
    wait_until(lambda: site.facts("offers.tea")["subscribers"] == len(tabs), "all to follow")
    site.tell_all("offers.tea", "Oolong")
    for tab in tabs:
        tab.title("Oolong")
        assert (tab.titles(), tab.unread) == (["Oolong"], 1)
    assert come(server).titles() == ["Oolong"]


def test_tabs_that_read_at_once_lose_nothing(server, site, in_each_child):
    """Each in another child, each another one, in the same instant, again and again."""
    tabs = in_each_child()[:4]
    for turn in range(10):
        ids = []
        for number in range(len(tabs)):
            told = site.tell("alice", f"{turn}.{number}")
            ids.append(f"{told['epoch']}-{told['offset']}")
        for tab in tabs:
            tab.title(f"{turn}.{len(tabs) - 1}")
            assert tab.unread == len(tabs)
        for tab, one in zip(tabs, ids):
            tab.read(one)
        for tab in tabs:
            tab.hear("read", unread=0)
    assert come(server).ready["unread"] == 0


def test_unread_ones_outlive_a_restart(server, site):
    first = come(server)
    told = site.tell("alice", "Read before")
    first.title("Read before")
    site.tell("alice", "Unread")
    site.tell("alice", "Packed", key="order")
    site.tell("alice", "Shipped", key="order")
    first.read(f"{told['epoch']}-{told['offset']}")
    first.hear("read", unread=2)
    first.leave()
    before = server.children()
    server.signal(signal.SIGUSR1)
    wait_until(lambda: not set(server.children()) & set(before), "new children", 20)
    site.tell_all("news", "After the restart")
    again = come(server)
    assert again.replayed == ["Unread", "Shipped", "After the restart"]
    assert again.unread == 3
    again.read()
    again.hear("read", unread=0)
    assert come(server).ready["unread"] == 0


def test_coming_back_in_another_child(server, site, in_each_child):
    """A child is killed: its tab comes back elsewhere and gets what it missed, each once."""
    tab, other = in_each_child()[:2]
    site.tell("alice", "Before")
    for one in (tab, other):
        one.title("Before")
    victim, = (pid for pid, found in by_child(server, [tab.peer]).items() if found)
    os.kill(victim, signal.SIGKILL)
    tab.peer.expect_drop()
    told = [site.tell("alice", f"Missed {number}") for number in range(5)]
    other.title("Missed 4")
    other.read(f"{told[2]['epoch']}-{told[2]['offset']}")
    other.hear("read", unread=5)
    again = come(server, tab.positions)
    assert again.ready["recovered"]
    assert again.replayed == [f"Missed {number}" for number in range(5)]
    assert [found["title"] for found in again.shown.values() if found["read"]] == ["Missed 2"]
    assert len(again.ready["unread_ids"]) == again.unread == 5
    site.tell("alice", "After")
    again.title("After")
    assert again.unread == 6


def test_publishing_during_a_restart(server, site):
    """A tab that comes back after each 1012 shows everything that was told meanwhile, each once."""
    server.allowed.append("no place is left for new child processes")  # so it is on prefork
    count = 200
    tab = come(server)
    before = server.children()

    def tell():
        for number in range(count):
            site.tell("alice", f"{number}")
            if number == 20:
                server.signal(signal.SIGUSR1)
    telling = threading.Thread(target=tell)
    telling.start()
    shown = []
    while len(shown) < count:
        try:
            shown += [tab.hear("notification")["title"]]
        except AssertionError:  # closed, or cut while the old child ends
            tab.peer.abandon()
            tab = wait_until(lambda: come_back(server, tab), "a connection", 20)
            assert tab.ready["recovered"]
            shown += tab.replayed
    telling.join()
    assert shown == [f"{number}" for number in range(count)]
    wait_until(lambda: not set(server.children()) & set(before), "the old children's end", 20)


def come_back(server, tab):
    try:
        return come(server, tab.positions)
    except (AssertionError, OSError):
        return None


def test_what_php_gets_wrong_harms_nobody(server, site):
    server.allowed.append(r"no notification, and delivered to nobody: on the channel user:alice: "
                          r"(missing_field \(title\)|bad_field \(link\))")
    tab = come(server)
    for wrong in ('{"text":"no title"}', '{"title":"x","link":"javascript:alert(1)"}', "nonsense"):
        site.publish("users/alice", wrong)
    site.tell("alice", "Right")
    tab.title("Right")
    assert (tab.titles(), tab.unread) == (["Right"], 1)


def test_what_a_client_gets_wrong_is_said(server, site):
    tab = come(server)
    for wrong in ("nonsense", "[]", '{"type":"follow","topic":"user:bob"}',
                  '{"type":"read","ids":[1]}', "[" * 100_000):
        tab.peer.text(wrong)
        tab.hear("error")
    site.tell("alice", "Still here")
    tab.title("Still here")


def test_tabs_on_several_loops_of_a_child(start_httpd):
    server = start_httpd(locations() + publish_location(), main="WebSocketLoops 3\n", bystander=False)
    site = Site(server)
    tabs = [come(server) for _ in range(6)]
    ids = []
    for number in range(20):
        told = site.tell_all("news", f"{number}")
        ids.append(f"{told['epoch']}-{told['offset']}@news")
    for tab in tabs:
        tab.title("19")
        assert (tab.titles(), tab.unread) == ([f"{number}" for number in range(20)], 20)
    for tab, one in zip(tabs, ids):
        tab.read(one)
    for tab in tabs:
        tab.hear("read", unread=20 - len(tabs))
