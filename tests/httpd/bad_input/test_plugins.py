"""BAD_INPUT A19, A27, A39, C8, C10, H1-H8: plugins that break the contract."""

import json
import time

import pytest

from harness import frames
from harness.frames import BINARY, text
from harness.session_log import ENDED
from harness.waiting import limit

# What the host says when a plugin throws or refuses.
PLUGIN_FAILED = r"\[websocket:(error|warn)\].*(plugin|misbehave)"


def ask(peer, command):
    peer.text(command)
    return peer.read_message()


# -- the handshake ---------------------------------------------------------------------------

def test_A19_too_many_headers_of_the_plugin(case):
    case.allow("the answer.s headers are too long")
    case.refused(500, "/ws/misbehave?bigheaders")


@pytest.mark.parametrize("query", ("badsubprotocol", "badheader", "badheadername",
                                   "subprotocol=two.test%0d%0aX-Injected:%201",
                                   "header=X-A:b%0d%0aX-Injected:%201", "header=Upgrade:x",
                                   "header=Sec-WebSocket-Accept:x", "header=Content-Length:5",
                                   "header=Transfer-Encoding:chunked", "header=Connection:close"))
def test_A27_H8_headers_that_must_not_go_out(case, query):
    case.allow(PLUGIN_FAILED)
    response = case.refused(500, f"/ws/misbehave?{query}",
                            replace={"Sec-WebSocket-Protocol": "two.test"})
    assert response.get("x-injected") is None


def test_A27_good_header_and_subprotocol(case):
    peer = case.connect("/ws/misbehave?header=X-Good:fine&subprotocol=two.test",
                        replace={"Sec-WebSocket-Protocol": "one.test, two.test"})
    assert peer.response.get("x-good") == "fine"
    assert peer.response.get("sec-websocket-protocol") == "two.test"
    assert ask(peer, "subprotocol") == "two.test"


@pytest.mark.parametrize("query, status", (
    ("deny", 403), ("deny=401", 401), ("deny=503", 503), ("deny=599", 599), ("throw", 500),
    ("throw-int", 500), ("deny=200", 500), ("deny=101", 500), ("deny=999", 500),
))
def test_A39_plugin_that_denies(case, query, status):
    case.allow(PLUGIN_FAILED)
    response = case.refused(status, f"/ws/misbehave?{query}")
    if status in (401, 403, 503):
        assert b"denied" in response.body


def test_A39_slow_handshake(case):
    begin = time.monotonic()
    peer = case.open()
    peer.send(frames.text(""))  # nothing of this is awaited before the handshake
    peer.abandon()
    peer = case.open()
    response = peer.request("/ws/misbehave?slow=300")
    assert response.status == 101
    assert time.monotonic() - begin >= 0.3
    assert ask(peer, "tls") == ("1" if case.scheme == "wss" else "0")


def test_A39_plugin_that_could_not_be_created(case):
    case.allow(PLUGIN_FAILED)
    case.refused(503, "/ws/misbehave-create-fails")


def test_A39_status_that_is_none(case):
    case.allow(PLUGIN_FAILED)
    case.refused(500, "/ws/garbage?handshake")
    peer = case.connect("/ws/garbage?open")
    peer.expect_failure(1011)


@pytest.mark.parametrize("query", ("openfail", "openthrow"))
def test_open_that_fails(case, query):
    case.allow(PLUGIN_FAILED)
    peer = case.connect(f"/ws/misbehave?{query}")
    peer.expect_failure(1011)
    assert case.end().code == 1011
    assert not case.lines("misbehave: on_close")


def test_open_that_closes(case):
    peer = case.connect("/ws/misbehave?openclose")
    peer.expect_failure(4000)
    assert case.end().code == 4000


# -- close -----------------------------------------------------------------------------------

@pytest.mark.parametrize("reason, received", (
    ("r" * 123, "r" * 123), ("r" * 124, "r" * 123), ("ö" * 100, "ö" * 61),
    ("r" * 121 + "😀", "r" * 121), ("", ""),
), ids=lambda reason: reason[:3] + str(len(reason)))
def test_C8_reason_of_the_plugin_is_cut_at_a_character(case, reason, received):
    peer = case.connect("/ws/misbehave")
    peer.text(f"close 4000 {reason}")
    found = peer.expect_failure(4000)
    assert found.close_reason == received


def test_C8_reason_of_the_plugin_that_is_not_utf8(case):
    peer = case.connect("/ws/misbehave")
    peer.text("close-invalid-utf8 4000")
    found = peer.expect_failure(4000)
    assert found.close_reason.startswith("caf")


@pytest.mark.parametrize("code", (0, 1, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535))
def test_C8_code_of_the_plugin_that_must_not_be_sent(case, code):
    peer = case.connect("/ws/misbehave")
    assert ask(peer, f"close {code}") == "close invalid"
    assert ask(peer, "path") == "/ws/misbehave"


def test_C10_both_close_at_once(case):
    for _ in range(10):
        peer = case.connect("/ws/misbehave")
        peer.send(text("close 4000 first"), frames.close(4001))
        assert peer.expect_close({4000, 4001})
        peer.expect_end()
    assert all(end.code in (4000, 4001) for end in case.ends(10))
    case.wait_for_lines("misbehave: on_close", 10)
    assert len(case.lines("misbehave: on_close")) == 10


def test_C10_close_from_another_thread(case):
    for _ in range(10):
        peer = case.connect("/ws/misbehave")
        peer.send(text("foreign-close 4000"), text("foreign-close 4001"), frames.close(4002))
        assert peer.expect_close({4000, 4001, 4002})
        peer.expect_end()
    case.ends(10)
    assert len(case.wait_for_lines("misbehave: on_close", 10)) == 10


def test_C10_send_after_close(case):
    peer = case.connect("/ws/misbehave")
    peer.text("close-then-send 4000")
    peer.expect_failure(4000)
    case.wait_for_line("after close: send gone")
    assert case.end().code == 4000


def test_C9_peer_that_never_answers_the_plugins_close(case):
    peer = case.connect("/ws/misbehave")
    begin = time.monotonic()
    peer.text("close 4000 bye")
    peer.expect_close(4000)
    while not peer.end:  # neither reads an answer nor sends one; FIN or RST comes in time
        try:
            peer.expect_end(1)
        except AssertionError:
            assert time.monotonic() - begin < limit(8)
    assert case.ends(1)[0].code in (1006, 4000)


# -- the rest of the contract ----------------------------------------------------------------

def test_H1_send_to_a_session_that_is_gone(case):
    first = case.connect("/ws/misbehave")
    gone = ask(first, "id")
    first.close()
    case.ends(1)
    second = case.connect("/ws/misbehave")
    assert ask(second, "send-gone") == "send-gone gone"
    assert ask(second, f"send-to {gone} hello") == "send-to gone"
    for number in (0, 1, 2**64 - 1, 2**63, 12345678901234567):
        assert ask(second, f"send-to {number} hello") == "send-to gone"


def test_H1_R39_number_of_a_session_is_not_used_again_soon(case):
    """The slot is used again, its generation is not."""
    numbers = set()
    for _ in range(30):
        peer = case.connect("/ws/misbehave")
        numbers.add(ask(peer, "id"))
        peer.close()
    assert len(numbers) == 30


def test_H2_send_from_eight_threads(case):
    peer = case.connect("/ws/misbehave")
    peer.text("foreign-threads 8")
    last = {}
    for _ in range(800):
        thread, number = peer.read_message().split()
        assert int(number) == last.get(thread, -1) + 1, "out of order within one thread"
        last[thread] = int(number)
    assert len(last) == 8
    peer.close()


def test_H2_threads_that_send_to_a_session_that_goes(case):
    for _ in range(5):
        peer = case.connect("/ws/misbehave")
        peer.text("foreign-threads 8")
        peer.read_message()
        peer.reset()
    case.ends(5)


def test_H3_send_in_open_comes_behind_the_101(case):
    for _ in range(20):
        peer = case.connect("/ws/misbehave?opensend")
        assert peer.read_message() == "opened"
        peer.close()


def test_H3_send_in_open_to_a_client_that_sends_with_its_handshake(case):
    from harness.peer import handshake
    peer = case.open()
    peer.send(handshake("/ws/misbehave?opensend") + text("path"))
    peer.response = peer.read_response()
    peer.check_accepted()
    assert peer.read_message() == "opened"
    assert peer.read_message() == "/ws/misbehave"


def test_H4_text_of_the_plugin_that_is_not_utf8(case):
    peer = case.connect("/ws/misbehave")
    assert ask(peer, "send-invalid-utf8") == "send-invalid-utf8 invalid"
    assert ask(peer, "path") == "/ws/misbehave"


@pytest.mark.parametrize("command", ("throw", "throw-int", "throw in timer", "throw in done",
                                     "throw in work", "throw in history"))
def test_H6_R15_exception(case, command):
    case.allow(PLUGIN_FAILED)
    others = [case.connect("/ws/misbehave") for _ in range(3)]
    peer = case.connect("/ws/misbehave")
    peer.text(command)
    peer.expect_failure(1011)
    assert "code=1011" in case.wait_for_line(ENDED)
    for other in others:
        assert ask(other, "path") == "/ws/misbehave"


@pytest.mark.parametrize("how", ("close", "abandon"))
def test_H6_R15_exception_in_on_close(case, how):
    case.allow(PLUGIN_FAILED)
    peer = case.connect("/ws/misbehave")
    assert ask(peer, "throw in on_close") == "armed"
    if how == "close":
        peer.close()
    else:
        peer.reset()
    assert case.end().code == (1000 if how == "close" else 1006)


def test_H6_R15_exception_in_on_drain(case):
    case.allow(PLUGIN_FAILED)
    peer = case.open(receive_buffer=4096)
    peer.upgrade("/ws/misbehave-queue")
    assert ask(peer, "throw in on_drain") == "armed"
    peer.text("push 20000 1000")
    case.bystanders.check()  # answered when the queue is full
    seen = 0
    while True:
        found = peer.read_frame()
        if found.opcode == frames.CLOSE:
            break
        seen += 1
    assert found.close_code == 1011
    assert 0 < seen < 20000


@pytest.mark.parametrize("payload", ("deliver:throw", "deliver:drop", "deliver:invalid-utf8"))
def test_H6_on_deliver_that_fails(case, payload):
    case.allow(PLUGIN_FAILED)
    peer = case.connect("/ws/misbehave")
    assert ask(peer, "sub room") == "sub ok"
    assert ask(peer, f"pub room {payload}") == "pub ok"
    peer.text("pub room deliver:upper and on")
    assert {peer.read_message(), peer.read_message()} == {"pub ok", "AND ON"}


def test_H7_R11_process_that_a_plugin_ends(start_httpd):
    """abort() and exit() end that child and its sessions; httpd starts another, which serves."""
    from harness.config import location
    server = start_httpd(location("/ws/misbehave", plugin="@plugin:misbehave@"))
    server.allowed.append(r"AH00052|AH00051|exit signal|AH00545|in on_message (crashes|ends) this process")
    for command in ("abort", "exit 3"):
        before = server.children()
        peer = server.connect("/ws/misbehave")
        peer.text(command)
        peer.expect_drop()
        end = time.monotonic() + limit(10)
        while not set(server.children()) - set(before):
            assert time.monotonic() < end
        after = server.connect("/ws/misbehave")
        assert ask(after, "path") == "/ws/misbehave"
        after.close()


def test_push_beyond_the_queue_with_slow_client_drop(case):
    """Full: send says so and on_drain follows; nothing that was accepted is lost."""
    peer = case.open(receive_buffer=4096)
    peer.upgrade("/ws/misbehave-queue")
    assert ask(peer, "path") == "/ws/misbehave-queue"  # the loop has it
    peer.text("push 40000 1000")  # more than the kernel takes
    case.bystanders.check()  # answered when the queue is full
    number, drained = 0, 0
    while True:
        message = peer.read_message()
        if message == "push 40000":
            break
        if message.startswith("drained "):
            assert int(message.split()[1]) == number
            drained += 1
        else:
            assert message.rstrip(".") == f"#{number}"
            number += 1
    assert number == 40000 and drained > 0


def test_pause_and_resume(case):
    peer = case.connect("/ws/misbehave")
    peer.send(text("pause 300"), text("path"), frames.frame(frames.PING, b"p"))
    assert peer.read_message() == "resumed"
    assert peer.read_message() == "/ws/misbehave"
    assert peer.read_frame().payload == b"p"


def test_timers_and_work(case):
    peer = case.connect("/ws/misbehave")
    assert ask(peer, "timer 50") == "timer"
    peer.text("ticks 50 3")
    assert [peer.read_message() for _ in range(3)] == ["tick 1", "tick 2", "tick 3"]
    assert ask(peer, "work 50") == "work"
    peer.close()


def test_timers_and_work_that_outlive_their_session(case):
    for _ in range(10):
        peer = case.connect("/ws/misbehave")
        peer.send(text("ticks 50 1000"), text("work 100"))
        peer.reset()
    case.ends(10)


def test_channels_between_ws_and_wss(case):
    """The namespace is the ServerName's: http and https hosts of one name share their channels."""
    peers = [case.open(scheme).upgrade("/ws/misbehave") for scheme in ("ws", "wss")]
    for peer in peers:
        assert ask(peer, "sub shared") == "sub ok"
    assert ask(peers[0], "pubx shared hello") == "pubx ok"
    assert peers[1].read_message() == "hello"
    assert ask(peers[1], "unsub shared") == "unsub ok"
    assert ask(peers[0], "pubx shared again") == "pubx ok"
    peers[1].frame(BINARY, b"x")
    assert peers[1].read_message() == b"x"


def test_history_and_presence(case):
    peer = case.connect("/ws/misbehave")
    room = f"room-{time.monotonic_ns()}"
    for number in range(5):
        assert ask(peer, f"keep {room} 3 message {number}") == "keep ok"
    reply = json.loads(ask(peer, f"history {room} 10"))
    assert reply["messages"] == ["message 2", "message 3", "message 4"]
    assert ask(peer, f"enter {room} alice hello") in ("enter ok", "joined alice")
    while (members := ask(peer, f"members {room}")) in ("enter ok", "joined alice"):
        pass
    assert json.loads(members) == {"alice": "hello"}
