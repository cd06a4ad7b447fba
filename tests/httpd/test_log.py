"""The log: one line when a session opens, one when it ends; the access log; nothing hostile."""

import base64
import re
import time

import pytest

from harness import channels, witness
from harness.config import location
from harness.frames import PING, text
from harness.publisher import KEY
from harness.session_log import ENDED, OPENED
from harness.tokens import token
from harness.waiting import wait_until

HOSTILE = '\x1b[31m "quoted" \\ \x7f%n%s'
# What httpd itself lets pass in a header: no control characters.
LET_THROUGH = b'"quoted" \\ %n%s \xe9\xff\xc2\x9b31m'
HEADERS = ("User-Agent", "Origin", "Sec-WebSocket-Protocol", "Host", "Cookie", "X-Forwarded-For",
           "Authorization", "Sec-WebSocket-Extensions", "Sec-WebSocket-Key", "Sec-WebSocket-Version",
           "Upgrade")
WIDE = "LogFormat \"%a %u \\\"%r\\\" %>s %O " + " ".join(
    f"%{{{name}}}i" for name in HEADERS) + "\" plain\n"


@pytest.fixture(scope="module")
def server(session_httpd):
    return session_httpd(
        location("/ws/echo") + witness.location("/ws/witness") + channels.location()
        + location("/ws/basic", "AuthType Basic", 'AuthName "x"', "AuthUserFile @ROOT@/conf/users",
                   "Require valid-user")
        + location("/ws/token", "WebSocketToken HS256 conf/publish.key"), main=WIDE)


def test_lines_of_a_session(case):
    peer = case.connect(replace={"Authorization": "Basic YWxpY2U6c2VjcmV0"}, path="/ws/basic")
    opened = case.wait_for_line(OPENED)
    assert "plugin=echo" in opened and "client=127.0.0.1" in opened and 'user="alice"' in opened
    assert not case.lines(ENDED)
    peer.echo("four")
    peer.echo("and five")
    peer.frame(PING, "x")
    peer.read_frame()
    peer.close_frame(4001, "good bye")
    peer.expect_close(4001)
    end = case.end()
    assert (end.code, end.reason, end.user, end.plugin) == (4001, "good bye", "alice", "echo")
    assert end.client == "127.0.0.1"
    assert (end.messages_in, end.messages_out) == (2, 2)
    # Bytes of frames: headers of 6 and 2, two messages, a ping, a Close.
    assert end.bytes_in == (6 + 4) + (6 + 8) + (6 + 1) + (6 + 2 + 8)
    assert end.bytes_out == (2 + 4) + (2 + 8) + (2 + 1) + (2 + 2 + 8)
    assert 0 <= end.duration < 30
    assert end.session in opened


def test_quiet_by_default(start_httpd):
    """At httpd's default LogLevel, ordinary sessions and ordinary bad input leave no line."""
    server = start_httpd(location("/ws/echo"), log_level="warn", bystander=False)
    mark = server.log.mark()
    for scheme in ("ws", "wss"):
        peer = server.connect("/ws/echo", scheme)
        peer.echo()
        peer.close()
        server.connect("/ws/echo", scheme).reset()
        peer = server.connect("/ws/echo", scheme)
        peer.send(b"\xff" * 20)
        peer.expect_failure(1002)
        peer.abandon()
    assert not server.log.find(mark, "websocket")


def test_access_log(case):
    peer = case.connect("/ws/echo?room=1")
    line, = case.requests(1)
    assert '"GET /ws/echo?room=1 HTTP/1.1" 101' in line
    peer.close()
    case.request(replace={"Sec-WebSocket-Version": "8"})
    assert " 426 " in case.requests(2)[-1]


@pytest.mark.parametrize("value", (HOSTILE, LET_THROUGH, b"a\x1bb", b"a\x00b", b"a\rb"), ids=repr)
@pytest.mark.parametrize("name", HEADERS)
def test_I1_hostile_header(case, name, value):
    case.allow("AH00127|AH01617|AH01618|AH00550")
    response = case.request(replace={name: value})
    assert response.status in (101, 200, 400, 401, 403, 426)
    case.requests(1)
    check_lines(case)


def test_I1_hostile_user(case):
    case.allow("AH01617|AH01618")
    login = base64.b64encode(f"{HOSTILE}:x".encode()).decode()
    assert case.request("/ws/basic", replace={"Authorization": f"Basic {login}"}).status == 401
    check_lines(case)


def test_I1_odd_user_who_comes_in(case):
    name = 'ann" \\ %n%s \u0436\u202e'
    made = token(sub=name, secret=KEY)
    case.connect("/ws/token", replace={"Sec-WebSocket-Protocol": f"ws.token.{made}"}).close()
    opened = case.wait_for_line(OPENED)
    assert 'user="ann\\\\x22 ' in opened, opened
    case.end()
    check_lines(case)


def test_I1_user_with_control_characters(case):
    made = token(sub=HOSTILE, secret=KEY)
    case.refused(401, "/ws/token", replace={"Sec-WebSocket-Protocol": f"ws.token.{made}"})
    check_lines(case)


def test_I1_hostile_channel(case):
    peer = case.connect(channels.PATH)
    for name in ('"\x1b[31m"', "\x7f%n%s", "\u009b31m", 'quoted"\\'):
        peer.text(f"subscribe {name}")
        assert peer.read_message().startswith("subscribe")
    check_lines(case)


def test_I1_hostile_reason_path_and_message(case):
    peer = case.connect("/ws/witness/%1b%5b31m%22%7f%25n?%1b")
    peer.send(text(HOSTILE))
    assert peer.read_message() == HOSTILE
    peer.close_frame(4000, HOSTILE + " \u009b31m [core:emerg] forged")
    peer.expect_close(4000)
    case.end()
    check_lines(case)
    assert not [line for line in case.server.log.since(case.mark) if "[31m \"quoted" in line]


def check_lines(case):
    """Each line of both logs is one of httpd's own, of printable ASCII."""
    for line in case.server.log.since(case.mark):
        assert line.startswith("[") and "] [" in line[:50], line
        assert all(" " <= c <= "~" for c in line), repr(line)
    for line in case.server.access_log.since(case.access_mark):
        assert line.startswith("127.0.0.1 "), line
        assert all(" " <= c <= "~" for c in line), repr(line)


def test_no_payload_in_the_log(case):
    peer = case.connect("/ws/echo")
    peer.echo("SECRET-PAYLOAD")
    peer.send(b"\x81\x8eSECRET-PAYLOAD"[:2] + b"\0\0\0\0SECRET\xff-PAYLOAD"[:14])
    peer.expect_failure(1007)
    case.end()
    assert not [line for line in case.server.log.since(case.mark) if "SECRET" in line]


def test_I3_debug_tells_of_each(case):
    """At this level there are two lines for each session, and none for each bad frame."""
    for _ in range(20):
        peer = case.connect()
        peer.send(b"\xff\xff" * 1000)
        peer.expect_failure(1002)
    case.ends(20)
    assert len(case.server.log.since(case.mark)) <= 3 * 20


def told(server, mark, line, summary):
    """(how many lines, how many more the log tells of)"""
    more = [int(re.search(summary, found)[1]) for found in server.log.find(mark, summary)]
    return len(server.log.find(mark, line)), sum(more)


@pytest.fixture
def plain_server(start_httpd):
    """Where all sessions leave their line, but no more."""
    return start_httpd(location("/ws/echo"), log_level="warn websocket:info", bystander=False)


COUNT = 120


@pytest.mark.parametrize("bad, code", ((b"\xff\xff" * 5000, 1002), (text(b"\xff"), 1007), (None, 1006)),
                         ids=("frames", "text", "reset"))
def test_I3_many_bad_sessions_leave_few_lines(plain_server, scheme, bad, code):
    peers = [plain_server.connect("/ws/echo", scheme) for _ in range(COUNT)]
    mark, begin = plain_server.log.mark(), time.monotonic()
    for peer in peers:
        if bad:
            peer.send(bad)
        peer.reset()
    line, summary = f"ended: code=({code}|1006) ", r"(\d+) more sessions ended like those before"
    wait_until(lambda: sum(told(plain_server, mark, line, summary)) == COUNT,
               lambda: str(told(plain_server, mark, line, summary)))
    assert told(plain_server, mark, line, summary)[0] <= 10 * (time.monotonic() - begin + 1)


def test_I3_many_refused_handshakes_leave_few_lines(plain_server, scheme):
    begin = time.monotonic()
    for _ in range(COUNT):
        peer = plain_server.open(scheme)
        assert peer.request("/ws/echo", replace={"Sec-WebSocket-Key": "x"}).status == 400
        peer.abandon()
    took = time.monotonic() - begin
    line, summary = "WebSocket refused with 400", r"(\d+) more requests were refused"
    assert told(plain_server, 0, line, summary)[0] <= 10 * (took + 1)
    plain_server.stop()
    assert sum(told(plain_server, 0, line, summary)) == COUNT
