"""What else may be served where a WebSocketPlugin is: pages, scripts, proxies; and what must not
lead to a 101: internal redirects, error documents, subrequests (BAD_INPUT A43)."""

import http.server
import threading

import pytest

from harness.config import location

PLAIN = {"Upgrade": None, "Connection": "close", "Sec-WebSocket-Key": None,
         "Sec-WebSocket-Version": None}


class Backend(http.server.BaseHTTPRequestHandler):
    """What a ProxyPass leads to."""

    def do_GET(self):
        body = b"from the backend: " + self.path.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def backend():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Backend)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()


SITE = "".join((
    location("/ws/echo"),
    location("/chat"),  # the page is htdocs/chat/index.html
    location("/file.html"),
    location("/script"),
    location("/status", "SetHandler server-status"),
    location("/proxied"),
    location("/errors"),
    location("/secret", "Require all denied"),
    """
<Directory @ROOT@/htdocs/folder>
    WebSocketPlugin echo
</Directory>
<Directory @ROOT@/htdocs/blog>
    AllowOverride All
</Directory>
<Directory @ROOT@/htdocs/fallback>
    FallbackResource /fallback/index.html
    WebSocketPlugin echo
</Directory>
ErrorDocument 404 /ws/echo
ErrorDocument 403 /ws/echo
RewriteEngine On
RewriteRule ^/internally /ws/echo [PT]
DirectoryIndex index.html index.shtml
Alias /includes @ROOT@/htdocs/includes
<Directory @ROOT@/htdocs/includes>
    Options +Includes
    AddOutputFilter INCLUDES .shtml
</Directory>
ProxyPass /proxied http://127.0.0.1:@BACKEND@/there
"""))


@pytest.fixture(scope="module")
def server(session_httpd, backend):
    server = session_httpd(SITE.replace("@BACKEND@", str(backend)),
                           modules=("proxy", "proxy_http", "status", "include"))
    pages = server.folder / "htdocs"
    for folder in ("chat", "folder", "includes", "blog", "nothing", "fallback"):
        (pages / folder).mkdir()
    (pages / "chat" / "index.html").write_text("the chat's page\n")
    (pages / "fallback" / "index.html").write_text("the fallback\n")
    (pages / "file.html").write_text("a file\n")
    (pages / "folder" / "page.html").write_text("a page in a folder\n")
    (pages / "includes" / "page.shtml").write_text('[<!--#include virtual="/ws/echo" -->]\n')
    (pages / "blog" / "index.php").write_text("the blog\n")
    (pages / "blog" / ".htaccess").write_text(
        "RewriteEngine On\nRewriteBase /blog/\nRewriteRule ^index\\.php$ - [L]\n"
        "RewriteCond %{REQUEST_FILENAME} !-f\nRewriteCond %{REQUEST_FILENAME} !-d\n"
        "RewriteRule . /blog/index.php [L]\n")
    return server


@pytest.mark.parametrize("path, page", (
    ("/chat/", b"the chat's page"), ("/chat/index.html", b"the chat's page"),
    ("/file.html", b"a file"), ("/folder/page.html", b"a page in a folder"),
    ("/fallback/x", b"the fallback"), ("/proxied/x", b"from the backend: /there/x"), ("/status", b"Apache Server Status"),
))
def test_plain_get_gets_what_else_is_served_there(case, path, page):
    response = case.request(path, replace=PLAIN)
    assert response.status == 200
    assert page in response.body


@pytest.mark.parametrize("path", ("/chat/", "/file.html", "/folder/page.html", "/folder/x",
                                  "/status", "/fallback/x"))
def test_upgrade_gets_the_plugin_all_the_same(case, path):
    case.connect(path).echo()


@pytest.mark.parametrize("path", ("/ws/echo", "/ws/echo/deeper", "/script", "/folder/"))
def test_plain_get_where_nothing_else_is(case, path):
    response = case.request(path, replace=PLAIN)
    assert response.status == 426
    assert response.get("upgrade") == "websocket"
    assert response.get("sec-websocket-version") == "13"
    assert b"WebSocket" in response.body
    assert response.get("content-type").startswith("text/")


def test_plain_head_where_nothing_else_is(case):
    response = case.request("/ws/echo", method="HEAD", replace=PLAIN)
    assert response.status in (405, 426)
    assert not response.body


def test_upgrade_where_no_plugin_is(case):
    assert case.request("/nothing/").status in (200, 403, 404)
    response = case.request("/index.html")
    assert (response.status, response.body) == (200, b"<p>A page</p>\n")


def test_proxy_keeps_what_it_was_given(case):
    """ProxyPass was configured for this path: it decides in the translation of the name."""
    response = case.request("/proxied/x")
    assert response.status in (101, 200)


@pytest.mark.parametrize("path, status", (
    ("/there is no such page".replace(" ", "-"), 404), ("/secret", 403),
))
def test_A43_error_document(case, path, status):
    """The error's page is an internal redirect to the plugin's Location."""
    case.allow("AH01630|client denied|AH00128")
    response = case.request(path)
    assert response.status != 101
    assert response.status in (status, 426)


def test_A43_subrequest(case):
    response = case.request("/includes/page.shtml")
    assert response.status == 200
    assert b"101" not in response.head
    case.allow(r"unable to include|AH01412|AH01413")


def test_rewrite_in_the_server_is_no_internal_redirect(case):
    case.connect("/internally").echo()


def test_wordpress_like_htaccess_takes_nothing_from_the_plugin(start_httpd):
    """The catch-all of a site's root in .htaccess must not swallow the upgrade: a Location wins
    over files, but mod_rewrite's fix-up in a directory makes an internal redirect."""
    server = start_httpd(
        location("/ws/echo") + "<Directory @ROOT@/htdocs>\nAllowOverride All\n</Directory>\n")
    pages = server.folder / "htdocs"
    (pages / "index.php").write_text("the blog\n")
    (pages / ".htaccess").write_text(
        "RewriteEngine On\nRewriteBase /\nRewriteRule ^index\\.php$ - [L]\n"
        "RewriteCond %{REQUEST_FILENAME} !-f\nRewriteCond %{REQUEST_FILENAME} !-d\n"
        "RewriteRule . /index.php [L]\n")
    for scheme in ("ws", "wss"):
        peer = server.connect("/ws/echo", scheme)
        peer.echo()
        peer.close()
        assert server.get("/some/post", scheme) == (200, "the blog\n")
