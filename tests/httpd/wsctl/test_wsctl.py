"""wsctl: what it does at a server over HTTP, and the same on the state directory."""

import os
import signal
import socket
import subprocess

import pytest

from harness import build, processes
from harness.channels import Talker, location, many_children, one_in_each
from harness.publisher import location as publish_location
from harness.waiting import limit, wait_until
from harness.wsctl import NAMESPACE, Wsctl

ALICE = {"Authorization": "Basic YWxpY2U6c2VjcmV0"}
BOB = {"Authorization": "Basic Ym9iOmh1bnRlcjI="}
AUTH = ("AuthType Basic", 'AuthName "x"', "AuthUserFile @ROOT@/conf/users", "Require valid-user")
LONG = "/ws/" + "long/" * 60  # its users' channels have no names but hashes


@pytest.fixture(scope="module")
def server(start_module_httpd, mpm):
    return start_module_httpd(
        location() + location("/ws/one", *AUTH) + location("/ws/two", *AUTH) +
        location(LONG, *AUTH) + publish_location(),
        bystander=False, log_level="warn", **many_children(mpm, prefork=8))


@pytest.fixture(params=("http", "state"))
def wsctl(server, request):
    return Wsctl(server, request.param)


@pytest.fixture
def direct(server):
    return Wsctl(server, "state")


@pytest.fixture
def talkers(server):
    """One in each child."""
    made = one_in_each(server)
    yield made
    for talker in made:
        if talker.peer.socket.fileno() >= 0:
            talker.leave()


@pytest.fixture
def room(wsctl):
    """A channel that no other test uses."""
    return f"{wsctl.way}.room"


def test_publishes_to_all_children(wsctl, talkers, room):
    for talker in talkers:
        talker.subscribe(room)
    wait_until(lambda: wsctl.ask("show", room)[0]["subscribers"] == len(talkers), "all of them")
    answer = wsctl.ask("publish", room, "größer")[0]
    assert answer["channel"] == room and answer["subscribers"] == len(talkers)
    wsctl.do("publish", room, stdin="from\na pipe")
    wsctl.do("publish", room, "-", stdin="and so")
    for talker in talkers:
        assert talker.texts(3, room) == ["größer", "from\na pipe", "and so"]
    title, row = wsctl.do("publish", room, "hi").lines
    assert title.split() == ["CHANNEL", "EPOCH", "OFFSET", "SUBSCRIBERS"]
    assert row.split() == [room, answer["epoch"], str(int(answer["offset"]) + 3),
                           str(len(talkers))]


def test_publishes_bytes(wsctl, talkers, room):
    talkers[0].subscribe(f"{room}.bytes")
    wsctl.do("publish", f"{room}.bytes", "--binary", stdin=b"\xff\x00")
    assert talkers[0].peer.read_message().endswith(b"\xff\x00")
    assert "UTF-8" in wsctl.refused("publish", room, stdin=b"\xff")


def test_publishes_to_several_and_to_users(wsctl, room):
    answers = wsctl.ask("publish", "-c", f"{room}.a", "-c", f"{room}/b", "--user", "Ann Lee", "hi")
    assert [one["channel"] for one in answers] == [f"{room}.a", f"{room}/b", "user:Ann%20Lee"]
    assert wsctl.ask("show", "user:Ann%20Lee")[0]["kept"] >= 1


def test_history_is_kept_and_forgotten(wsctl, room):
    channel = f"{room}.kept"
    for text in ("1", "2", "3"):
        wsctl.do("publish", channel, text, "--history", 2, "--age", "1h")
    assert wsctl.ask("show", channel)[0]["kept"] == 2
    assert f"{channel}: 2 messages forgotten" in wsctl.do("forget", channel).out
    assert "kept        0" in wsctl.do("show", channel).lines
    refusal = wsctl.refused("publish", channel, "x", "--history", 2, "--age", "soon")
    assert "age is a time" in refusal


def test_who_is_here(wsctl, talkers, room):
    channel = f"{room}.who"
    talkers[0].do("enter", channel, "ann", "a")
    talkers[1].do("enter", channel, "ann", "a")
    talkers[2].do("enter", channel, "bob", "b")
    wait_until(lambda: len(wsctl.ask("who", channel)) == 2
               and wsctl.ask("who", channel)[0]["sessions"] == 2, "three to be here")
    assert wsctl.do("who", channel).lines == [
        "MEMBER  SESSIONS  INFO", "ann            2  a", "bob            1  b"]
    assert wsctl.do("who", "nobody").lines == ["MEMBER  SESSIONS  INFO"]


def test_lists_all_pages(wsctl, room):
    for beginning in range(0, 1050, 50):
        names = [f"{room}.list.{number:04}" for number in range(beginning, beginning + 50)]
        wsctl.do("publish", *(word for name in names for word in ("-c", name)), "x",
                 "--history", 1)
    channels = wsctl.ask("channels", f"{room}.list.")
    assert [one["channel"] for one in channels] == [f"{room}.list.{n:04}" for n in range(1050)]
    assert channels[0]["kept"] == 1
    title, *rows = wsctl.do("channels", f"{room}.list.000").lines
    assert title.split() == ["CHANNEL", "SUBSCRIBERS", "MEMBERS", "KEPT", "OFFSET"]
    assert len(rows) == 10 and len({row.index(" 1 ") for row in rows}) == 1
    for number in range(1050):
        if number % 50 == 0:
            wsctl.do("forget", f"{room}.list.{number:04}")


def test_kicks_a_user_everywhere(server, wsctl):
    alices = [Talker(server.connect(path, replace=ALICE))
              for path in ("/ws/one", "/ws/two") for _ in range(4)]
    bob = Talker(server.connect("/ws/one", replace=BOB))
    assert wsctl.do("kick", "alice").out == "alice is disconnected\n"
    for alice in alices:
        alice.peer.expect_close(4403)
    back = Talker(server.connect("/ws/two", replace=ALICE))
    assert wsctl.ask("kick", "alice", "--code", 4000, "--reason", "bye") == [{"user": "alice"}]
    back.peer.expect_close(4000)
    assert bob.ask("pid")
    bob.leave()
    assert "code" in wsctl.refused("kick", "alice", "--code", 1005)


def test_kicks_where_it_is_told(server, direct):
    hidden, other = (Talker(server.connect(path, replace=BOB)) for path in (LONG, "/ws/two"))
    direct.do("kick", "bob", "--location", LONG)
    hidden.peer.expect_close(4403)
    assert other.ask("pid")
    other.leave()
    assert "--location" in direct.refused("kick", "nobody")


def test_tail_prints_what_comes(direct, talkers):
    tail = direct.tail("tail.room", "tail.many.*", "--json")
    direct.do("publish", "tail.room", "one")
    direct.do("publish", "tail.many.1", "two\x1b")
    direct.do("publish", "tail.other", "nobody")
    direct.do("publish", "tail.room", "--binary", stdin=b"\xff")
    one, two, three = tail.events(3)
    assert (one["event"], one["channel"], one["text"]) == ("message", "tail.room", "one")
    assert (two["channel"], two["text"]) == ("tail.many.1", "two\x1b")
    assert three["base64"] == "/w=="
    talkers[0].do("enter", "tail.room", "ann", "a")
    joined, = tail.events(1)
    assert (joined["event"], joined["key"], joined["info"]) == ("joined", "ann", "a")
    assert tail.end() == (0, [])


def test_tail_prints_once_what_comes_two_ways(direct):
    tail = direct.tail("twice.*", "twice.a", "twice.a.*", "twice.b")
    for channel in ("twice.a", "twice.a.x", "twice.b"):
        direct.do("publish", channel, channel)
    assert [line.split()[-1] for line in tail.lines(3)] == ["twice.a", "twice.a.x", "twice.b"]
    assert tail.end(signal.SIGTERM) == (0, [])


def test_tail_begins_with_what_was_kept(direct):
    for text in ("1", "2", "3", "4"):
        direct.do("publish", "past.a", text, "--history", 3)
    direct.do("publish", "past.b", "5", "--history", 3)

    def begins(*words):
        tail = direct.tail(*words, "--json")
        direct.do("publish", words[0].replace("*", "a"), "end")
        found = []
        while (event := tail.events(1)[0]).get("text") != "end":
            found.append(event.get("text", event["event"]))
        assert tail.end() == (0, [])
        return found
    assert begins("past.a", "--history", "2") == ["3", "4"]
    assert begins("past.*", "--history", "2") == ["3", "4", "5"]
    assert begins("past.a") == []
    epoch = direct.ask("show", "past.a")[0]["epoch"]
    direct.do("publish", "past.c", "1", "--history", 3)
    place = direct.ask("show", "past.c")[0]
    for text in ("2", "3"):
        direct.do("publish", "past.c", text, "--history", 3)
    assert begins("past.c", "--since", f"{place['epoch']}:1") == ["2", "3"]
    assert begins("past.c", "--since", f"{int(epoch) + 12345}:1") == ["gap", "1", "2", "3"]


def test_tail_misses_and_doubles_nothing(direct):
    """What was kept and what comes live are one row, whenever it begins."""
    script = "; ".join(" ".join(direct.command("publish", "row", n, "--history", 500))
                       for n in range(40))
    with subprocess.Popen(["/bin/sh", "-c", script], stdout=subprocess.DEVNULL, user=direct.user,
                          group=direct.user, cwd="/") as publisher:
        tails = [direct.tail("row", "--history", "500", "--json") for _ in range(3)]
        for tail in tails:
            assert [event["text"] for event in tail.events(40)] == [str(n) for n in range(40)]
            assert tail.end() == (0, [])
        assert publisher.wait(limit(30)) == 0


def test_tail_ends_when_nobody_reads(direct):
    tail = subprocess.Popen(direct.command("tail", "unread"), stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, user=direct.user, group=direct.user, cwd="/",
                            text=True)
    assert "Listening" in tail.stderr.readline()
    tail.stdout.close()
    assert tail.wait(limit(10)) == 0
    tail.stderr.close()


def test_closed_standard_files_do_no_harm(direct):
    """What is printed must not go into a file of the state that got the number."""
    for word in ("publish", "show"):
        command = " ".join(direct.command(word, "closed"))
        done = subprocess.run(["/bin/sh", "-c", f"{command} <&- >&- 2>&-"], user=direct.user,
                              group=direct.user, cwd="/", timeout=limit(30))
        assert done.returncode == 0
    assert direct.ask("show", "closed")[0]["offset"] == "1"


def test_tail_refuses_other_names(direct):
    assert "before its *" in direct.refused("tail", "room*")
    assert "no channel's name" in direct.refused("tail", "a b")


def test_I2_terminal_gets_no_control_characters(direct):
    direct.do("publish", "loud", "\x1b]0;owned\x07", "--history", 1)
    command = " ".join(direct.command("tail", "loud", "--history", "1"))
    terminal = subprocess.Popen(["script", "-qefc", command, "/dev/null"], text=True,
                                stdout=subprocess.PIPE, stdin=subprocess.DEVNULL,
                                user=direct.user, group=direct.user, cwd="/")
    line = terminal.stdout.readline()
    while "loud" not in line:
        line = terminal.stdout.readline()
    assert "\\x1B]0;owned\\x07" in line and "\x1b" not in line
    for pid in processes.children(terminal.pid):
        os.kill(pid, signal.SIGTERM)
    terminal.stdout.read()
    terminal.stdout.close()
    terminal.wait(limit(10))


def test_I2_odd_names_and_what_members_say(wsctl, talkers, room):
    channel = f'{room}.<b>"\\%n\u202e'
    talkers[0].do("enter", channel, "<i>ann", "\x1b[31m red \x07")
    wait_until(lambda: wsctl.ask("who", channel), "her to be here")
    for words in (("who", channel), ("show", channel), ("channels", channel)):
        told = wsctl.do(*words).out
        assert "\x1b" not in told and "\x07" not in told
        wsctl.ask(*words)
    assert "\\x1B[31m red \\x07" in wsctl.do("who", channel).out
    assert wsctl.ask("channels", channel)[0]["channel"] == channel
    talkers[0].do("leave", channel)


def test_needs_the_key(start_httpd):
    server = start_httpd(publish_location("/ws/publish", "WebSocketPublishKey conf/publish.key"),
                         allowed=["refused with 401"])
    assert "key" in Wsctl(server, "http").refused("publish", "a", "hi")
    keyed = Wsctl(server, "http", "--key-file", server.folder / "conf/publish.key")
    assert keyed.ask("publish", "a", "hi")[0]["offset"] == "1"
    missing = Wsctl(server, "http", "--key-file", "/nowhere")
    assert "cannot be read" in missing.refused("show", "a")


def test_over_tls(server, certificates):
    url = f"https://localhost:{server.tls_port}/ws/publish"
    wsctl = Wsctl(server, "http")
    wsctl.options = ["--url", url]
    assert "certificate" in wsctl.refused("publish", "tls", "hi")
    wsctl.options += ["--ca-file", str(certificates.authority)]
    assert wsctl.ask("publish", "tls", "hi")[0]["channel"] == "tls"


def test_says_what_is_wrong_with_a_url(server):
    wsctl = Wsctl(server, "http")
    wsctl.options = ["--url", f"http://localhost:{server.port}/"]
    assert "not as a publish Location does" in wsctl.refused("show", "a")
    wsctl.options = ["--url", f"http://localhost:{server.port}/nowhere"]
    assert "404" in wsctl.refused("show", "a")
    wsctl.options = ["--url", "http://localhost:1/"]
    assert "onnect" in wsctl.refused("show", "a")
    wsctl.options = ["--url", "ftp://localhost/"]
    assert "rotocol" in wsctl.refused("show", "a")


def test_does_not_wait_for_ever(server):
    wsctl = Wsctl(server, "http")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        wsctl.options = ["--url", f"http://127.0.0.1:{silent.getsockname()[1]}/", "--timeout", "1"]
        assert "timed out" in wsctl.refused("show", "a")


def test_message_that_is_too_large_is_refused(start_httpd):
    server = start_httpd(publish_location("/ws/publish", "WebSocketMaxMessageSize 5"))
    wsctl = Wsctl(server, "http")
    wsctl.do("publish", "a", "12345")
    assert "WebSocketMaxMessageSize" in wsctl.refused("publish", "a", "123456")


def test_state_of_nobody_is_not_made(server, direct, tmp_path):
    directory = server.folder / "tmp" / "empty"
    directory.mkdir()
    if build.RUNS_AS_ROOT:
        subprocess.run(["chown", build.CHILD_USER, directory], check=True)
    direct.options[1] = str(directory)
    assert "there is none" in direct.refused("channels")
    assert list(directory.iterdir()) == []
    direct.options[1] = str(directory / "nowhere")
    assert "No such file" in direct.refused("channels")


@pytest.mark.skipif(not build.RUNS_AS_ROOT, reason="needs two users")
def test_state_of_another_user_is_left_alone(direct):
    direct.user = None
    assert f"run wsctl as that user (sudo -u {build.CHILD_USER})" in direct.refused("channels")


def test_state_without_httpd(start_httpd, mpm):
    """What httpd left, in its size; and httpd goes on with it."""
    server = start_httpd(location() + publish_location(), bystander=False,
                         main="WebSocketStateSize 4M\n")
    wsctl = Wsctl(server, "state")
    wsctl.do("publish", "left", "1", "--history", 9)
    server.stop()
    assert wsctl.ask("publish", "left", "2", "--history", 9)[0]["offset"] == "2"
    assert (wsctl.directory / "state" / "data.mdb").stat().st_size == 4 << 20
    server.start()
    assert Wsctl(server, "http").ask("show", "left")[0]["kept"] == 2


def test_usage(server, direct):
    assert "wsctl --help" in direct.refused("shout", code=2)
    direct.options = []
    assert "WSCTL_URL" in direct.refused("who", "a", code=2)
    assert direct.do("--help").out.startswith("wsctl: publishes")
    assert direct.do("--version").out.startswith("wsctl ")


def test_checks_a_configuration(server, direct):
    direct.options, direct.user = ["--httpd", build.httpd_binary()], None
    done = direct.run("check", "-f", server.config_file, env=server.environment)
    assert done.code == 0 and "Syntax OK" in done.err
    broken = server.folder / "conf" / "broken.conf"
    broken.write_text(server.config_file.read_text() + "WebSocketLoops none\n")
    done = direct.run("check", "-f", broken, env=server.environment)
    assert done.code != 0 and "WebSocketLoops" in done.err
    direct.options = ["--httpd", "/nowhere"]
    assert "/nowhere: No such file" in direct.refused("check")


def test_namespace_is_the_hosts(direct):
    direct.do("publish", "spaces", "x", "--history", 1)
    direct.options[direct.options.index(NAMESPACE)] = "example.org"
    assert direct.ask("show", "spaces")[0]["epoch"] == "0"
