"""The PHP package against httpd: all its calls, much at once, restarts, a stop."""

import os
import signal
import subprocess
import threading
from pathlib import Path

import pytest
from conftest import facts, key_file, php, publish, url
from harness.channels import Talker
from harness.peer import Ended
from harness.waiting import limit, wait_until

HERE = Path(__file__).resolve().parent
COUNT = 5000


@pytest.mark.parametrize("mpm", ["event", "prefork"])
def test_every_call(start_httpd, mpm):
    server = start_httpd(mpm, children=8 if mpm == "prefork" else 2)
    server.allowed.append(r"AH01630: client denied by server configuration: \S+/ws")
    done = subprocess.run(
        ["phpunit", "--no-configuration", "--do-not-cache-result", "--fail-on-risky",
         "--bootstrap", HERE / "bootstrap.php", HERE / "server"], text=True, capture_output=True,
        env={"PATH": os.environ["PATH"], "WS_HTTP": f"http://localhost:{server.port}",
             "WS_HTTPS": f"https://localhost:{server.tls_port}",
             "WS_PUBLISH_KEY_FILE": str(key_file(server)),
             "WS_AUTHORITY": str(server.certificates.authority)})
    assert done.returncode == 0, done.stdout + done.stderr


def numbers(talker, channel, count):
    """The numbers of the next messages; each has its own place in the channel."""
    got = [talker.hear(f"message {channel}", 30).split(" ") for _ in range(count)]
    assert [int(offset) for _, offset, _ in got] == list(range(1, count + 1))
    return [int(text) for _, _, text in got]


@pytest.mark.parametrize("publishers", [1, 4])
def test_nothing_of_much_is_lost(start_httpd, publishers):
    """Each listener hears every message, those of one publisher in their order."""
    server = start_httpd("event", children=2)
    listeners = [Talker(server.connect("/ws/channels", timeout=60)) for _ in range(4)]
    for listener in listeners:
        listener.subscribe("much")
    running = [php("stream_of_messages.php", url(server), key_file(server), "much", COUNT)
               for _ in range(publishers)]
    heard = [numbers(listener, "much", COUNT * publishers) for listener in listeners]
    for process in running:
        begun, told = process.communicate(timeout=limit(60))[0].splitlines()
        print(f"{told.split()[1]} a second from each of {publishers}")
        assert int(told.split()[0]) == COUNT
    assert all(one == heard[0] for one in heard)
    assert sorted(heard[0]) == sorted(list(range(COUNT)) * publishers)
    if publishers == 1:
        assert heard[0] == list(range(COUNT))


class Follower(threading.Thread):
    """A client that comes back after each broken connection and asks for what it missed, until it hears "end"."""

    def __init__(self, server, channel):
        super().__init__(daemon=True)
        self.server, self.channel = server, channel
        self.texts, self.connections = [], 0
        self.start()
        wait_until(lambda: self.connections, "its subscription")

    def run(self):
        since = ()
        while self.texts[-1:] != ["end"]:
            try:
                talker = Talker(self.server.connect("/ws/channels"))
                reply = talker.subscribe(self.channel, *since)
                assert reply.recovered or not since
                self.connections += 1
                self.texts += reply.texts
                since = reply.epoch, reply.offset
                while self.texts[-1:] != ["end"]:
                    epoch, offset, text = talker.hear(f"message {self.channel}", 30).split(" ")
                    since = int(epoch), int(offset)
                    self.texts.append(text)
            except (Ended, OSError):
                continue


def test_graceful_restarts_lose_nothing(start_httpd):
    """PHP publishes on and on while httpd restarts; each message is delivered once, in order."""
    server = start_httpd("event", children=2, child_limit=16)
    server.allowed.append(r"AH00171|AH00493|AH00494|AH10460")
    followers = [Follower(server, "restarts") for _ in range(4)]
    process = php("stream_of_messages.php", url(server), key_file(server), "restarts")
    assert process.stdout.readline() == "begun\n"
    for _ in range(3):
        before = server.children()
        server.signal(signal.SIGUSR1)
        wait_until(lambda old=before: set(server.children()) - set(old), "new children")
        wait_until(lambda old=before: not set(server.children()) & set(old), "the old ones' end", 20)
        mark = int(facts(server, "restarts")["offset"])
        wait_until(lambda old=mark: int(facts(server, "restarts")["offset"]) > old + 20, "more messages")
    count = int(process.communicate(timeout=limit(60))[0].split()[0])
    publish(server, "restarts", "end")
    for follower in followers:
        follower.join(limit(30))
        assert follower.texts == [*map(str, range(count)), "end"]
        assert follower.connections > 1


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGWINCH], ids=["stop", "graceful-stop"])
def test_php_is_told_that_httpd_stops(start_httpd, how):
    server = start_httpd("event", children=2)
    timeout = 2
    process = php("until_it_fails.php", url(server), key_file(server), timeout)
    assert process.stdout.readline() == "begun\n"
    server.signal(how)
    name, seconds = process.communicate(timeout=limit(30))[0].split()
    assert name in (r"ModWebSocket\Exception\UnavailableException", r"ModWebSocket\Exception\TimeoutException")
    assert float(seconds) < limit(timeout + 1)
    server.stop()


def test_php_is_told_in_time_that_httpd_hangs(start_httpd):
    """Every process is stopped in its tracks: connections are made by the kernel, nobody answers."""
    server = start_httpd("event", children=2)
    process = php("until_it_fails.php", url(server), key_file(server), 1)
    assert process.stdout.readline() == "begun\n"
    children = server.children()
    for pid in children:
        os.kill(pid, signal.SIGSTOP)
    try:
        name, seconds = process.communicate(timeout=limit(30))[0].split()
    finally:
        for pid in children:
            os.kill(pid, signal.SIGCONT)
    assert name == r"ModWebSocket\Exception\TimeoutException"
    assert float(seconds) < limit(2)
