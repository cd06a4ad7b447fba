"""The chat in many children: two people and their tabs share a room wherever they are."""

import json
import os
import signal

import pytest

from harness.channels import by_child, connect_spread, many_children
from harness.config import location
from harness.waiting import wait_until

CHAT = location("/ws/chat", "WebSocketPluginOption rate 1000",
                "WebSocketPluginOption burst 10000", "WebSocketMessageRate off", plugin="chat")
OFFER = {"Sec-WebSocket-Protocol": "chat.v1"}


class Tab:
    """One browser tab: a client of chat.v1. `token` is its browser's."""

    def __init__(self, peer, name, token=None):
        self.peer = peer
        self.inbox = []
        self.say("hello", name=name, **({"token": token} if token else {}))
        self.you = self.hear("welcome")["you"]

    def say(self, kind, **fields):
        self.peer.text(json.dumps({"type": kind, **fields}))

    def hear(self, kind, **fields):
        """The next message of this type with these fields; others are kept."""
        def fits(message):
            return message["type"] == kind and fields.items() <= message.items()
        for message in self.inbox:
            if fits(message):
                self.inbox.remove(message)
                return message
        while not fits(message := json.loads(self.peer.read_message())):
            assert message["type"] != "error", message
            self.inbox.append(message)
        return message

    def join(self, **fields):
        self.say("join", **fields)
        return self.hear("joined")

    def change(self, tab, change):
        """That tab's member joined or left, as this one hears it."""
        message = self.hear("presence", change=change)
        assert message["member"]["id"] == tab.you["id"], message
        return message

    def who(self):
        self.say("who")
        members = self.hear("members")
        assert members["count"] == len(members["members"])
        return sorted(member["name"] for member in members["members"])

    def leave(self):
        self.peer.close()
        self.peer.abandon()


def texts(messages):
    return [message["text"] for message in messages]


@pytest.fixture
def server(start_httpd, mpm):
    return start_httpd(CHAT, bystander=False, log_level="warn", **many_children(mpm))


@pytest.fixture
def peers(server):
    """One in each child."""
    all_of_them = connect_spread(server, server.children_wanted * 4, "/ws/chat", replace=OFFER)
    found = by_child(server, all_of_them)
    assert all(found.values()), found
    for several in found.values():
        for spare in several[1:]:
            spare.close()
            spare.abandon()
    yield [several[0] for several in found.values()]
    for several in found.values():
        several[0].abandon()


def test_two_people(peers):
    """In different children: they see each other come, speak and go, and the history is one."""
    ann, bob = Tab(peers[0], "Ann"), Tab(peers[1], "Bob")
    assert ann.join()["messages"] == []
    ann.change(ann, "joined")
    assert {member["name"] for member in bob.join()["members"]} >= {"Ann"}
    ann.change(bob, "joined")
    for number in range(10):
        for speaker in (ann, bob):
            speaker.say("say", text=f"{speaker.you['name']} {number}", client_id=f"{number}")
    heard = [[tab.hear("message") for _ in range(20)] for tab in (ann, bob)]
    assert heard[0] == heard[1]
    for name in ("Ann", "Bob"):
        said = [text for text in texts(heard[0]) if text.startswith(name)]
        assert said == [f"{name} {number}" for number in range(10)]
    carol = Tab(peers[2], "Carol")
    joined = carol.join()
    assert joined["messages"] == heard[0]
    assert carol.who() == ["Ann", "Bob", "Carol"]
    bob.leave()
    for tab in (ann, carol):
        tab.change(bob, "left")
        assert tab.who() == ["Ann", "Carol"]


def test_two_tabs_are_one_person(peers):
    """In two children with one token: joined once, there once, left once, after the last."""
    token = "a-token-of-16-bytes-or-more"
    watcher = Tab(peers[0], "Watcher")
    watcher.join()
    watcher.change(watcher, "joined")
    first, second = Tab(peers[1], "Ann", token), Tab(peers[2], "Ann", token)
    assert first.you == second.you
    first.join()
    watcher.change(first, "joined")
    assert second.join()["count"] == 2
    assert watcher.who() == ["Ann", "Watcher"]
    watcher.say("private", to=first.you["id"], text="psst")
    for tab in (first, second, watcher):
        assert tab.hear("private")["text"] == "psst"
    second.say("say", text="from the other tab")
    assert first.hear("message")["from"] == second.you
    first.leave()
    watcher.say("say", text="one is left")
    assert second.hear("message", text="one is left")
    assert watcher.who() == ["Ann", "Watcher"]
    assert not any(message["type"] == "presence" for message in watcher.inbox)
    second.leave()
    watcher.change(second, "left")
    assert watcher.who() == ["Watcher"]
    assert not any(message["type"] == "presence" for message in watcher.inbox)


def test_R29_resume_in_another_child(server, peers):
    """A child is killed: its people come back elsewhere and get what they missed, each once."""
    server.allowed.append(r"AH00052|exit signal|AH00545")
    token = "a-token-of-16-bytes-or-more"
    ann, bob = Tab(peers[0], "Ann", token), Tab(peers[1], "Bob")
    ann.join()
    bob.join()
    bob.say("say", text="before")
    last = ann.hear("message", text="before")
    victim, = (pid for pid, found in by_child(server, [ann.peer]).items() if found)
    os.kill(victim, signal.SIGKILL)
    ann.peer.expect_drop()
    for number in range(5):
        bob.say("say", text=f"missed {number}")
        bob.hear("message", text=f"missed {number}")
    again = Tab(server.connect("/ws/chat", replace=OFFER), "Ann", token)
    assert again.you == ann.you
    joined = again.join(since=last["position"])
    assert joined["recovered"]
    assert texts(joined["messages"]) == [f"missed {number}" for number in range(5)]
    bob.say("say", text="after")
    assert again.hear("message")["text"] == "after"
    assert bob.who() == ["Ann", "Bob"]
    again.leave()
    wait_until(lambda: bob.who() == ["Bob"], "Ann's leaving")
