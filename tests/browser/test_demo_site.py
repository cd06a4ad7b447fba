"""The PHP site of conf/demo by plain HTTP: its sessions, its forms, and what nobody may see."""

import os
import re
import stat
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
from demo import Demo  # noqa: E402


@pytest.fixture(scope="module", params=[("event", "fpm"), ("prefork", "mod_php")], ids=lambda kind: kind[1])
def demo(request):
    with tempfile.TemporaryDirectory(prefix="ws-demo-") as tmp:
        os.chmod(tmp, 0o777)
        mpm, php = request.param
        made = Demo(tmp, "--mpm", mpm, "--php", php)
        yield made
        made.interrupt()
        assert made.wait_for_end() == 0
        assert not re.search(r"PHP (Warning|Notice|Deprecated|Fatal)", made.output), made.output
        made.check_nothing_left()


@pytest.fixture(params=["http", "https"])
def visitor(request, demo):
    return Visitor(demo, request.param)


class Visitor:
    """A browser without scripts: it has cookies, and follows redirections."""

    def __init__(self, demo, scheme):
        self.site = f"{scheme}://localhost:{demo.port if scheme == 'http' else demo.tls_port}"
        self.scheme = scheme
        self.cookies = CookieJar()
        self.opener = urllib.request.build_opener(
            urllib.request.HTTPSHandler(context=demo.context), urllib.request.HTTPCookieProcessor(self.cookies))

    def get(self, path, fields=None):
        """(status, headers, text); with fields it posts a form."""
        data = None if fields is None else urllib.parse.urlencode(fields).encode()
        try:
            with self.opener.open(self.site + path, data, timeout=20) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read().decode()

    def post(self, path, form=None, **fields):
        """Sends the form of a page (this path's own, if no other is named)."""
        page = self.get(form or path)[2]
        token = re.search(r'name="token" value="(\w+)"', page)[1]
        return self.get(path, {"token": token, **fields})

    def sign_in(self, user="ann", password="demo"):
        return self.post("/sign-in.php", user=user, password=password)

    def session(self):
        cookie, = self.cookies
        return cookie


def test_a_password_signs_in_and_a_wrong_one_does_not(visitor):
    for user, password in (("ann", "wrong"), ("ann", ""), ("mallory", "demo"), ("", "demo"), ("ANN", "demo")):
        status, _, text = visitor.sign_in(user, password)
        assert status == 422 and "Hello" not in text and "not the name and the password" in text
    status, headers, text = visitor.sign_in()
    assert status == 200 and "Hello, Ann." in text
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "Hello, Ann." in visitor.get("/")[2]
    assert "Hello" not in visitor.post("/sign-out.php", "/")[2]


def test_the_session_is_new_with_each_sign_in_and_no_script_reads_it(visitor):
    visitor.get("/sign-in.php")
    before = visitor.session().value
    visitor.sign_in()
    signed_in = visitor.session()
    assert signed_in.value != before
    assert signed_in.has_nonstandard_attr("HttpOnly")
    assert signed_in.get_nonstandard_attr("SameSite") == "Lax"
    assert signed_in.secure == (visitor.scheme == "https")
    visitor.post("/sign-out.php", "/")
    assert visitor.session().value != signed_in.value


def test_httpd_learns_who_it_is_from_the_session(visitor):
    status, headers, text = visitor.get("/ws-auth.php")
    assert (status, headers["WebSocket-User"], text) == (204, None, "")
    visitor.sign_in("zoe")
    status, headers, text = visitor.get("/ws-auth.php")
    assert (status, headers["WebSocket-User"], headers["WebSocket-Name"]) == (204, "zoe", "Zo%C3%AB")
    visitor.post("/sign-out.php", "/")
    assert visitor.get("/ws-auth.php")[1]["WebSocket-User"] is None


@pytest.mark.parametrize("path", ["/sign-in.php", "/sign-out.php", "/send.php"])
def test_a_form_of_another_site_does_nothing(visitor, path):
    visitor.sign_in()
    for token in ({}, {"token": ""}, {"token": "0" * 32}, {"token[]": "x"}):
        status, _, text = visitor.get(path, {"user": "bob", "password": "demo", "to": "everybody", "title": "x", **token})
        assert status == 403 and "too old" in text
    assert "Hello, Ann." in visitor.get("/")[2]


def test_only_who_is_signed_in_sends(visitor):
    assert "<h1>Sign in</h1>" in visitor.get("/send.php")[2]
    assert "<h1>Sign in</h1>" in visitor.get("/notifications.php")[2]
    visitor.sign_in()
    assert "Sent to Bob." in visitor.post("/send.php", to="bob", title="Hello", level="warning", link="/chat/")[2]
    for fields in ({"to": "bob", "title": " "}, {"to": "mallory", "title": "x"}, {"title": "x"}):
        assert "needs a title and somebody" in visitor.post("/send.php", **fields)[2]
    text = visitor.post("/send.php", to="nobody", title='"><script>alert(1)</script>')[2]
    assert "<script>alert" not in text and "&quot;&gt;&lt;script&gt;" in text
    text = visitor.post("/send.php", to="bob", title="\x80".encode("latin-1"))[2]
    assert "could not be sent" in text


def test_nobody_sees_the_key_or_publishes_without_it(visitor, demo):
    key = demo.root() / "publish.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE((demo.root() / "sessions").stat().st_mode) == 0o700
    assert re.fullmatch(r"[0-9a-f]{64}\n", key.read_text())
    status, _, text = visitor.get("/ws/publish/news", {"title": "x"})
    assert status in (401, 403)
    assert key.read_text().strip() not in demo.output + text


@pytest.mark.parametrize("path", ["/lib/users.php", "/../lib/users.php", "/%2e%2e/lib/users.php", "/site/lib/users.php",
                                  "/publish.key", "/sessions/", "/notifications/../../../conf/demo"])
def test_what_is_beside_the_pages_is_not_served(visitor, path):
    status, _, text = visitor.get(path)
    assert status in (400, 403, 404)
    assert "password" not in text and "<?php" not in text
