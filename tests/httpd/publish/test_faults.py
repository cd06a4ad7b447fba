"""Publishing while httpd restarts, stops, is full, or is busy: nothing is lost that was answered."""

import shutil
import signal
import threading
from http.client import HTTPException

from harness import build, processes
from harness.channels import Talker, location, many_children, talkers_spread
from harness.publisher import Publisher
from harness.publisher import location as publish_location
from harness.waiting import wait_until

REMARKS = r"AH00171|AH00493|AH00494|AH00170|AH10460|AH00045"
SITE = location() + publish_location()


def test_G8_R21_full_state_refuses_and_publishes_nothing(start_httpd, mpm, scheme):
    server = start_httpd(SITE, main="WebSocketStateSize 1M\n", bystander=False, log_level="warn",
                         allowed=["no room for another channel", "publish refused with 503"],
                         **many_children(mpm, prefork=8))
    publisher = Publisher(server, scheme=scheme)
    listener = Talker(server.connect("/ws/channels", scheme))
    listener.subscribe("known")
    for number in range(10_000):
        answer = publisher.post(f"channel{number}?history=1", "x" * 200)
        if answer.status != 200:
            break
    assert answer.status == 503 and answer.json["error"] == "full"
    assert 1 <= int(answer.get("Retry-After")) <= 10
    answer = publisher.post("?channel=known&channel=one-more", "in part")
    assert answer.status == 503
    publisher.publish("known", "whole")
    assert listener.texts(1, "known") == ["whole"] and not listener.inbox


def test_G9_state_that_cannot_be_written(start_httpd, scheme):
    server = start_httpd(SITE, bystander=False, log_level="warn",
                         allowed=["the channels' state", "publish refused with 503",
                                  "more requests were refused"])
    publisher = Publisher(server, scheme=scheme)
    listener = Talker(server.connect("/ws/channels", scheme))
    listener.subscribe("news")
    publisher.publish("news", "before")
    listener.do("files", 0)
    for channel in ("news", "news?history=5", "?channel=news&channel=other"):
        answer = publisher.post(channel, "in vain")
        assert answer.status == 503 and answer.json["error"] in ("full", "unavailable")
        assert 1 <= int(answer.get("Retry-After")) <= 10
    listener.do("files", "any")
    wait_until(lambda: publisher.post("news", "after").status == 200, "the state to be written")
    assert listener.texts(2, "news") == ["before", "after"] and not listener.inbox


def test_G9_state_that_cannot_be_opened(prepare_httpd, mpm, scheme):
    """503 until somebody mends it and restarts the server gracefully."""
    server = prepare_httpd(SITE, bystander=False, log_level="warn",
                           allowed=["the channels' state", "publish refused with 503",
                                    "more requests were refused", REMARKS],
                           **many_children(mpm, prefork=4))
    state = server.folder / "run" / "websocket"
    state.mkdir(mode=0o700)
    (state / "state").write_text("x")
    if build.RUNS_AS_ROOT:
        shutil.chown(state, build.CHILD_USER)
    server.start()
    publisher = Publisher(server, scheme=scheme)
    answer = publisher.post("news", "in vain")
    assert answer.status == 503 and answer.json["error"] == "unavailable" and answer.get("Retry-After")
    assert server.open(scheme).request("/ws/channels").status == 503
    (state / "state").unlink()
    pids = server.children()
    server.signal(signal.SIGUSR1)
    wait_until(lambda: not any(map(processes.is_alive, pids)), "old ones to end", 30)
    listener = Talker(server.connect("/ws/channels", scheme))
    listener.subscribe("news")
    publisher.publish("news", "after")
    assert listener.texts(1, "news") == ["after"] and not listener.inbox


def test_G11_R29_graceful_restart_loses_nothing(start_httpd, mpm, scheme):
    """What was answered with 200 reaches those who stay connected to new children, in order; whoever
    did not get an answer asks again under the same key."""
    server = start_httpd(SITE, bystander=False, log_level="warn", allowed=[REMARKS],
                         **many_children(mpm, prefork=8))
    publisher = Publisher(server, scheme=scheme, timeout=10)
    sent = []
    stop = threading.Event()

    def publish():
        while not stop.is_set():
            text = str(len(sent) + 1)
            while True:
                try:
                    publisher.publish("news?history=10000", text, Idempotency_Key=text)
                    break
                except (OSError, HTTPException):
                    pass
            sent.append(text)

    thread = threading.Thread(target=publish)
    thread.start()
    try:
        for _ in range(3):
            before = len(sent)
            pids = server.children()
            server.signal(signal.SIGUSR1)
            wait_until(lambda old=pids: not any(map(processes.is_alive, old)), "old ones to end", 30)
            wait_until(lambda old=before: len(sent) > old + 20, "publishes to go on", 30)
    finally:
        stop.set()
        thread.join()
    assert Talker(server.connect("/ws/channels", scheme)).subscribe("news").texts == sent


def test_stop_answers_or_ends(start_httpd, mpm):
    """A publisher that is cut off knows it: 200 is only said of what was published."""
    server = start_httpd(SITE, bystander=False, log_level="warn", allowed=[REMARKS],
                         **many_children(mpm, prefork=8))
    publisher = Publisher(server, timeout=10)
    answers = []

    def publish():
        try:
            while True:
                answers.append(publisher.post("news", "x").status)
        except (OSError, HTTPException):
            pass

    threads = [threading.Thread(target=publish) for _ in range(4)]
    for thread in threads:
        thread.start()
    wait_until(lambda: len(answers) > 100, "publishes")
    server.stop()
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()
    assert set(answers) <= {200, 503}


def test_many_publishers_lose_nothing(start_httpd, mpm):
    """Every subscriber in every child gets every message once, each publisher's in its order."""
    server = start_httpd(SITE, bystander=False, log_level="warn", **many_children(mpm, prefork=8))
    talkers = talkers_spread(server, 2 * server.children_wanted)
    for talker in talkers:
        talker.subscribe("load")

    def publish(name):
        publisher = Publisher(server)
        for number in range(250):
            publisher.publish("load", f"{name}-{number}")

    threads = [threading.Thread(target=publish, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wanted = [[f"{name}-{number}" for number in range(250)] for name in "abcd"]
    first = talkers[0].texts(1000, "load")
    assert [[text for text in first if text.startswith(name)] for name in "abcd"] == wanted
    for talker in talkers[1:]:
        assert talker.texts(1000, "load") == first
