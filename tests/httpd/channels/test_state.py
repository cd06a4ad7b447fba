"""The directory that the children share: made, found again, set aside, refused, full, or none."""

import os
import re
import shutil
import stat

import pytest

from harness import build
from harness.channels import PATH, Talker, location, many_children, one_in_each
from harness.waiting import wait_until

SET_ASIDE = r"was set aside as"
CANNOT = r"the channels' state in \S+ cannot be used"
AS_ROOT = pytest.mark.skipif(not build.RUNS_AS_ROOT, reason="only root can do that")


def state_dir(server):
    return server.folder / "run" / "websocket"


def start(start_httpd, mpm, main="", **fields):
    return start_httpd(location(), bystander=False, log_level="warn", main=main,
                       **many_children(mpm, prefork=4), **fields)


def talk(server):
    return Talker(server.connect(PATH))


def fill(server, texts, channel="room"):
    """Keeps these texts; returns the last one's place."""
    talker = talk(server)
    talker.subscribe(channel)
    for text in texts:
        talker.say("publish", channel, 1000, text)
    assert talker.texts(len(texts), channel) == texts
    reply = talker.read(channel)
    talker.leave()
    return reply.epoch, reply.offset


def restart(server, change=lambda: None):
    server.settle()
    server.stop()
    change()
    server.start()


@pytest.mark.parametrize("line, name", (
    ("", "run/websocket"), ("WebSocketStateDir @ROOT@/run/mine\n", "run/mine"),
    ("WebSocketStateDir run/relative\n", "run/relative"),
), ids=("default", "absolute", "below ServerRoot"))
def test_place(start_httpd, mpm, line, name):
    """Made at start, for nobody but the user that the children run as."""
    server = start(start_httpd, mpm, line)
    facts = (server.folder / name).stat()
    assert stat.S_IMODE(facts.st_mode) == 0o700
    if build.RUNS_AS_ROOT:
        import pwd
        assert facts.st_uid == pwd.getpwnam(build.CHILD_USER).pw_uid
    fill(server, ["x"])
    assert (server.folder / name / "state" / "data.mdb").exists()
    assert [entry.name for entry in (server.folder / "run").glob("*")
            if entry.is_dir()] == [name.partition("/")[2]]


@AS_ROOT
def test_mode_of_a_directory_that_was_there(prepare_httpd, mpm):
    server = prepare_httpd(location(), bystander=False)
    state_dir(server).mkdir(mode=0o777)
    server.start()
    facts = state_dir(server).stat()
    assert stat.S_IMODE(facts.st_mode) == 0o700 and facts.st_uid != 0
    fill(server, ["x"])


@pytest.mark.parametrize("sync", ("off", "on"))
def test_survives_a_stop(start_httpd, mpm, sync):
    """History, positions and epoch are there after a stop and start; members are not."""
    server = start(start_httpd, mpm, f"WebSocketStateSync {sync}\n")
    texts = [f"m{number}" for number in range(50)]
    epoch, offset = fill(server, texts)
    member = talk(server)
    member.do("enter", "room", "ann", "x")
    wait_until(lambda: member.members("room"), "the member")
    member.peer.abandon()
    restart(server)
    for talker in one_in_each(server):
        reply = talker.subscribe("room", epoch, 20)
        assert reply == (epoch, offset, True, texts[20:])
        assert talker.members("room") == {}
    talker.say("publish", "room", 1000, "after")
    assert talker.hear("message room") == f"{epoch} {offset + 1} after"


def test_R4_survives_another_size(start_httpd, mpm):
    server = start(start_httpd, mpm, "WebSocketStateSize 16M\n")
    epoch, offset = fill(server, ["a", "b"])
    server.text = server.text.replace("WebSocketStateSize 16M", "WebSocketStateSize 32M")
    restart(server)
    assert talk(server).subscribe("room", epoch, 1) == (epoch, offset, True, ["b"])


def change_layout(state):
    about = state / "about"
    text = about.read_text()
    assert re.search(r"^layout \d+$", text, re.MULTILINE)
    about.write_text(re.sub(r"(?m)^layout \d+$", "layout 999999", text))


def lose_about(state):
    (state / "about").unlink()


def overwrite(state, at, data):
    with (state / "data.mdb").open("r+b") as file:
        file.seek(at)
        file.write(data)


DAMAGE = {
    "another layout": change_layout,
    "nothing about it": lose_about,
    "pages": lambda state: overwrite(state, 8192, os.urandom(1 << 16)),
    "page numbers": lambda state: overwrite(state, 8192, b"\xff" * (1 << 16)),
    "meta pages": lambda state: overwrite(state, 0, b"\0" * 8192),
    "cut off": lambda state: os.truncate(state / "data.mdb", 3 * 4096),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_R4_R19_set_aside(start_httpd, mpm, damage):
    """What cannot be trusted is set aside with one line; everything works, from a new epoch on."""
    server = start(start_httpd, mpm)
    epoch, _ = fill(server, [f"m{number}" for number in range(50)])
    server.allowed.append(SET_ASIDE)
    mark = server.log.mark()
    restart(server, lambda: damage(state_dir(server) / "state"))
    reply = talk(server).subscribe("room", epoch, 20)
    assert not reply.recovered and not reply.texts
    fill(server, ["anew"])
    for talker in one_in_each(server):
        reply = talker.read("room", epoch, 20)
        assert reply.texts == ["anew"] and reply.epoch != epoch and not reply.recovered
    assert len(server.log.find(mark, SET_ASIDE)) == 1
    assert (state_dir(server) / "state.aside" / "data.mdb").exists()


def test_empty_file(start_httpd, mpm):
    """What a child leaves that was killed when it began: as good as none."""
    server = start(start_httpd, mpm)
    epoch, _ = fill(server, ["x"])
    restart(server, lambda: os.truncate(state_dir(server) / "state" / "data.mdb", 0))
    assert fill(server, ["anew"])[0] != epoch


def not_started(server, *words):
    with pytest.raises(AssertionError) as complaint:
        server.start()
    for word in ("WebSocketStateDir", *words):
        assert word in str(complaint.value)


@AS_ROOT
def test_directory_of_another_user(prepare_httpd):
    server = prepare_httpd(location(), bystander=False)
    state_dir(server).mkdir(mode=0o700)
    os.chown(state_dir(server), 54321, 54321)
    not_started(server, str(state_dir(server)), "54321")


@AS_ROOT
def test_directory_of_the_system(prepare_httpd):
    """Somebody writes /run where /run/websocket was meant."""
    server = prepare_httpd(location(), bystander=False, main="WebSocketStateDir @ROOT@/run\n")
    (server.folder / "run" / "other").write_text("x")
    not_started(server, "not empty")
    assert (server.folder / "run").stat().st_uid == 0


def test_directory_that_cannot_be_made(prepare_httpd):
    server = prepare_httpd(location(), bystander=False, main="WebSocketStateDir /proc/websocket\n")
    not_started(server, "/proc/websocket")


def test_directory_that_is_a_link(prepare_httpd):
    server = prepare_httpd(location(), bystander=False)
    state_dir(server).symlink_to("/tmp")
    not_started(server, str(state_dir(server)))


def test_default_directory_that_is_a_file(prepare_httpd):
    server = prepare_httpd(location(), bystander=False)
    state_dir(server).write_text("x")
    not_started(server, str(state_dir(server)))


def hide(server):
    """Root can make the directory, and the children cannot reach it."""
    (server.folder / "run").chmod(0o700)


def block(server):
    """Something stands where the children's files belong."""
    state_dir(server).mkdir(mode=0o700)
    (state_dir(server) / "state").write_text("x")
    if build.RUNS_AS_ROOT:
        shutil.chown(state_dir(server), build.CHILD_USER)


@pytest.mark.parametrize("obstacle", (pytest.param(hide, marks=AS_ROOT), block))
def test_children_cannot_open_it(prepare_httpd, mpm, obstacle):
    """503 for WebSockets, pages as ever, and one line from each child."""
    server = prepare_httpd(location(), bystander=False, log_level="warn", allowed=(CANNOT,),
                           **many_children(mpm, prefork=4))
    obstacle(server)
    server.start()
    wait_until(lambda: len(server.log.find(0, CANNOT)) >= server.children_wanted, "their lines")
    for _ in range(5):
        peer = server.open()
        assert peer.request(PATH).status == 503
        peer.abandon()
    assert server.get("/index.html")[0] == 200
    lines = server.log.find(0, CANNOT)
    assert len(lines) == server.children_wanted
    assert all(str(state_dir(server)) in line and ":error]" in line for line in lines)
    assert not server.complaints()


def test_message_that_is_too_large_for_the_state(start_httpd, mpm):
    server = start(start_httpd, mpm, "WebSocketStateSize 1M\n")
    speaker, other = one_in_each(server)[:2]
    other.subscribe("room")
    assert speaker.ask("publish", "room", 10, "x" * 200_000) == "-2"
    speaker.say("publish", "room", 10, "y" * 100_000)
    assert other.texts(1, "room") == ["y" * 100_000]


def test_R21_more_channels_than_fit(start_httpd, mpm):
    """The publisher is told; what was taken is there; the log says it once; the rest goes on."""
    server = start(start_httpd, mpm, "WebSocketStateSize 1M\n",
                   allowed=("no room for another channel",))
    speaker, other = one_in_each(server)[:2]
    speaker.subscribe("known")
    other.subscribe("known")
    for number in range(10_000):
        speaker.say("publish", f"channel{number}", 1, "x" * 50)
        if number % 100 == 99:
            speaker.ask("pid")
            if speaker.inbox:
                break
    assert set(speaker.inbox) == {"publish -2"}
    speaker.inbox.clear()
    assert other.ask("enter", "another", "ann", "x") == "-2"
    other.say("subscribe", "one-more")
    assert other.hear("subscribe ") == "-2"
    speaker.say("publish", "known", 10, "still")
    assert other.texts(1, "known") == speaker.texts(1, "known") == ["still"]
    assert other.read("channel0").texts == ["x" * 50]
    line, = wait_until(lambda: server.log.find(0, "no room for another channel"), "the line")
    assert "were not published" not in line


def test_R21_history_beyond_the_size_goes(start_httpd, mpm):
    """The oldest first, whatever channel it is of; nobody is refused."""
    server = start(start_httpd, mpm, "WebSocketStateSize 4M\n")
    speaker, reader = one_in_each(server)[:2]
    for number in range(1000):
        speaker.say("publish", f"room{number % 2}", 1000, f"{number} " + "x" * 8000)
    speaker.ask("pid")
    assert not speaker.inbox
    last = wait_until(lambda: [text for text in reader.read("room1").texts[-1:]
                               if text.startswith("999 ")], "the last message")
    assert last
    for room in range(2):
        kept = [int(text.split()[0]) for text in reader.read(f"room{room}").texts]
        assert 20 < len(kept) < 400
        assert kept == list(range(1000 - 2 * len(kept) + room, 1000, 2))


@pytest.mark.parametrize("line, counts", (
    ("WebSocketHistoryMaxCount 5", {5}), ("WebSocketHistoryMaxCount 0", {0}),
    ("WebSocketHistoryMaxBytes 1000", range(2, 10)), ("WebSocketHistoryMaxBytes 0", {0})))
def test_history_limits(start_httpd, mpm, line, counts):
    """The administrator's word is above the plugin's."""
    server = start(start_httpd, mpm, line + "\n")
    talker = talk(server)
    talker.subscribe("room")
    texts = [f"{number} " + "x" * 100 for number in range(20)]
    for text in texts:
        talker.say("publish", "room", 1000, text)
    assert len(talker.texts(20)) == 20
    kept = talker.read("room").texts
    assert len(kept) in counts
    assert kept == texts[20 - len(kept):]


def test_history_age(start_httpd, mpm):
    server = start(start_httpd, mpm, "WebSocketHistoryMaxAge 1s\n")
    fill(server, ["x"])
    talker = talk(server)
    wait_until(lambda: not talker.read("room").texts, "the message's end")


def test_none(start_httpd, mpm):
    """Each child its own channels; one warning."""
    warning = "WebSocketStateDir none"
    server = start(start_httpd, mpm, "WebSocketStateDir none\n", allowed=(warning,))
    assert len(server.log.find(0, warning)) == 1
    assert not state_dir(server).exists()
    talkers = one_in_each(server)
    for talker in talkers:
        talker.subscribe("room")
        talker.do("enter", "room", f"p{talker.pid}", "x")
    for talker in talkers:
        talker.say("publish", "room", 10, talker.pid)
        assert talker.texts(1, "room") == [str(talker.pid)]
        assert talker.members("room") == {f"p{talker.pid}": (1, "x")}
    for talker in talkers:
        talker.ask("pid")
        assert talker.inbox == [f"joined room p{talker.pid} x"]


def test_none_with_one_child(start_httpd):
    """There is nothing to warn of."""
    server = start_httpd(location(), bystander=False, main="WebSocketStateDir none\n")
    fill(server, ["x"])
