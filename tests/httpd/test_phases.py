"""The handshake comes after httpd's own phases, and the plugin learns what they found out."""

import base64
import re
import ssl

import pytest

from harness import witness
from harness.peer import handshake

# mod_auth and mod_authz say so when they refuse.
NO_ACCESS = r"AH01630|AH01631|AH01617|AH01618|AH01797|AH02261|AH02039|AH02249"


SITE = "".join((
    witness.location("/ws/open"),
    witness.location("/ws/basic", "AuthType Basic", 'AuthName "private"',
                     "AuthUserFile @ROOT@/conf/users", "Require valid-user"),
    witness.location("/ws/staff", "AuthType Basic", 'AuthName "staff"',
                     "AuthUserFile @ROOT@/conf/users", "AuthGroupFile @ROOT@/conf/groups",
                     "Require group staff"),
    """
<LocationMatch "^/ws/rooms/(?<room>[a-z]+)$">
    WebSocketPlugin echo
    AuthType Basic
    AuthName "rooms"
    AuthUserFile @ROOT@/conf/users
    AuthGroupFile @ROOT@/conf/groups
    Require group %{env:MATCH_ROOM}
</LocationMatch>
""",
    witness.location("/ws/form", "AuthType Form", 'AuthName "form"', "AuthFormProvider file",
                     "AuthUserFile @ROOT@/conf/users", "AuthFormLoginRequiredLocation /login.html",
                     "Session On", "SessionCookieName session path=/", "Require valid-user"),
    witness.location("/ws/elsewhere", "Require ip 203.0.113.0/24"),
    witness.location("/ws/here", "Require ip 127.0.0.1"),
    witness.location("/ws/environment", "SetEnv COLOUR blue",
                     'SetEnvIf User-Agent "(.*)" AGENT=$1'),
    """
<Location /login>
    SetHandler form-login-handler
    AuthType Form
    AuthName "form"
    AuthFormProvider file
    AuthUserFile @ROOT@/conf/users
    AuthFormLoginSuccessLocation /index.html
    Session On
    SessionCookieName session path=/
</Location>
RewriteEngine On
RewriteRule ^/old/(.*) /ws/open/$1 [PT]
RewriteRule ^/moved/(.*) /ws/open/$1 [R=302]
RewriteCond %{HTTP:Upgrade} =websocket [NC]
RewriteRule ^/app$ /ws/open?from=app [PT,QSA]
RewriteRule ^/gone /- [F]
"""))


@pytest.fixture(scope="module")
def server(session_httpd):
    return session_httpd(SITE, modules=("session", "session_cookie", "request", "auth_form",
                                        "authz_groupfile", "remoteip"),
                         main="RemoteIPHeader X-Forwarded-For\n"
                              "RemoteIPInternalProxy 127.0.0.1\n")


def basic(user, password):
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def test_no_user(case):
    request = witness.ask(case.connect("/ws/open"), "request")
    assert request["user"] == ""
    assert request["remote_ip"] == "127.0.0.1"
    assert request["tls"] == ("1" if case.scheme == "wss" else "0")


def test_basic_authentication(case):
    case.allow(NO_ACCESS)
    response = case.refused(401, "/ws/basic")
    assert response.get("www-authenticate").startswith("Basic")
    case.refused(401, "/ws/basic", replace=basic("alice", "wrong"))
    peer = case.connect("/ws/basic", replace=basic("alice", "secret"))
    assert witness.ask(peer, "request")["user"] == "alice"
    peer.close()
    assert case.end().user == "alice"


def test_group(case):
    case.allow(NO_ACCESS)
    assert case.request("/ws/staff", replace=basic("bob", "hunter2")).status in (401, 403)
    peer = case.connect("/ws/staff", replace=basic("alice", "secret"))
    assert witness.ask(peer, "request")["user"] == "alice"


def test_group_by_the_path(case):
    """A room for each group, as the administrator's page shows it."""
    case.allow(NO_ACCESS)
    case.connect("/ws/rooms/staff", replace=basic("alice", "secret")).echo()
    assert case.request("/ws/rooms/other", replace=basic("alice", "secret")).status in (401, 403)
    assert case.request("/ws/rooms/staff", replace=basic("bob", "hunter2")).status in (401, 403)


def test_form_session(case):
    """mod_auth_form: log in as a browser does, then connect with the session's cookie."""
    case.allow(NO_ACCESS)
    response = case.request("/ws/form")
    assert response.status != 101
    body = b"httpd_username=alice&httpd_password=secret"
    peer = case.open()
    peer.send(f"POST /login HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
              "Content-Type: application/x-www-form-urlencoded\r\n"
              f"Content-Length: {len(body)}\r\n\r\n", body)
    login = peer.read_response()
    assert login.status in (200, 302), login.head
    cookie = re.search(r"session=[^;]+", login.get("set-cookie")).group()
    peer = case.connect("/ws/form", replace={"Cookie": f"theme=dark; {cookie}"})
    request = witness.ask(peer, "request")
    assert request["user"] == "alice"
    assert request["cookie theme"] == ["dark"]
    assert case.request("/ws/form", replace={"Cookie": "session=forged"}).status != 101


def test_require_ip(case):
    case.allow(NO_ACCESS)
    case.refused(403, "/ws/elsewhere")
    case.connect("/ws/here").echo()


def test_remoteip(case):
    """Behind a proxy: the address that mod_remoteip found reaches Require, plugin and log."""
    case.allow(NO_ACCESS)
    forwarded = {"X-Forwarded-For": "203.0.113.7"}
    peer = case.connect("/ws/elsewhere", replace=forwarded)
    assert witness.ask(peer, "request")["remote_ip"] == "203.0.113.7"
    peer.close()
    assert case.end().client == "203.0.113.7"
    case.refused(403, "/ws/here", replace=forwarded)


@pytest.mark.parametrize("path, seen, query", (
    ("/old/room", "/ws/open/room", ""), ("/app?x=1", "/ws/open", "from=app&x=1"),
))
def test_rewrite(case, path, seen, query):
    request = witness.ask(case.connect(path), "request")
    assert (request["path"], request["query"]) == (seen, query)


def test_rewrite_that_refuses(case):
    assert case.request("/moved/x").status == 302
    assert case.request("/gone").status == 403


def test_request_reaches_the_plugin(case):
    peer = case.connect("/ws/open/a%20b/%C3%B6?x=%201&y=2", extra=[
        ("User-Agent", "test agent"), ("X-Twice", "one"), ("X-Twice", "two"),
        ("Cookie", "a=1; b=two words; c=\"quoted\"; d=4; empty=; noequals; e=x,y"),
        ("Origin", f"{'https' if case.scheme == 'wss' else 'http'}://localhost"),
        ("Accept-Language", "de")])
    request = witness.ask(peer, "request")
    assert request["path"] == "/ws/open/a b/ö"
    assert request["query"] == "x=%201&y=2"
    assert request["host"] == "localhost"
    assert request["header user-agent"] == ["test agent"]
    # httpd joins lines of one name (RFC 9110, section 5.3).
    assert ", ".join(request["header x-twice"]) == "one, two"
    assert request["header accept-language"] == ["de"]
    assert request["cookie a"] == ["1"]
    assert request["cookie b"] == ["two words"]
    assert request["cookie d"] == ["4"]
    assert request["cookie empty"] == [""]
    assert request["cookie e"] == ["x,y"]


def test_cookies_of_two_lines(case):
    """A proxy that speaks HTTP/2 to its client may send several Cookie lines on."""
    request = witness.ask(case.connect("/ws/open", extra=[("Cookie", "a=1; b=2"),
                                                          ("Cookie", "c=3")]), "request")
    assert [request[f"cookie {name}"] for name in "abc"] == [["1"], ["2"], ["3"]]


def test_environment_reaches_the_plugin(case):
    peer = case.connect("/ws/environment", extra=[("User-Agent", "tester")])
    request = witness.ask(peer, "request")
    assert request["environment COLOUR"] == ["blue"]
    assert request["environment AGENT"] == ["tester"]


def test_host_without_port_and_bracketed(case):
    for host, seen in (("localhost:8080", "localhost"), ("[::1]:80", "::1"),
                       ("LOCALHOST", "localhost")):
        request = witness.ask(case.connect("/ws/open", replace={"Host": host}), "request")
        assert request["host"].lower().strip("[]") == seen


@pytest.mark.parametrize("offer, chosen", (
    ("witness.v1", "witness.v1"), ("witness.v1, witness.v2", "witness.v1"),
    ("x, witness.v2, witness.v1", "witness.v2"), (["x", "witness.v1"], "witness.v1"),
    ("WITNESS.V1", None), ("x", None), (None, None),
), ids=repr)
def test_subprotocol_in_the_clients_order(case, offer, chosen):
    peer = case.connect("/ws/open", replace={"Sec-WebSocket-Protocol": offer})
    assert peer.response.get("sec-websocket-protocol") == chosen
    assert witness.ask(peer, "request")["subprotocol"] == (chosen or "")


def test_http_1_1_keep_alive_after_refusal_is_not_kept(case):
    """A refused upgrade ends the connection, so that nothing behind it is taken for HTTP."""
    case.allow(NO_ACCESS)
    peer = case.open()
    peer.send(handshake("/ws/basic") * 2)
    assert peer.read_response().status == 401
    peer.expect_end()


@pytest.mark.parametrize("version", (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3))
def test_tls_version(wss_case, version):
    peer = wss_case.connect("/ws/open", open={"context": wss_case.server.client_context(version)})
    assert peer.socket.version() == ("TLSv1.2" if version is ssl.TLSVersion.TLSv1_2
                                     else "TLSv1.3")
    peer.echo("x" * 50000)
    peer.close()
