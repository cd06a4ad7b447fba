"""WebSocketAuthorize: a page of the site says who a visitor is."""

import json
import time

import pytest

from harness import frames, witness
from harness.peer import handshake

from .conftest import cookie


def identity(peer):
    told = witness.ask(peer, "request")
    return told["user"], told["name"], told["data"]


def test_the_page_names_the_user(case, answered):
    peer = answered("WebSocket-User: ann", "WebSocket-Name: Ann%20B%C3%B6ll", "WebSocket-Data: {}")
    assert identity(peer) == ("ann", "Ann Böll", "{}")
    names = [name for name, _ in peer.response.headers]
    assert not [name for name in names if name.startswith("websocket-")], names
    assert [line for line in case.requests(1) if ' ann "GET' in line]
    peer.close()
    case.end()


def test_a_page_that_names_nobody_lets_guests_in(answered):
    peer = answered(status=204)
    assert identity(peer) == ("", "", "")
    assert witness.ask(peer, "request")["expires"] == "0"


def test_a_user_may_be_required(case, answered, refused):
    refused(401, path="/ws/members")
    case.wait_for_line("refused with 401: WebSocketAuthorize /ws-auth.php names no user")
    assert identity(answered("WebSocket-User: ann", path="/ws/members"))[0] == "ann"


def test_the_page_is_asked_as_the_visitor(answered):
    peer = answered("WebSocket-User: ann", report=True,
                    extra=[("X-Own", "1"), ("If-None-Match", "x"), ("Range", "bytes=0-1")])
    seen = json.loads(identity(peer)[2])
    assert seen["REQUEST_METHOD"] == "GET" and seen["REQUEST_URI"] == "/ws-auth.php"
    assert seen["SCRIPT_NAME"] == "/ws-auth.php" and seen["HTTP_X_OWN"] == "1"
    assert seen["HTTP_COOKIE"].startswith("answer=") and seen["input"] == ""
    for name in ("UPGRADE", "CONNECTION", "SEC_WEBSOCKET_KEY", "SEC_WEBSOCKET_VERSION",
                 "IF_NONE_MATCH", "RANGE"):
        assert f"HTTP_{name}" not in seen
    peer.echo("afterwards")


def test_early_frames_are_not_the_pages(case):
    """BAD_INPUT A17: what comes behind the handshake waits for the session."""
    peer = case.open()
    peer.send(handshake("/ws/who", extra=[cookie("WebSocket-User: ann")]) + frames.text("early"))
    peer.response = peer.read_response()
    peer.check_accepted()
    assert peer.read_message() == "early"


@pytest.mark.parametrize("given, got", ((401, 401), (403, 403), (410, 410), (429, 429), (302, 401),
                                        (303, 401)))
def test_the_client_gets_the_status_and_no_more(case, refused, given, got):
    extra = ["Location: /login.php"] if given < 400 else []
    response = refused(got, "WebSocket-User: ann", *extra, status=given)
    assert response.get("location") is None
    case.wait_for_line(f"refused with {got}: WebSocketAuthorize /ws-auth.php answered {given}")


def test_401_keeps_its_challenge(refused):
    response = refused(401, 'WWW-Authenticate: Bearer realm="x"', status=401)
    assert response.get("www-authenticate") == 'Bearer realm="x"'


@pytest.mark.parametrize("given, got", ((500, 500), (404, 404), (502, 502), (503, 503), (504, 504)))
def test_a_page_that_fails_is_the_sites_fault(case, refused, given, got):
    case.allow(f"answered {given}")
    response = refused(got, status=given)
    assert (response.get("retry-after") is not None) == (got == 503)


@pytest.mark.parametrize("path, given, got", (
    ("/ws/nowhere", 404, 404), ("/ws/itself", 404, 404), ("/ws/denied", 403, 403)))
def test_a_page_that_cannot_be_asked(case, refused, path, given, got):
    case.allow(f"answered {given}", "AH01071", "AH01630", "script '.*nowhere.php' not found")
    refused(got, path=path)


def test_rewriting_is_followed(answered):
    peer = answered("WebSocket-User: ann", path="/ws/rewritten")
    assert identity(peer)[0] == "ann"


def test_a_page_behind_a_proxy_is_asked_again_and_again(case):
    for _ in range(10):
        assert identity(case.connect("/ws/proxied"))[0] == "carol"


def test_a_redirected_page_may_refuse(refused):
    refused(403, path="/ws/rewritten", status=403)


@pytest.mark.parametrize("line, name", (
    ("WebSocket-User: " + "u" * 256, "WebSocket-User"),
    ("WebSocket-Name: %01", "WebSocket-Name"), ("WebSocket-Name: %FF", "WebSocket-Name"),
    ("WebSocket-Subscribe: a*b", "WebSocket-Subscribe"), ("WebSocket-Publish: **", "WebSocket-Publish"),
    ("WebSocket-Expires: -1", "WebSocket-Expires"), ("WebSocket-Expires: soon", "WebSocket-Expires"),
    ("WebSocket-Expires: 0", "WebSocket-Expires"), ("WebSocket-Data: " + "d" * 4097, "WebSocket-Data"),
))
def test_a_wrong_header_is_the_sites_fault(case, refused, line, name):
    case.allow(f"no valid {name}")
    refused(500, line)
    case.wait_for_line(f"WebSocketAuthorize /ws-auth.php: no valid {name}")


def test_its_cookies_go_to_the_visitor(answered):
    peer = answered("Set-Cookie: session=1; HttpOnly", "Set-Cookie: b=2", "X-Other: 3")
    cookies = [value for name, value in peer.response.headers if name == "set-cookie"]
    assert cookies == ["session=1; HttpOnly", "b=2"]
    assert peer.response.get("x-other") is None


def test_httpds_own_user_stands_when_the_page_names_none(answered):
    login = ("Authorization", "Basic YWxpY2U6c2VjcmV0")
    assert identity(answered(path="/ws/basic", extra=[login]))[0] == "alice"
    assert identity(answered("WebSocket-User: ann", path="/ws/basic", extra=[login]))[0] == "ann"


def test_a_slow_page_is_not_waited_for(case, server, refused):
    if server.php == "mod_php":
        pytest.skip("httpd cannot interrupt mod_php")
    case.allow("AH01075", "AH01067", "answered 50[34]", "AH01079")
    refused(504, path="/ws/hasty", sleep=5)
    assert identity(case.connect("/ws/hasty"))[0] == ""


def test_the_session_ends_when_the_page_says(case, answered):
    peer = answered("WebSocket-User: ann", "WebSocket-Expires: 1")
    assert int(witness.ask(peer, "request")["expires"]) > time.time() * 1000 - 60_000
    assert peer.expect_close(4401).close_reason == "expired"
