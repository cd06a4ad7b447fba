"""LogLevel websocket:debug tells the story of one connection, and no level tells a secret."""

import base64
import re

import pytest

from harness import channels
from harness.channels import Talker
from harness.config import location
from harness.publisher import KEY, Publisher
from harness.publisher import location as publisher_location
from harness.session_log import OPENED
from harness.tokens import token
from harness.waiting import wait_until

SECRET = "TellNobody"
SITE = (location("/ws/echo") + channels.location() + publisher_location()
        + location("/ws/token", "WebSocketToken HS256 conf/publish.key")
        + location("/ws/basic", "AuthType Basic", 'AuthName "x"', "AuthUserFile @ROOT@/conf/users",
                   "Require valid-user")
        + channels.location("/ws/small", "WebSocketSendQueue 1K", "WebSocketMessageTimeout 10min"))


@pytest.fixture(scope="module")
def server(session_httpd):
    return session_httpd(SITE)


def number_of_session(case):
    return re.search(r"session ([0-9a-f]{16}) opens", case.wait_for_line(OPENED))[1]


def story(case):
    """What the log tells of the test's only session, without its name."""
    name = number_of_session(case)
    case.end()
    lines = case.lines(rf"session {name}")
    return [line.split(f"session {name} ", 1)[1] for line in lines]


def test_story_of_a_connection(case):
    talker = Talker(case.connect(channels.PATH))
    assert case.lines(r"\[client 127\.0\.0\.1:\d+\] WebSocket accepted: the connection leaves httpd")
    talker.subscribe("room")
    talker.do("sign_in", "ann")
    talker.leave()
    told = story(case)
    assert told[0].startswith("opens: plugin=channels client=127.0.0.1"), told
    assert told[1:3] == ["hears room", "is signed in as ann"], told
    assert told[-1].startswith("ended: code=1000 (closed by the peer)"), told
    assert len(told) == 4, told


def test_who_closed(case):
    """Which side ended it."""
    talker = Talker(case.connect(channels.PATH))
    talker.peer.close_frame(4321)
    talker.peer.expect_close(4321)
    name = number_of_session(case)
    wait_until(lambda: case.lines(rf"session {name} ended: code=4321 \(closed by the peer\)"),
               "its end")


def test_story_of_a_refusal(case):
    case.refused(403, replace={"Origin": "https://elsewhere.example"})
    line, = case.lines("WebSocket refused")
    assert "[client 127.0.0.1:" in line and "403" in line and "Origin" in line


def test_story_of_a_slow_client(case):
    peer = case.open(receive_buffer=2048).upgrade("/ws/small")
    talker = Talker(peer)
    talker.subscribe("room")
    name = number_of_session(case)
    other = Talker(case.connect(channels.PATH))
    for number in range(400):
        other.say("publish", "room", 0, number, "x" * 20_000)
    case.wait_for_line(rf"session {name} is slow: its send queue is full")
    case.wait_for_line(rf"session {name} is closed with 1013: too slow")


def test_no_level_tells_a_secret(start_httpd):
    """Payload, token, cookie, password, query: none of them is in the log, at no level of ours."""
    server = start_httpd(SITE, log_level="warn websocket:trace8",
                         allowed=("AH01617|AH01618",))
    mark = server.log.mark()
    peer = server.connect(f"/ws/echo?token={SECRET}", replace={
        "Cookie": f"id={SECRET}", "Authorization": f"Bearer {SECRET}"})
    peer.echo(SECRET)
    peer.send(b"\x81\x8b\0\0\0\0" + SECRET[:9].encode() + b"\xff\xfe")
    peer.expect_failure(1007)
    made = token(sub="ann", secret=KEY)
    logins = {base64.b64encode(f"alice:{password}".encode()).decode(): status
              for password, status in (("secret", 101), (SECRET, 401))}
    for login, status in logins.items():
        peer = server.open()
        assert peer.request("/ws/basic", replace={"Authorization": f"Basic {login}"}).status == status
        peer.abandon()
    peer = server.connect("/ws/token", replace={"Sec-WebSocket-Protocol": f"ws.token.{made}"})
    peer.echo(SECRET)
    peer.close()
    peer = server.open()
    assert peer.request(f"/ws/token?token={made[:-4]}{SECRET}").status in (101, 401)
    peer.abandon()
    peer = server.open()
    assert peer.request("/ws/token", replace={
        "Sec-WebSocket-Protocol": f"ws.token.{made[:-4]}AAAA"}).status == 401
    peer.abandon()
    talker = Talker(server.connect(channels.PATH))
    talker.subscribe("room")
    Publisher(server).publish("room", SECRET)
    assert talker.texts(1) == [SECRET]
    talker.leave()
    hidden = (SECRET, "alice:secret", *logins, made.rsplit(".", 1)[1][:20])
    wait_until(lambda: len(server.log.find(mark, "session [0-9a-f]{16} ended")) >= 4, "their ends")
    lines = [line for line in server.log.since(mark) if "[websocket:" in line]
    assert lines and not [line for line in lines if any(word in line for word in hidden)], lines


def test_many_refused_publishes_leave_few_lines(start_httpd):
    """Also those that are no fault of the publisher's."""
    server = start_httpd(publisher_location() + channels.location(), bystander=False,
                         main="WebSocketStateSize 1M\n", log_level="warn",
                         allowed=("publish refused with 503", "no room for another channel",
                                  "more requests were refused"))
    publisher = Publisher(server)
    answers = (publisher.post(f"channel{number}?history=1", "x" * 900).status
               for number in range(10_000))
    assert 503 in answers
    refused = 1 + [publisher.post(f"other{number}?history=1", "x" * 900).status
                   for number in range(60)].count(503)
    assert refused > 50
    server.stop()
    written = len(server.log.find(0, "publish refused with 503"))
    more = sum(int(re.search(r"(\d+) more requests", line)[1])
               for line in server.log.find(0, "more requests were refused"))
    assert written + more == refused, server.log.since(0)
