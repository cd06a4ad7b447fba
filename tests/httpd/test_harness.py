"""The harness itself: each of its checks can fail."""

from pathlib import Path

import pytest

from harness import build
from harness.bystanders import Bystanders
from harness.case import Case
from harness.config import location
from harness.frames import text
from harness.waiting import limit, wait_until


@pytest.fixture
def server(start_httpd):
    return start_httpd(location("/ws/misbehave", plugin="@plugin:misbehave@") + location("/ws/echo"))


@pytest.fixture
def made(server):
    """A case that the test itself finishes."""
    return Case(server, "ws", Bystanders(server))


def test_good_case(made):
    made.connect().echo()
    made.finish()


def test_sees_an_error_in_the_log(made):
    peer = made.connect("/ws/misbehave")
    peer.text("throw")
    peer.expect_failure(1011)
    wait_until(lambda: made.lines("told to throw"), "the line")  # it comes from a queue
    with pytest.raises(AssertionError, match="told to throw"):
        made.finish()


def test_sees_a_socket_that_stays_open(made, monkeypatch):
    monkeypatch.setattr("harness.waiting.SCALE", 0.05)
    kept = made.server.connect()
    with pytest.raises(AssertionError, match="descriptors"):
        made.finish()
    kept.abandon()


def test_sees_a_child_that_dies(made):
    made.server.allowed.append("AH00052|AH00051|exit signal|AH00545")
    made.connect("/ws/misbehave").send(text("abort"))
    with pytest.raises((AssertionError, OSError)):
        made.wait_for_line("exit signal")
        made.finish()


def test_sees_a_bystander_that_is_cut_off(made, server):
    server.stop()
    with pytest.raises(AssertionError, match="a bystander"):
        made.finish()


@pytest.mark.parametrize("repeated", range(5))
def test_sees_a_loop_that_sleeps(made, repeated):
    peer = made.connect("/ws/misbehave")
    peer.text(f"block {int(limit(0.3) * 1000)}")
    assert peer.read_message() == "block"
    with pytest.raises(AssertionError, match="had to wait"):
        made.finish()


def test_runs_what_it_says(server):
    """The module of this build is loaded, and the sanitizer where there is one."""
    maps = "".join(Path(f"/proc/{pid}/maps").read_text() for pid in server.children())
    assert str(build.MODULE.resolve()) in maps
    assert ("libasan" in maps) == ("address" in build.SANITIZE)
