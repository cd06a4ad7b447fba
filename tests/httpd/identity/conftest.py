"""A site with PHP, whose ws-auth.php answers as the visitor's cookie says."""

import http.server
import json
import os
import threading
from urllib.parse import quote

import pytest

from harness import channels, php, witness
from harness.config import location

AUTHORIZE_PHP = """<?php
// Answers as the cookie says: {"status", "headers", "sleep", "redirect"}. Its body is a secret.
$answer = json_decode($_COOKIE['answer'] ?? '{}', true);
usleep(($answer['sleep'] ?? 0) * 1000000);
http_response_code($answer['status'] ?? 200);
foreach ($answer['headers'] ?? [] as $line) {
    header($line, false);
}
if ($answer['report'] ?? false) {
    $seen = array_filter($_SERVER, fn ($name) => preg_match(
        '/^(HTTP_|REQUEST_|QUERY_|SCRIPT_NAME|CONTENT_)/', $name), ARRAY_FILTER_USE_KEY);
    header('WebSocket-Data: ' . json_encode($seen + ['input' => file_get_contents('php://input')]));
}
echo str_repeat("SECRET\\n", 10000);
flush();
"""

SITE = "".join((
    witness.location("/ws/who", "WebSocketAuthorize /ws-auth.php"),
    witness.location("/ws/members", "WebSocketAuthorize /ws-auth.php required"),
    witness.location("/ws/hasty", "WebSocketAuthorize /ws-auth.php",
                     "WebSocketAuthorizeTimeout 300ms"),
    witness.location("/ws/nowhere", "WebSocketAuthorize /nowhere.php"),
    witness.location("/ws/itself", "WebSocketAuthorize /ws/itself"),
    witness.location("/ws/denied", "WebSocketAuthorize /denied/ws-auth.php"),
    witness.location("/ws/proxied", "WebSocketAuthorize /proxied/auth"),
    witness.location("/ws/rewritten", "WebSocketAuthorize /pretty/auth"),
    witness.location("/ws/basic", "AuthType Basic", "AuthName x", "AuthUserFile @ROOT@/conf/users",
                     "Require valid-user", "WebSocketAuthorize /ws-auth.php"),
    channels.location("/ws/channels", "WebSocketAuthorize /ws-auth.php",
                      'WebSocketChannel "orders.*" subscribe=user publish=none history=2',
                      'WebSocketChannel "closed" subscribe=none',
                      'WebSocketChannel "kept.*" history=2 age=1h'),
    location("/ws/channels/free", "WebSocketAuthorize none",
             "WebSocketChannel closed subscribe=all", plugin="@plugin:channels@"),
    """
<Location /denied>
    Require all denied
</Location>
<Directory @ROOT@/htdocs/pretty>
    AllowOverride All
</Directory>
ErrorDocument 403 /error.html
ProxyPass /proxied http://127.0.0.1:@BACKEND@/
"""))


@pytest.fixture(scope="package")
def fpm():
    running = php.Fpm()
    yield running
    running.stop()


def pytest_generate_tests(metafunc):
    """mod_php runs on prefork only, and not in a httpd with a sanitizer."""
    if "server" in metafunc.fixturenames:
        has_mod_php = (metafunc.config.getoption("--mpm") == "prefork"
                       and not os.environ.get("WS_SANITIZE"))
        metafunc.parametrize("server", ("fpm", "mod_php") if has_mod_php else ("fpm",),
                             indirect=True, scope="package")


class Backend(http.server.BaseHTTPRequestHandler):
    """A page elsewhere, behind ProxyPass; its connections are used again."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.send_response(200)
        self.send_header("WebSocket-User", "carol")
        self.send_header("Content-Length", "6")
        self.end_headers()
        self.wfile.write(b"SECRET")

    def log_message(self, *_):
        pass


@pytest.fixture(scope="package")
def backend():
    running = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Backend)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield running.server_port
    running.shutdown()


@pytest.fixture(scope="package")
def server(request, session_httpd, backend):
    if request.param == "fpm":
        site, load = request.getfixturevalue("fpm").site(), ""
    else:
        site, load = php.ModPhp().site(), php.ModPhp().load()
    server = session_httpd(SITE.replace("@BACKEND@", str(backend)) + site, load=load, children=2,
                           modules=(*php.MODULES, "proxy_http"))
    server.php = request.param
    pages = server.folder / "htdocs"
    (pages / "ws-auth.php").write_text(AUTHORIZE_PHP)
    (pages / "error.html").write_text("the error page\n")
    (pages / "pretty").mkdir()
    (pages / "pretty" / "index.php").write_text(AUTHORIZE_PHP)
    (pages / "pretty" / ".htaccess").write_text(
        "RewriteEngine On\nRewriteBase /pretty/\nRewriteCond %{REQUEST_FILENAME} !-f\n"
        "RewriteRule . index.php [L]\n")
    return server


def cookie(*headers, **answer):
    """The header that makes ws-auth.php answer so."""
    return ("Cookie", "answer=" + quote(json.dumps({"headers": headers, **answer}), safe=""))


@pytest.fixture
def answered(case):
    """answered(header lines, path=..., status=...) -> the connection's Peer."""
    def connect(*headers, path="/ws/who", extra=(), **answer):
        return case.connect(path, extra=[cookie(*headers, **answer), *extra])
    return connect


@pytest.fixture
def refused(case):
    """refused(expected status, header lines, ...) -> the Response, which leaks nothing."""
    def request(wanted, *headers, path="/ws/who", extra=(), **answer):
        response = case.refused(wanted, path, extra=[cookie(*headers, **answer), *extra])
        assert b"SECRET" not in response.head + response.body
        assert not [name for name, _ in response.headers if name.startswith("websocket-")]
        return response
    return request
