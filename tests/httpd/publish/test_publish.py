"""Publishing over HTTP: who gets what, what is answered, what is known of channels."""

import json

import pytest

from harness.channels import Talker, location, many_children, one_in_each
from harness.publisher import Publisher
from harness.publisher import location as publish_location
from harness.waiting import wait_until

ALICE = {"Authorization": "Basic YWxpY2U6c2VjcmV0"}
BOB = {"Authorization": "Basic Ym9iOmh1bnRlcjI="}
AUTH = ("AuthType Basic", 'AuthName "x"', "AuthUserFile @ROOT@/conf/users", "Require valid-user")


@pytest.fixture(scope="module")
def server(start_module_httpd, mpm):
    return start_module_httpd(
        location() + location("/ws/one", *AUTH) + location("/ws/two", *AUTH) + publish_location(),
        bystander=False, log_level="warn", **many_children(mpm, prefork=8))


@pytest.fixture
def publisher(server):
    return Publisher(server)


@pytest.fixture
def talkers(server):
    """One in each child."""
    made = one_in_each(server)
    yield made
    for talker in made:
        if talker.peer.socket.fileno() >= 0:
            talker.leave()


def subscribers_are(publisher, channel, count):
    """Each child writes its number by itself; soon all have."""
    wait_until(lambda: publisher.facts(channel)["subscribers"] == count,
               lambda: f"{count} subscribers, not {publisher.facts(channel)}")


def test_reaches_all_children_and_says_how_many(talkers, publisher):
    assert publisher.publish("all", "nobody")["subscribers"] == 0
    for talker in talkers:
        talker.subscribe("all")
    subscribers_are(publisher, "all", len(talkers))
    answer = publisher.publish("all", "hello", Content_Type="text/plain")
    assert answer["channel"] == "all" and answer["subscribers"] == len(talkers)
    assert answer["offset"] == "2" and int(answer["epoch"]) > 0
    for talker in talkers:
        assert talker.texts(1, "all") == ["hello"]
    for talker in talkers[1:]:
        talker.leave()
    subscribers_are(publisher, "all", 1)


def test_binary_and_json(server, talkers, publisher):
    talker = talkers[0]
    talker.subscribe("kinds")
    message = json.dumps({"order": 7, "text": "größer"}, ensure_ascii=False)
    publisher.publish("kinds", message, Content_Type="application/json; charset=utf-8")
    assert talker.texts(1, "kinds") == [message]
    publisher.publish("kinds", message, Content_Type="application/vnd.api+json")
    assert talker.texts(1, "kinds") == [message]
    publisher.publish("kinds", b"\xff\x00", Content_Type="application/octet-stream")
    assert talker.peer.read_message().endswith(b"\xff\x00")


def test_several_channels_at_once(talkers, publisher):
    for talker in talkers[:2]:
        talker.subscribe("first")
    talkers[0].subscribe("second/third")
    subscribers_are(publisher, "first", 2)
    answer = publisher.publish("?channel=first&channel=second%2Fthird&channel=silent", "x")
    assert [(one["channel"], one["subscribers"]) for one in answer["messages"]] == [
        ("first", 2), ("second/third", 1), ("silent", 0)]
    assert talkers[0].texts(1, "first") == ["x"]
    assert talkers[0].texts(1, "second/third") == ["x"]
    assert talkers[1].texts(1, "first") == ["x"]


def test_family_counts_too(talkers, publisher):
    talkers[0].do("prefix", "orders.")
    talkers[1].subscribe("orders.1")
    wait_until(lambda: publisher.publish("orders.1", "x")["subscribers"] == 2, "both to be there")


def test_history_as_told(talkers, publisher):
    for text in ("1", "2", "3"):
        publisher.publish("kept?history=2&age=1h", text)
    facts = publisher.facts("kept")
    assert facts["offset"] == "3" and facts["kept"] == 2
    assert talkers[0].subscribe("kept").texts == ["2", "3"]
    publisher.publish("kept?history=5&age=300ms", "4")
    wait_until(lambda: talkers[0].read("kept").texts == [], "history to be too old")


def test_forgets_history_and_goes_on(talkers, publisher):
    for text in ("1", "2"):
        publisher.publish("cleared?history=9", text)
    answer = publisher.call("DELETE", "/cleared")
    assert answer.status == 200 and answer.json["removed"] == 2 and answer.json["offset"] == "2"
    reply = talkers[0].subscribe("cleared")
    assert (reply.texts, reply.offset) == ([], 2)
    assert publisher.publish("cleared?history=9", "3")["offset"] == "3"
    assert talkers[0].texts(1, "cleared") == ["3"]


def test_facts_and_members(talkers, publisher):
    talkers[0].do("enter", "room", "ann", "a")
    talkers[1].do("enter", "room", "ann", "b")
    talkers[2].do("enter", "room", "bob", '{"x":1}')
    wait_until(lambda: publisher.facts("room")["count"] == {"members": 2, "sessions": 3},
               lambda: f"three sessions, not {publisher.facts('room')}")
    facts = publisher.facts("room")
    assert [(one["key"], one["sessions"]) for one in facts["members"]] == [("ann", 2), ("bob", 1)]
    assert facts["members"][1]["info"] == '{"x":1}'
    assert publisher.facts("never-used")["epoch"] == "0"


def test_list_of_channels(publisher):
    for name in ("list.a", "list.b", "list.c"):
        publisher.publish(f"{name}?history=1", "x")
    answer = publisher.call("GET", "?prefix=list.&limit=2").json
    assert [one["channel"] for one in answer["channels"]] == ["list.a", "list.b"]
    answer = publisher.call("GET", f"?prefix=list.&limit=2&after={answer['next']}").json
    assert [one["channel"] for one in answer["channels"]] == ["list.c"] and "next" not in answer
    everything = publisher.call("GET", "/?limit=1000").json["channels"]
    assert {"list.a", "list.b"} <= {one["channel"] for one in everything}


def test_rules_say_what_is_kept(start_httpd):
    """WebSocketChannel where nothing else is said; the caller's word is above it."""
    server = start_httpd(location() + publish_location(
        "/ws/publish", 'WebSocketChannel "kept.*" history=2',
        'WebSocketChannel "user:*" history=1'))
    publisher = Publisher(server)
    for _ in range(3):
        publisher.publish("kept.1")
        publisher.publish("kept.2?history=3")
        publisher.publish("other")
        publisher.publish("users/ann")
        publisher.publish("?user=bob&channel=plain&history=0")
    kept = {name: publisher.facts(name)["kept"]
            for name in ("kept.1", "kept.2", "other", "user:ann", "user:bob", "plain")}
    assert kept == {"kept.1": 2, "kept.2": 3, "other": 0, "user:ann": 1, "user:bob": 0, "plain": 0}


def test_users_own_channel_is_kept(publisher):
    answer = publisher.publish("users/alice", "for you")
    assert answer["channel"] == "user:alice"
    assert publisher.facts("user:alice")["kept"] == 1
    answer = publisher.publish("users?user=alice&user=Ann%20Lee", "for both")
    assert [one["channel"] for one in answer["messages"]] == ["user:alice", "user:Ann%20Lee"]


def test_R45_disconnects_a_user_everywhere(server, publisher):
    """At each Location, in all children; nobody else."""
    alices = [Talker(server.connect(path, replace=ALICE))
              for path in ("/ws/one", "/ws/two") for _ in range(4)]
    bobs = [Talker(server.connect(path, replace=BOB)) for path in ("/ws/one", "/ws/two")]
    answer = publisher.post("users/alice/disconnect", "")
    assert answer.status == 200 and answer.json == {"user": "alice"}
    for alice in alices:
        alice.peer.expect_close(4403)
    back = Talker(server.connect("/ws/one", replace=ALICE))
    body = json.dumps({"code": 4000, "reason": "bye"})
    assert publisher.post("users/disconnect?user=alice&user=nobody", body).status == 200
    back.peer.expect_close(4000)
    for bob in bobs:
        assert bob.ask("pid")
        bob.leave()


def test_R29_same_key_is_published_once(server, talkers, publisher):
    """Whichever children take the calls."""
    talkers[0].subscribe("once")
    subscribers_are(publisher, "once", 1)
    first = publisher.post("once", "pay", Idempotency_Key="order-7")
    assert first.status == 200 and first.get("Idempotent-Replayed") is None
    for _ in range(2 * server.children_wanted):
        again = publisher.post("once", "pay", Idempotency_Key="order-7")
        assert again.text == first.text and again.get("Idempotent-Replayed") == "true"
    assert publisher.post("once", "other", Idempotency_Key="order-7").status == 422
    assert publisher.post("twice", "pay", Idempotency_Key="order-7").status == 422
    assert publisher.publish("once", "end")["offset"] == "2"
    assert talkers[0].texts(2, "once") == ["pay", "end"]


def test_over_tls(server):
    assert Publisher(server, scheme="wss").publish("tls", "x")["channel"] == "tls"


def test_inner_location_has_rules_of_its_own(start_httpd):
    """Its channels are still those of the outer one."""
    server = start_httpd(location() + publish_location() +
                         "<Location /ws/publish/secret>\n Require all denied\n</Location>\n"
                         "<Location /ws/publish/open/>\n WebSocketMaxMessageSize 5\n</Location>\n",
                         allowed=["client denied by server configuration"])
    publisher = Publisher(server)
    assert publisher.publish("open/x", "12345")["channel"] == "open/x"
    assert publisher.post("open/x", "123456").status == 413
    assert publisher.post("secret", "x").status == 403


def test_without_any_plugin_it_says_so(start_httpd):
    server = start_httpd(publish_location(), bystander=False, allowed=["No WebSocketPlugin is at"])
    answer = Publisher(server).post("a")
    assert answer.status == 503 and answer.json["error"] == "unavailable"


def test_needs_a_plain_location(start_httpd):
    server = start_httpd('<LocationMatch "^/p/">\n SetHandler websocket-publish\n</LocationMatch>\n',
                         allowed=["needs a <Location> with a plain path"])
    assert Publisher(server, "/p").post("a").status == 500
