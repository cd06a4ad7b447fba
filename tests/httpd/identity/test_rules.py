"""WebSocketChannel: who may hear and speak in which channels, and what is kept there."""

import pytest

from harness.channels import Talker
from harness.waiting import wait_until

DENIED = "-6"


@pytest.fixture
def talker(answered):
    def connect(user, *headers, path="/ws/channels"):
        return Talker(answered(*[f"WebSocket-User: {user}"] * bool(user), *headers, path=path))
    return connect


def heard(talker, verb, channel):
    """What became of a subscription: "" when it is there."""
    talker.say(verb, channel)
    answer = talker.peer.read_message()
    return "" if answer.startswith("subscribed") else answer.split()[-1]


def spoken(talker, channel, text="x"):
    """What became of a publish: "" when it went out."""
    talker.say("publish", channel, 0, text)
    talker.say("pid")
    answer = talker.peer.read_message()
    return "" if answer.startswith("pid") else (talker.hear("pid "), answer.split()[-1])[1]


def test_F5_F6_rules_go_by_channel_and_user(talker):
    ann, guest = talker("ann"), talker("")
    for one, channel, hears, speaks in (
            (ann, "orders.1", "", DENIED), (guest, "orders.1", DENIED, DENIED),
            (ann, "closed", DENIED, ""), (guest, "closed", DENIED, ""), (guest, "news", "", "")):
        assert spoken(one, channel) == speaks, channel
        assert heard(one, "read", channel) == hears, channel
        assert heard(one, "subscribe", channel) == hears, channel


def test_a_users_channel_is_nobody_elses(talker):
    ann, guest = talker("ann"), talker("")
    for one, channel, hears in ((ann, "user:ann", ""), (ann, "user:bob", DENIED),
                                (guest, "user:ann", DENIED)):
        assert heard(one, "read", channel) == hears, channel
        assert heard(one, "subscribe", channel) == hears, channel


def test_a_prefix_needs_all_of_its_channels(talker):
    ann, guest = talker("ann"), talker("")
    assert ann.ask("prefix", "orders.") == "0"
    assert guest.ask("prefix", "orders.") == DENIED
    assert ann.ask("prefix", "user:") == DENIED
    assert guest.ask("prefix", "news.") == "0"


def test_a_sign_in_allows_less(talker):
    ann = talker("ann", "WebSocket-Subscribe: news.*, orders.1", "WebSocket-Publish: orders.1")
    assert heard(ann, "subscribe", "news.1") == "" == heard(ann, "subscribe", "orders.1")
    assert heard(ann, "subscribe", "orders.2") == DENIED == heard(ann, "subscribe", "other")
    assert ann.ask("prefix", "orders.") == DENIED
    assert ann.ask("prefix", "news.") == "0"


@pytest.mark.parametrize("line", ("WebSocket-Publish:", "WebSocket-Publish: ,"))
def test_an_empty_list_is_no_channel(talker, line):
    ann = talker("ann", line, "WebSocket-Subscribe: *")
    assert spoken(ann, "news") == DENIED
    assert heard(ann, "subscribe", "news") == ""
    assert heard(ann, "subscribe", "closed") == DENIED


def test_a_rule_says_what_is_kept(talker, scheme):
    ann, channel = talker("ann"), f"kept.{scheme}"
    before = ann.read(channel).offset
    for text in "abc":
        ann.say("publish", channel, 0, text)
    wait_until(lambda: ann.read(channel).offset == before + 3, "three messages")
    assert ann.read(channel).texts == ["b", "c"]


def test_the_nearest_section_decides_first(case, talker):
    free = Talker(case.connect("/ws/channels/free"))
    assert heard(free, "subscribe", "closed") == ""
    assert heard(free, "subscribe", "orders.1") == DENIED
