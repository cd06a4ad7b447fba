"""Presence, users and prefixes: the same in all children."""

import os
import signal

import pytest

from harness.channels import PATH, Talker, location, many_children, one_in_each
from harness.waiting import wait_until

ALICE = {"Authorization": "Basic YWxpY2U6c2VjcmV0"}
BOB = {"Authorization": "Basic Ym9iOmh1bnRlcjI="}
USERS = "".join(
    location(path, "AuthType Basic", 'AuthName "x"', "AuthUserFile @ROOT@/conf/users",
             "Require valid-user") for path in ("/ws/users", "/ws/elsewhere"))


@pytest.fixture(scope="module")
def server(start_module_httpd, mpm):
    return start_module_httpd(location() + USERS, bystander=False, log_level="warn",
                              **many_children(mpm))


@pytest.fixture
def talkers(server):
    """One in each child."""
    made = one_in_each(server)
    yield made
    for talker in made:
        if talker.peer.socket.fileno() >= 0:
            talker.leave()


def everybody_sees(talkers, channel, members):
    for talker in talkers:
        wait_until(lambda one=talker: one.members(channel) == members,
                   lambda one=talker: f"{members}, not {one.members(channel)}")


def test_one_list_for_all(talkers):
    """Everybody enters; every child has the same list, and each leaving reaches all."""
    for number, talker in enumerate(talkers):
        talker.do("enter", "list", f"k{number:02}", f"in {talker.pid}".replace(" ", "_"))
    members = {f"k{number:02}": (1, f"in_{talker.pid}") for number, talker in enumerate(talkers)}
    everybody_sees(talkers, "list", members)
    talkers[0].do("leave", "list")
    talkers[1].leave()
    del members["k00"], members["k01"]
    everybody_sees([talkers[0], *talkers[2:]], "list", members)


def test_join_and_leave_are_told(talkers):
    """To all who listen, each once, in one order, in all children."""
    listeners, (first, second) = talkers[:-2], talkers[-2:]
    for listener in listeners:
        listener.subscribe("told")
    first.do("enter", "told", "ann", "1")
    for listener in listeners:
        assert listener.hear("joined told") == "ann 1"
    second.do("enter", "told", "bob", "2")
    first.do("enter", "told", "ann", "3")  # only other info: nobody joined
    second.do("leave", "told")
    for listener in listeners:
        assert listener.hear("joined told") == "bob 2"
        assert listener.hear("left told") == "bob 2"
    first.leave()
    for listener in listeners:
        assert listener.hear("left told") == "ann 3"
        assert not listener.inbox


def test_two_sessions_are_one_member(talkers):
    """In two children under one key: joined once, left once, after the last of them."""
    first, second, listener = talkers[0], talkers[1], talkers[-1]
    listener.subscribe("tabs")
    first.do("enter", "tabs", "ann", "one")
    everybody_sees([listener], "tabs", {"ann": (1, "one")})
    second.do("enter", "tabs", "ann", "two")
    everybody_sees([listener], "tabs", {"ann": (2, "two")})
    first.leave()
    everybody_sees([listener], "tabs", {"ann": (1, "two")})
    listener.say("publish", "tabs", 0, "between")
    second.leave()
    everybody_sees([listener], "tabs", {})
    assert listener.hear("joined tabs") == "ann one"
    assert listener.texts(1) == ["between"]
    assert listener.hear("left tabs") == "ann two"
    assert not listener.inbox


def test_key_of_a_session_stays(talkers):
    first, second = talkers[:2]
    first.do("enter", "keys", "ann", "x")
    everybody_sees([second], "keys", {"ann": (1, "x")})
    assert first.ask("enter", "keys", "bob", "x") != "0"
    second.do("enter", "keys", "carol", "y")
    everybody_sees([first, second], "keys", {"ann": (1, "x"), "carol": (1, "y")})


def test_members_of_a_killed_child_leave(start_httpd, mpm):
    server = start_httpd(location(), bystander=False, log_level="warn",
                         allowed=(r"AH00052|exit signal|AH00545",), **many_children(mpm))
    victim, *others = one_in_each(server)
    others[0].subscribe("killed")
    victim.do("enter", "killed", "ann", "x")
    victim.do("enter", "killed2", "carol", "z")
    others[0].do("enter", "killed", "bob", "y")
    everybody_sees(others, "killed", {"ann": (1, "x"), "bob": (1, "y")})
    os.kill(victim.pid, signal.SIGKILL)
    victim.peer.expect_drop()
    everybody_sees(others, "killed", {"bob": (1, "y")})
    everybody_sees(others, "killed2", {})
    assert others[0].hear("left killed") == "ann x"


def users(server, header, path="/ws/users"):
    talkers = one_in_each(server, path, replace=header)
    for talker in talkers:
        talker.subscribe("ready")  # answered when the children have written down who listens
    return talkers


def test_users(server):
    """What is sent to a user reaches all the user's sessions, in all children; disconnect ends
    them; nobody else notices either."""
    alices, bobs = users(server, ALICE), users(server, BOB)
    namesakes = users(server, ALICE, "/ws/elsewhere")  # not with the same plugin's Location
    for number, (sender, text) in enumerate(((alices[0], "one"), (bobs[0], "two"),
                                             (alices[-1], "three"))):
        sender.do("tell", "alice", text)
        assert [alice.hear(text) for alice in alices] == [""] * len(alices)
    bobs[0].do("tell", "bob", "only you")
    assert [bob.hear("only you") for bob in bobs] == [""] * len(bobs)
    bobs[0].do("disconnect", "alice", 4401)
    for alice in alices:
        assert not alice.inbox
        found = alice.peer.expect_close(4401)
        assert found.close_reason == "as they wish"
        alice.peer.close_frame(4401)
        alice.peer.expect_end()
    for one in (*namesakes, *bobs):
        assert int(one.ask("pid")) == one.pid
        assert not one.inbox
        one.leave()


def test_nobody(server):
    """A user without sessions, and no user at all."""
    talker = Talker(server.connect(PATH))
    talker.do("disconnect", "nobody-here", 4401)
    assert talker.ask("disconnect") != "0"
    assert int(talker.ask("pid")) == talker.pid
    talker.leave()


def test_prefix(talkers):
    """Messages of all channels that begin so, of those that did not exist yet, and no others."""
    listeners, speaker = talkers[:-1], talkers[-1]
    speaker.subscribe("orders.new")
    # A prefix takes effect when its process has written it down, before its own next message.
    for number, listener in enumerate(listeners):
        listener.do("prefix", "orders.")
        listener.say("publish", "orders.ready", 0, number)
        for earlier in listeners[:number + 1]:
            assert earlier.texts(1, "orders.ready") == [str(number)]
    said = [("orders.new", "1"), ("order.new", "x"), ("orders.eu.7", "2"), ("ordersnew", "x"),
            ("orders.new", "3"), ("orders", "x")]
    for channel, text in said:
        speaker.say("publish", channel, 0, text)
    for listener in listeners:
        heard = [listener.hear("message ").split(" ") for _ in range(3)]
        assert [(channel, text) for channel, _, _, text in heard] == [
            one for one in said if one[1] != "x"]
        assert not listener.inbox
    assert speaker.texts(2) == ["1", "3"]


def test_prefix_and_channel_beside_each_other(talkers):
    """Whoever has both gets a message twice."""
    both, other = talkers[:2]
    both.do("prefix", "twice.")
    both.subscribe("twice.a")
    other.do("prefix", "twice.")
    other.say("publish", "twice.a", 10, "x")
    assert other.texts(1, "twice.a") == ["x"]
    assert both.texts(2, "twice.a") == ["x", "x"]
