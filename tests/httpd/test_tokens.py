"""WebSocketToken: signed tokens, for clients without cookies. None reaches a log."""

import time

import pytest

from harness import channels, tokens, witness
from harness.config import location
from harness.tokens import token
from harness.waiting import wait_until

KEY = "WebSocketToken HS256 conf/ws.key"
SITE = "".join((
    witness.location("/ws/who", KEY, "WebSocketAuthorize /bob.html"),
    witness.location("/ws/members", f"{KEY} required"),
    witness.location("/ws/audience", f"{KEY} audience=chat"),
    witness.location("/ws/endless", f"{KEY} exp=optional"),
    witness.location("/ws/public", "WebSocketToken RS256 conf/RS256.pub",
                     "WebSocketToken ES256 conf/ES256.pub kid=two"),
    witness.location("/ws/public/inner"),
    witness.location("/ws/none"),
    witness.location("/ws/members/none", "WebSocketToken none"),
    channels.location("/ws/channels", KEY),
    location("/ws/denied", f"{KEY}", "Require all denied"),
    """
<Location /bob.html>
    Header set WebSocket-User bob
</Location>
"""))
LOGS = ('LogFormat "%a %u \\"%r\\" %>s U=%U q=%q f=%f p=%{Sec-WebSocket-Protocol}i" plain\n')


@pytest.fixture(scope="module")
def key_pairs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys")
    return [tokens.KeyPair(folder, name) for name in ("RS256", "ES256")]


@pytest.fixture(scope="module")
def server(start_module_httpd, key_folder):
    server = start_module_httpd(SITE.replace("conf/", f"{key_folder}/"), children=2, main=LOGS,
                                log_level="warn websocket:trace8")
    (server.folder / "htdocs" / "bob.html").write_text("SECRET\n")
    return server


@pytest.fixture(scope="module")
def key_folder(tmp_path_factory, key_pairs):
    folder = tmp_path_factory.mktemp("token_keys")
    (folder / "ws.key").write_text(f"# of the tests\n{'x' * 32}\n{tokens.SECRET}\n")
    (folder / "ws.key").chmod(0o600)
    for pair in key_pairs:
        (folder / pair.public.name).write_bytes(pair.public.read_bytes())
    return folder


def by_protocol(made, *others):
    return {"replace": {"Sec-WebSocket-Protocol": ", ".join((*others, f"ws.token.{made}"))}}


def user(peer):
    return witness.ask(peer, "request")["user"]


def no_token_in_logs(case, made):
    for log in (case.server.log, case.server.access_log):
        for part in made.split("."):
            assert part not in "\n".join(log.since(0)), log.path


def test_a_token_among_the_subprotocols(case):
    made = token(sub="ann", name="Ann B.", ws={"data": "{}"})
    peer = case.connect("/ws/who", **by_protocol(made, "chat.v1"))
    told = witness.ask(peer, "request")
    assert (told["user"], told["name"], told["data"]) == ("ann", "Ann B.", "{}")
    assert told["header sec-websocket-protocol"] == ["chat.v1"]
    assert peer.response.get("sec-websocket-protocol") is None
    assert " ann " in case.requests(1)[0]
    peer.close()
    case.end()
    no_token_in_logs(case, made)


def test_a_token_alone_leaves_no_subprotocol(case):
    peer = case.connect("/ws/who", **by_protocol(token(sub="ann")))
    assert "header sec-websocket-protocol" not in witness.ask(peer, "request")


def test_a_token_in_the_query(case):
    made = token(sub="ann")
    peer = case.connect(f"/ws/who?room=1&token={made}&x=2")
    told = witness.ask(peer, "request")
    assert told["user"] == "ann" and told["query"] == "room=1&x=2"
    line, = case.requests(1)
    assert '"GET /ws/who?room=1&x=2 HTTP/1.1" 101' in line and "q=?room=1&x=2 " in line
    peer.close()
    case.end()
    no_token_in_logs(case, made)


@pytest.mark.parametrize("path, status", (("/ws/denied", 403), ("/nothing", 404),
                                          ("/ws/who", 401), ("/ws/none", 101)))
def test_A45_no_log_has_a_token_whatever_becomes_of_it(case, path, status):
    case.allow("AH01630")
    made = token(sub="ann", secret="y" * 40)
    response = case.request(f"{path}?token={made}", **by_protocol(made, "a"))
    assert response.status == status
    assert case.requests(1)[0].count(f"GET {path} ") == 1
    no_token_in_logs(case, made)


def test_a_location_without_tokens_keeps_what_the_client_sent(case):
    peer = case.connect("/ws/none?token=own", **by_protocol("x.y", "a"))
    told = witness.ask(peer, "request")
    assert told["query"] == "token=own"
    assert told["header sec-websocket-protocol"] == ["a, ws.token.x.y"]


@pytest.mark.parametrize("made, why", (
    (lambda: token(sub="ann", secret="y" * 40), "no key of ours has signed it"),
    (lambda: token(-120, sub="ann"), "it has expired"),
    (lambda: token(None, sub="ann"), "it has no end"),
    (lambda: token(nbf=time.time() + 3600), "it is not good yet"), (lambda: "x", "it is no JWT"),
    (lambda: token(header={"alg": "none"}), "its algorithm is none of"),
    (lambda: token(aud="x"), "audience"),
), ids=lambda value: value if isinstance(value, str) else "")
def test_a_bad_token_is_refused_and_says_why_in_the_log(case, made, why):
    response = case.refused(401, "/ws/who", **by_protocol(made()))
    assert response.get("www-authenticate") == 'Bearer error="invalid_token"'
    case.wait_for_line(f"refused with 401: WebSocketToken: .*{why}")


def test_a_token_may_be_required(case):
    assert case.refused(401, "/ws/members").get("www-authenticate") == "Bearer"
    assert user(case.connect("/ws/members", **by_protocol(token(sub="ann")))) == "ann"
    assert user(case.connect("/ws/members/none")) == ""


def test_the_page_is_asked_when_there_is_no_token(case):
    assert user(case.connect("/ws/who")) == "bob"
    assert user(case.connect("/ws/who", **by_protocol(token(sub="ann")))) == "ann"


def test_audiences(case):
    assert user(case.connect("/ws/audience", **by_protocol(token(sub="a", aud=["x", "chat"])))) == "a"
    case.refused(401, "/ws/audience", **by_protocol(token(sub="a")))


def test_public_keys(case, key_pairs):
    rsa, ec = key_pairs
    assert user(case.connect("/ws/public", **by_protocol(rsa.token(sub="ann")))) == "ann"
    case.refused(401, "/ws/public", **by_protocol(ec.token(sub="ann")))  # without its kid
    case.refused(401, "/ws/public", **by_protocol(token(sub="ann")))
    assert user(case.connect("/ws/public/inner", **by_protocol(rsa.token(sub="ann")))) == "ann"


def test_R45_a_session_ends_with_its_token(case):
    peer = case.connect("/ws/endless", **by_protocol(token(1, sub="ann")))
    assert peer.expect_close(4401).close_reason == "expired"
    assert user(case.connect("/ws/endless", **by_protocol(token(None, sub="ann")))) == "ann"


def test_a_token_says_which_channels(case):
    made = token(sub="ann", ws={"subscribe": ["news"], "publish": []})
    talker = channels.Talker(case.connect("/ws/channels", **by_protocol(made)))
    talker.subscribe("news")
    assert talker.ask("subscribe", "other") == "-6"
    assert talker.ask("publish", "news", 0, "x") == "-6"
    assert talker.ask("renew", "nonsense") == "-6"


def test_a_session_is_renewed(case):
    end = time.time() + 2
    talker = channels.Talker(case.connect("/ws/channels", **by_protocol(token(2, sub="ann"))))
    assert talker.ask("renew", token(60, sub="bob")) == "-6"
    made = token(60, sub="ann")
    assert talker.ask("renew", made) == "0"
    wait_until(lambda: time.time() > end + 1, "the first token's end")
    assert talker.ask("renew", made) == "0"
    no_token_in_logs(case, made)


BAD_FILES = {
    "missing": None, "too short": "short\n", "empty": "# nothing\n", "a directory": "directory",
    "for everybody": f"{tokens.SECRET}\n",
}


@pytest.mark.parametrize("kind", BAD_FILES)
def test_configtest_refuses_a_bad_key_file(prepare_httpd, tmp_path, kind):
    tmp_path.chmod(0o755)
    path, text = tmp_path / "ws.key", BAD_FILES[kind]
    if text == "directory":
        path.mkdir()
    elif text is not None:
        path.write_text(text)
        path.chmod(0o644 if kind == "for everybody" else 0o600)
    accepted, output = prepare_httpd(f"<Location /x>\nWebSocketToken HS256 {path}\n</Location>\n",
                                     bystander=False).configtest()
    assert not accepted and "WebSocketToken" in output and str(path) in output


@pytest.mark.parametrize("line", (
    "WebSocketToken", "WebSocketToken HS256", "WebSocketToken HS512 @FILE@",
    "WebSocketToken hs256 @FILE@", "WebSocketToken none @FILE@", "WebSocketToken HS256 @FILE@ must",
    "WebSocketToken HS256 @FILE@ kid=", "WebSocketToken HS256 @FILE@ audience=",
    "WebSocketToken HS256 @FILE@ exp=never", "WebSocketToken RS256 @FILE@",
    "WebSocketToken ES256 @RSA@", "WebSocketToken RS256 @EC@", "WebSocketToken RS256 @PRIVATE@",
    "WebSocketToken HS256 @FILE@\nWebSocketToken none", "WebSocketToken none\nWebSocketToken HS256 @FILE@",
))
def test_configtest_refuses_bad_arguments(prepare_httpd, tmp_path, key_pairs, line):
    (tmp_path / "key").write_text(tokens.SECRET)
    (tmp_path / "key").chmod(0o600)
    rsa, ec = key_pairs
    for name, path in (("FILE", tmp_path / "key"), ("RSA", rsa.public), ("EC", ec.public),
                       ("PRIVATE", rsa.private)):
        line = line.replace(f"@{name}@", str(path))
    accepted, output = prepare_httpd(f"<Location /x>\n{line}\n</Location>\n",
                                     bystander=False).configtest()
    assert not accepted and "WebSocketToken" in output, output


def test_what_is_proxied_elsewhere_keeps_its_own_tokens(start_httpd, key_folder):
    """Another server's clients may use the same names."""
    server = start_httpd(
        (witness.location("/ws/who", KEY) + witness.location("/ws/none")).replace(
            "conf/", f"{key_folder}/"),
        modules=("proxy", "proxy_http"), children=4,
        plain="ProxyPass /cable http://localhost:@PORT@/ws/none upgrade=websocket\n")
    peer = server.connect("/cable?a=1&token=theirs",
                          replace={"Sec-WebSocket-Protocol": "a, ws.token.theirs"})
    told = witness.ask(peer, "request")
    assert told["query"] == "a=1&token=theirs"
    assert told["header sec-websocket-protocol"] == ["a, ws.token.theirs"]
    peer.close()
    peer.abandon()
