"""WebSocketSlowClient: what arrives at a client that reads late, or never, and in which order."""

import pytest

from harness import build, channels, processes
from harness.channels import Talker
from harness.frames import CLOSE, text
from harness.session_log import ENDED

QUEUE = 256 * 1024
PAD = "p" * 4000
COUNT = 3000  # more than the kernel takes

QUIET = "WebSocketMessageTimeout 10min"
SITE = "".join((
    channels.location(channels.PATH, "WebSocketSendQueue 64M"),
    *(channels.location(f"/ws/{policy}", f"WebSocketSendQueue {QUEUE}", QUIET,
                        f"WebSocketSlowClient {policy}")
      for policy in ("close", "drop", "drop-oldest", "latest")),
))

CUT_OFF = r"slow clients were cut off"


@pytest.fixture(scope="module")
def server(session_httpd):
    return session_httpd(SITE)


def slow(case, policy, *names):
    """A client that subscribes to the channels and reads no more."""
    peer = case.open(receive_buffer=65536).upgrade(f"/ws/{policy}")
    talker = Talker(peer)
    for name in names:
        talker.subscribe(name)
    return peer


def publish(case, *names, count=COUNT, pad=PAD):
    """Messages with growing numbers to each of the channels, and a subscriber who gets them all."""
    talker = Talker(case.connect(channels.PATH))
    for name in names:
        talker.subscribe(name)
    peer = talker.peer
    assert peer.pump(b"".join(text(f"publish {name} 0 {number} {pad}")
                              for number in range(count) for name in names), 60)
    got = [heard(peer.read_message()) for _ in range(count * len(names))]
    for name in names:
        assert numbers(got, name) == list(range(count))
    case.bystanders.check()


def heard(message):
    """(channel, number) of a published message; None for another."""
    words = message.split(" ", 5)
    return (words[1], int(words[4])) if words[0] == "message" else None


def read_all(peer):
    """What the slow client finds when it reads at last, up to the answer to its question."""
    peer.text("pid")
    found = []
    while (one := heard(peer.read_message(30))) is not None:
        found.append(one)
    return found


def numbers(found, name="room"):
    return [number for channel, number in found if channel == name]


def split(got):
    """The beginning without a gap, and the rest."""
    at = next((index for index, number in enumerate(got) if number != index), len(got))
    return got[:at], got[at:]


def test_F11_close(case):
    peer = slow(case, "close", "room")
    publish(case, "room")
    got = []
    with pytest.raises(AssertionError, match="Close 1013"):
        while True:
            got.append(heard(peer.read_message())[1])
    assert got == list(range(len(got)))
    assert len(got) < COUNT


def test_F11_drop(case):
    """What comes when the queue is full is missed: the newest."""
    peer = slow(case, "drop", "room")
    publish(case, "room")
    got = numbers(read_all(peer))
    assert got == sorted(set(got))
    assert len(split(got)[0]) * len(PAD) > QUEUE
    assert got[-1] < COUNT - 1
    peer.close()


def test_F11_drop_oldest(case):
    """The beginning, which was on its way already; then what fits of the end, without a gap."""
    peer = slow(case, "drop-oldest", "room")
    publish(case, "room")
    begin, rest = split(numbers(read_all(peer)))
    assert begin and rest
    assert rest == list(range(COUNT - len(rest), COUNT))
    assert len(rest) * len(PAD) <= 2 * QUEUE  # the queue, and a batch
    peer.close()
    case.wait_for_line(rf"{ENDED}.* dropped {COUNT - len(begin) - len(rest)}$")


def test_drop_oldest_of_two_channels(case):
    """Whatever is older goes, and order is kept across channels."""
    peer = slow(case, "drop-oldest", "one", "two")
    publish(case, "one", "two")
    found = read_all(peer)
    for name in ("one", "two"):
        begin, rest = split(numbers(found, name))
        assert begin and rest == list(range(COUNT - len(rest), COUNT))
    peer.close()


def test_F11_latest(case):
    """Behind what was on its way, the newest message of each channel."""
    peer = slow(case, "latest", "one", "two")
    publish(case, "one", "two")
    found = read_all(peer)
    for name in ("one", "two"):
        begin, rest = split(numbers(found, name))
        assert begin and rest == [COUNT - 1]
    assert set(found[-2:]) == {("one", COUNT - 1), ("two", COUNT - 1)}
    peer.close()
    case.wait_for_line(rf"{ENDED}.* dropped {2 * COUNT - len(found)}$")


@pytest.mark.parametrize("policy", ("drop-oldest", "latest"))
def test_whoever_reads_gets_all(case, policy):
    """No client that keeps up misses anything, nor what is kept."""
    talker = Talker(case.connect(f"/ws/{policy}"))
    talker.subscribe("calm")
    for number in range(300):
        talker.say("publish", "calm", 10, number, PAD)
        assert talker.texts(1, "calm") == [f"{number} {PAD}"]
    assert len(talker.read("calm", 0, 0).texts) == 10


@pytest.mark.parametrize("policy", ("drop-oldest", "latest"))
def test_answers_are_not_dropped(case, policy):
    """What the plugin says to one client itself arrives, however much is published around it."""
    peer = slow(case, policy, "room")
    publish(case, "room", count=COUNT // 2)
    for name in ("first", "second"):
        peer.text(f"leave {name}")
    publish(case, "room", count=COUNT // 2)
    peer.text("pid")
    answers = []
    while not (message := peer.read_message(30)).startswith("pid"):
        answers += [message] if message.startswith("leave") else []
    assert len(answers) == 2
    peer.close()


@pytest.mark.parametrize("policy", ("drop-oldest", "latest"))
def test_a_client_that_is_behind_can_ask_for_less(case, policy):
    """It is heard though it does not read."""
    peer = slow(case, policy, "room")
    publish(case, "room")
    peer.close_frame(1000)
    while (found := peer.read_frame(30)).opcode != CLOSE:
        pass
    assert found.close_code == 1000
    case.wait_for_line(rf"{ENDED}code=1000 ")


CROWD, SMALL = 1000, 64 * 1024


@pytest.mark.parametrize("scheme, policy, send_memory", (
    ("ws", "drop-oldest", 256), ("ws", "latest", 256), ("wss", "drop-oldest", 16)))
def test_F12_R17_a_thousand_that_never_read(start_httpd, scheme, policy, send_memory):
    """They cost what their queues may hold, and together no more than WebSocketSendMemory. A
    publisher and a subscriber who reads notice nothing."""
    server = start_httpd(SITE.replace(str(QUEUE), str(SMALL)), log_level="warn",
                         main=f"WebSocketSendMemory {send_memory}M\n",
                         allowed=("is more than a loop's share of WebSocketSendMemory",))
    pid, = server.children()
    crowd = []
    for _ in range(CROWD):
        peer = server.open(scheme, receive_buffer=4096).upgrade(f"/ws/{policy}")
        peer.text("subscribe room")
        assert peer.read_message().startswith("subscribed room")
        crowd.append(peer)
    good = Talker(server.connect(channels.PATH, scheme))
    good.subscribe("room")
    before = processes.anonymous_memory(pid)
    most = 0
    for number in range(400):
        good.say("publish", "room", 0, number, PAD)
        assert heard(good.peer.read_message()) == ("room", number)
        if number % 20 == 0:
            most = max(most, processes.anonymous_memory(pid) - before)
    assert build.SANITIZE or most <= min(CROWD * SMALL, send_memory << 20), most
    for peer in crowd:
        peer.reset()
    good.leave()
    server.allowed.append(CUT_OFF)
