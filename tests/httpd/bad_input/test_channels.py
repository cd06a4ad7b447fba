"""BAD_INPUT F: names, positions and JSON that clients send, and clients that do not read."""

import itertools
import json

import pytest

from harness.channels import PATH, Talker
from harness.config import location
from harness.frames import CLOSE
from harness.publisher import Publisher
from harness.publisher import location as publisher_location
from harness.session_log import ENDED
from harness.waiting import wait_until

CHAT = "/ws/chat"
OFFER = {"Sec-WebSocket-Protocol": "chat.v1"}


def new_name():
    """A name and a room that no other test has."""
    return f"a{next(_numbers)}"


_numbers = itertools.count()


class Chatter:
    """A client of chat.v1 in a room of its own; it hears errors, too."""

    def __init__(self, case, room=None):
        self.room = room or new_name()
        self.peer = case.connect(f"{CHAT}/{self.room}", replace=OFFER)
        self.say(type="hello", name=new_name())
        self.hear("welcome")

    def say(self, **fields):
        self.peer.text(json.dumps(fields))

    def hear(self, *kinds):
        while (message := json.loads(self.peer.read_message()))["type"] not in kinds:
            assert message["type"] != "error", message
        return message

    def refused(self, *codes, raw=None, **fields):
        """Says it; the answer is one of these errors, and the connection goes on."""
        self.peer.text(raw if raw is not None else json.dumps(fields))
        error = self.hear("error", "joined", "message", "members")
        assert error["type"] == "error" and error["code"] in codes, error
        self.join()

    def join(self, **fields):
        self.say(type="join", **fields)
        return self.hear("joined")


@pytest.fixture
def ann(case):
    return Chatter(case)


@pytest.mark.parametrize("room", ["", "x" * 65, "a\0b", "a\r\nb", "a b", "\u0085", "*", "a/..",
                                  "{a}", "a:b", "a\tb", "\ud800"],
                         ids=lambda room: ascii(room)[:12])
def test_F1_F2_room_names(ann, room):
    ann.refused("bad_room", "bad_json", type="join", room=room)


def test_F1_repeated_is_closed(ann):
    """max-errors of them in a row."""
    for _ in range(200):
        ann.peer.text('{"type":"join","room":""}')
    while (frame := ann.peer.read_frame()).opcode != CLOSE:
        assert json.loads(frame.payload)["code"] in ("bad_room", "rate_limited")
    assert frame.close_code == 1008


@pytest.mark.parametrize("name", ["x" * 256, "a\x7fb", "a\u00a0b", "a\0b", "a\x1bb"],
                         ids=lambda name: ascii(name)[:12])
def test_F1_channel_names(case, name):
    """What a plugin hands on as it came."""
    talker = Talker(case.connect(PATH))
    for verb in ("subscribe", "read", "publish", "enter", "prefix"):
        talker.say(verb, name, "1", "1")
        assert talker.hear(f"{verb} ") == "-3"
    assert talker.subscribe("F1").offset == 0


def test_F2_names_of_others_namespaces(case):
    """Names that look like keys of ours are names like all others."""
    talker = Talker(case.connect(PATH))
    for name in ("localhost/F2", "{localhost}F2", "a:b:c", "..", "*", "F2.*", "%0a"):
        talker.subscribe(name)
        talker.say("publish", name, 0, "x")
        assert talker.texts(1, name) == ["x"]


def test_F3_many_rooms(ann):
    for number in range(8):
        ann.join(room=f"{ann.room}-{number}")
    ann.say(type="join", room=f"{ann.room}-8")
    assert ann.hear("error")["code"] == "too_many_rooms"


def test_F3_many_subscriptions(case):
    """Whatever a plugin lets its clients ask for."""
    talker = Talker(case.connect("/ws/few-subscriptions"))
    for number in range(5):
        talker.subscribe(f"F3.{number}")
    for verb, name in (("subscribe", "F3.5"), ("prefix", "F3.")):
        talker.say(verb, name)
        assert talker.hear(f"{verb} ") == "-2"
    talker.subscribe("F3.4")
    talker.say("publish", "F3.4", 0, "x")
    assert talker.texts(1, "F3.4") == ["x"]


def test_F4_again_and_unknown(ann):
    """Idempotent: twice is once, and what is not there is not left."""
    assert ann.join()["count"] == 1
    assert ann.join()["count"] == 1
    for _ in range(2):
        ann.say(type="leave", room=new_name())
        assert ann.hear("left", "error").get("code", "not_in_room") == "not_in_room"
    assert ann.join()["count"] == 1


def test_F4_fast(ann):
    """Beyond the rate joins are refused."""
    for _ in range(30):
        ann.peer.text('{"type":"join"}')
    while (answer := ann.hear("joined", "error"))["type"] == "joined":
        pass
    assert answer["code"] == "rate_limited" and answer["retry_after_ms"] > 0


def test_F5_F6_rules(case):
    """Neither heard nor spoken in, and it is the same whether the channel exists or not."""
    publisher = Publisher(case.server, scheme=case.scheme)
    publisher.publish("secret.there?history=1", "x")
    talker = Talker(case.connect("/ws/ruled"))
    for name in ("secret.there", "secret.nowhere", "user:alice"):
        for verb in ("subscribe", "read"):
            talker.say(verb, name)
            assert talker.hear(f"{verb} ") == "-6"
    talker.say("prefix", "secret.")
    assert talker.hear("prefix ") == "-6"
    talker.subscribe("news.today")
    talker.say("publish", "news.today", 0, "mine")
    assert talker.hear("publish ") == "-6"
    publisher.publish("news.today", "theirs")
    assert talker.texts(1, "news.today") == ["theirs"] and not talker.inbox


def test_F6_as_another_user(case):
    """Who is signed in has that name, whatever the message says."""
    alice = case.connect("/ws/chat-private", replace={
        **OFFER, "Authorization": "Basic YWxpY2U6c2VjcmV0"})
    alice.text('{"type":"hello","name":"bob"}')
    answer = json.loads(alice.read_message())
    assert answer.get("code") == "name_fixed" or answer["you"]["name"] == "alice", answer


@pytest.mark.parametrize("since", [{"epoch": 1, "offset": 1}, {"epoch": "1"}, {}, [], "1-1", None])
def test_F7_no_positions(ann, since):
    ann.refused("missing_field", "bad_field", type="join", since=since)


@pytest.mark.parametrize("epoch, offset", [
    (None, "18446744073709551615"), ("1", "0"), ("18446744073709551615", "1"), ("-1", "1"),
    (None, "-1"), ("18446744073709551616", "1"), (None, "18446744073709551616"), ("x", "1"),
    ("", ""), (None, "1e1")])
def test_F7_positions_of_elsewhere(ann, epoch, offset):
    """Of another epoch, from the future, or no numbers: not recovered, with all there is."""
    ann.join()
    ann.say(type="say", text="there")
    position = ann.hear("message")["position"]
    joined = ann.join(since={"epoch": position["epoch"] if epoch is None else epoch,
                             "offset": offset})
    assert joined["recovered"] is False
    assert joined["messages"][-1]["text"] == "there"


@pytest.mark.parametrize("raw, codes", [
    ("[" * 100_000, {"bad_json", "too_big"}),
    ("[" * 1000, {"bad_json"}), ('{"a":' * 50_000, {"bad_json", "too_big"}),
    ('{"type":"say","text":1e999}', {"bad_field", "bad_json"}),
    ('{"type":"say","type":"say","text":"x"}', {"duplicate_field"}),
    (r'{"type":"say","text":"\ud800"}', {"bad_json"}),
    (r'{"type":"say","text":"a\u0000b"}', {"bad_text", "bad_json"}),
    ('{"type":"say","text":"x"} trailing', {"bad_json"}),
    ('{"type":"say","text":"' + "x" * 1_000_000 + '"}', {"too_big", "too_long"}),
    ('{"type":"say","text":7}', {"bad_field"}), ("", {"bad_json"}), ("null", {"bad_json"}),
    ('{"type":null}', {"bad_field", "unknown_type"})], ids=range(13))
def test_F8_json(ann, raw, codes):
    ann.refused(*codes, raw=raw)


def test_F9_large_message_to_many(case, bystanders):
    """One buffer for all of them, and others are served in between."""
    peers = [Talker(case.connect(PATH)) for _ in range(200)]
    for peer in peers:
        peer.subscribe("F9")
    before = case.server.memory()
    Publisher(case.server, scheme=case.scheme).publish("F9", "x" * 1_000_000)
    bystanders.check()
    for peer in peers:
        assert len(peer.texts(1, "F9")[0]) == 1_000_000
    if case.scheme == "ws":
        case.check_growth(before, 80 << 20)


@pytest.mark.parametrize("name", ["\u202eevil", "<script>alert(1)</script>", "a\u200bb\u2066c"])
def test_F10_names_that_are_no_text(case, name):
    """Stored as they are; \u202e and its like are characters. Pages show them as text."""
    chatter = case.connect(CHAT, replace=OFFER)
    chatter.text(json.dumps({"type": "hello", "name": name}))
    answer = json.loads(chatter.read_message())
    assert answer.get("code") == "bad_name" or answer["you"]["name"] == name, answer


@pytest.mark.parametrize("name", ["a\x1b[2Jb", "x" * 33, "\u00e4" * 33, "\u200b", " "])
def test_F10_names_that_are_refused(case, name):
    chatter = case.connect(CHAT, replace=OFFER)
    chatter.text(json.dumps({"type": "hello", "name": name}))
    assert json.loads(chatter.read_message())["code"] == "bad_name"


def test_F11_subscriber_that_does_not_read(case):
    """Closed with 1013; whoever publishes does not wait, and others get everything."""
    stuck = Talker(case.connect("/ws/small-queue", open={"receive_buffer": 4096}))
    reader = Talker(case.connect(PATH))
    for talker in (stuck, reader):
        talker.subscribe("F11")
    publisher = Publisher(case.server, scheme=case.scheme)
    for _ in range(300):
        publisher.publish("F11", "x" * 100_000)
        assert len(reader.texts(1, "F11")[0]) == 100_000
        if case.lines(ENDED):
            break
    reader.leave()
    codes = [end.code for end in case.ends(2)]
    assert sorted(codes) in ([1000, 1006], [1000, 1013])  # the Close may not get through


def test_F12_many_that_do_not_read(start_httpd):
    """Together they may keep 4 MiB waiting: the largest queues go, others are served."""
    server = start_httpd(location(PATH, "WebSocketSendQueue 1M", "WebSocketPingInterval off",
                                  plugin="@plugin:channels@") + publisher_location(),
                         main="WebSocketSendMemory 4M\n", log_level="warn websocket:info",
                         allowed=["slow clients were cut off"])
    stuck = [Talker(server.open(receive_buffer=4096).upgrade(PATH)) for _ in range(100)]
    reader = Talker(server.connect(PATH))
    for talker in (*stuck, reader):
        talker.subscribe("F12")
    publisher = Publisher(server)
    for number in range(400):
        publisher.publish("F12", f"{number} " + "x" * 50_000)
        assert reader.texts(1, "F12")[0].startswith(f"{number} ")
        if len(server.log.find(0, "too slow, and the process has no room")) >= 10:
            break
    wait_until(lambda: server.log.find(0, "slow clients were cut off"), "the line about all")
    assert len(server.children()) == 1
    for talker in stuck:
        talker.peer.abandon()
    reader.leave()


def test_F13_two_bots(case):
    """They answer each other as fast as they can: the rate is that of the directive."""
    room = new_name()
    bots = [Chatter(case, room) for _ in range(2)]
    for bot in bots:
        bot.join()
    bots[0].say(type="say", text="0")
    codes = []
    for turn in range(400):
        bot = bots[1 - turn % 2]
        heard = bot.hear("message", "error")
        if heard["type"] == "error":
            codes.append(heard["code"])
            break
        bot.say(type="say", text=str(turn + 1))
    assert codes == ["rate_limited"]


def test_F13_bots_that_their_plugin_does_not_stop(case):
    """The rate of their messages does, at last."""
    bots = [Talker(case.connect("/ws/bots")) for _ in range(2)]
    for bot in bots:
        bot.subscribe("F13")
    bots[0].say("publish", "F13", 0, 0)
    said = 0
    with pytest.raises(AssertionError, match="1008|ended"):
        while said < 1000:
            for bot in bots:
                bot.texts(1, "F13")
                bot.say("publish", "F13", 0, said)
                said += 1
    assert said < 1000
    assert "too many messages" in {end.cause for end in case.ends()}
