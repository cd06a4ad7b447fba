"""BAD_INPUT G: what programs, and pages in disguise, send to a publish Location."""

import gzip
from urllib.parse import quote

import pytest

from harness.channels import PATH, Talker
from harness.publisher import KEY, PATH as OPEN
from harness.publisher import Publisher, signature

KEYED = "/ws/publish-keyed"


class Caller(Publisher):
    """Publishes as its case does: over ws or wss."""

    def __init__(self, case, path=OPEN, **headers):
        super().__init__(case.server, path, case.scheme, **headers)

    def refused(self, status, error, channel="g", body="x", method="POST", **headers):
        answer = self.call(method, f"/{channel}", body, **headers)
        assert (answer.status, answer.json.get("error")) == (status, error), answer.text
        return answer


@pytest.fixture
def caller(case):
    return Caller(case)


@pytest.fixture
def listener(case):
    """Hears the channel g; afterwards it must have got nothing but what was published well."""
    talker = Talker(case.connect(PATH))
    talker.subscribe("g")
    yield talker
    Caller(case).publish("g", "end")
    assert talker.texts(1, "g") == ["end"] and not talker.inbox


def test_G1_key(case, listener):
    keyed = Caller(case, KEYED)
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {KEY}"},
                    {"Authorization": f"Bearer {KEY[:-1]}"}, {"Authorization": f"Bearer {KEY}x"}):
        assert keyed.refused(401, "unauthorized", **headers).get("WWW-Authenticate") == "Bearer"
    assert keyed.publish("other", Authorization=f"Bearer {KEY}")


def test_G1_signature(case, listener):
    keyed = Caller(case, KEYED)
    target = f"{KEYED}/other?history=1"
    good = signature("POST", target, b"x")
    assert keyed.publish("other?history=1", "x", X_WebSocket_Signature=good)
    keyed.refused(401, "unauthorized", "other?history=1", X_WebSocket_Signature=good,
                  Idempotency_Key="another")
    for wrong in (good[:-1] + ("0" if good[-1] != "0" else "1"), "v1=,t=", "x",
                  signature("POST", target, b"y"), signature("GET", target, b"x"),
                  signature("POST", f"{KEYED}/g", b"x"),
                  signature("POST", target, b"x", "another key of 32 characters....."),
                  signature("POST", target, b"x", seconds=1_700_000_000)):
        keyed.refused(401, "unauthorized", "other?history=1", X_WebSocket_Signature=wrong)


def test_G1_require(case):
    case.allow("client denied by server configuration")
    assert Caller(case, "/ws/publish-denied").post("g").status == 403


def test_G2_methods(caller, listener):
    for method in ("PUT", "PATCH", "PROPFIND"):
        answer = caller.refused(405, "method_not_allowed", method=method)
        assert answer.get("Allow") == "GET, POST, DELETE"


def test_G3_pages(case, caller, listener):
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"},
                    {"Sec-Fetch-Site": "same-origin"}, {"Cookie": "session=1"}):
        caller.refused(403, "browser", Content_Type="text/plain", **headers)
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        caller.refused(415, "bad_type", Content_Type=kind)
    # Whoever knows the key is no stranger's page.
    assert Caller(case, KEYED).publish("other", Authorization=f"Bearer {KEY}", Cookie="a=b")


def test_G4_too_large(case, listener):
    """The limit is the Location's; it holds for bodies of either kind."""
    small = Caller(case, "/ws/publish-small")
    assert small.publish("other", b"x" * 4096, Content_Type="application/octet-stream")
    small.refused(413, "too_large", body=b"x" * 4097)
    peer = case.open()
    peer.send(b"POST /ws/publish-small/g HTTP/1.1\r\nHost: localhost\r\n"
              b"Transfer-Encoding: chunked\r\n\r\n1000\r\n" + b"x" * 4096 + b"\r\n1\r\nx\r\n0\r\n\r\n")
    assert peer.read_response().status == 413
    peer.expect_end()


@pytest.mark.parametrize("body", [b"zz\r\nhello\r\n0\r\n\r\n", b"-1\r\n", b"5\r\nhello7\r\n",
                                  b"ffffffffffffffffff\r\nx"])
def test_G4_broken_chunks(case, listener, body):
    case.allow("chunk|AH0159|AH02901")
    peer = case.open()
    peer.send(b"POST /ws/publish/g HTTP/1.1\r\nHost: localhost\r\n"
              b"Transfer-Encoding: chunked\r\n\r\n" + body)
    assert peer.read_response().status in (400, 413)
    peer.expect_end()


def test_G4_slow_or_lying_length(case, listener):
    """More is announced than comes; mod_reqtimeout waits 10 s for it."""
    peer = case.open(timeout=30)
    peer.send(b"POST /ws/publish/g HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhello")
    assert peer.read_response().status == 408
    peer.expect_end()


def test_G5_channels(caller, listener):
    for channel in ("", "?channel=", "a%20b", "?channel=%0d%0a", "?channel=%ff", "x" * 256):
        caller.refused(400, "bad_channel", channel)
    caller.refused(400, "bad_query", "?channel=%zz")
    caller.refused(400, "bad_query", "g?channel=elsewhere")
    many = "&".join(f"channel=c{number}" for number in range(101))
    caller.refused(413, "too_many_channels", f"?{many}")


def test_G6_invalid_utf8(caller, listener):
    for body in (b"\xff", b"caf\xe9", b"\xed\xa0\x80", b"x" * 1000 + b"\xc3"):
        caller.refused(400, "bad_utf8", body=body, Content_Type="text/plain")
        caller.refused(400, "bad_utf8", body=body, Content_Type="application/json")


def test_G7_gzip_bomb(caller, listener):
    bomb = gzip.compress(b"\0" * (64 << 20))
    caller.refused(415, "bad_encoding", body=bomb, Content_Type="text/plain",
                   Content_Encoding="gzip")


def test_G10_same_message_twice(caller, listener):
    """A retry after a lost answer."""
    for number in range(3):
        answer = caller.post("twice", "x", Idempotency_Key=f"G10-{caller.scheme}")
        assert answer.json["offset"] == answer.json["offset"]
        assert answer.get("Idempotent-Replayed") == ("true" if number else None)
    for key in ("", "a b", "k" * 256, "ä".encode()):
        caller.refused(400, "bad_key", Idempotency_Key=key)


@pytest.mark.parametrize("name", ('a"b\\c', "<script>alert(1)</script>", "\u202eleft", "&lt;'", "%n%s", "{}:*[",
                                  "\U0001f600"))
def test_I2_odd_names_in_answers(case, caller, name):
    """A page that shows the answer as it is, or a browser that guesses its type, finds no HTML in it."""
    channel = f"I2.{case.scheme}.{name}"
    target = f"?channel={quote(channel, safe='')}"
    member = Talker(case.connect(PATH))
    member.do("enter", channel, name, name)
    published = caller.post(f"{target}&history=1", "x")
    facts = caller.call("GET", f"/{target}")
    listed = caller.call("GET", f"/?prefix={quote(channel, safe='')}")
    assert (published.json["channel"], facts.json["channel"]) == (channel, channel)
    assert [(one["key"], one["info"]) for one in facts.json["members"]] == [(name, name)]
    assert [one["channel"] for one in listed.json["channels"]] == [channel]
    for answer in (published, facts, listed):
        assert answer.get("Content-Type") == "application/json"
        assert answer.get("X-Content-Type-Options") == "nosniff"
    caller.call("DELETE", f"/{target}")


@pytest.mark.parametrize("name", ("\x1b[31m", "a\r\nb", "\0", "\u009b31m", "<\x7f>"))
def test_I2_control_characters_in_names(caller, listener, name):
    """Refused in channels, encoded in users; nobody hears them back raw."""
    answer = caller.refused(400, "bad_channel", f"?channel={quote(name, safe='')}")
    assert name not in answer.text
    answer = caller.call("POST", f"/users/{quote('I2' + name, safe='')}", b"x")
    assert answer.status in (200, 400, 404) and name not in answer.text
