"""The server behind the proxies, and the proxies in front of it."""

import pytest

from harness import build, processes, publisher, witness
from harness.config import location
from harness.ports import free_ports
from harness.waiting import wait_until
from smuggling.naive_backend import SECRET, NaiveBackend
from smuggling.proxies import PROXIES

_PAGE_OF_101 = "#!/bin/sh\nprintf 'Status: 101 Fine\\r\\nUpgrade: websocket\\r\\n\\r\\n'\n"
_EXAMPLE = (build.SOURCE / "conf/examples/behind_a_proxy.conf").read_text()

SITE = "".join((
    "RemoteIPHeader X-Forwarded-For\nRemoteIPInternalProxy 127.0.0.1\nKeepAliveTimeout 100ms\n",
    # A proxy may leave a tunnel open that nobody uses.
    location("/ws/echo", "WebSocketPingInterval 1s", "WebSocketPongTimeout 1s"),
    witness.location("/ws/witness"), publisher.location(),
    location("/ws/private", "AuthType Basic", 'AuthName "x"', "AuthUserFile @ROOT@/conf/users",
             "Require valid-user"),
    location("/ws/confused", "WebSocketAuthorize /confused.cgi"),
    _EXAMPLE.replace("10.0.0.0/8", "127.0.0.1"),
    "<Location /confused.cgi>\n SetHandler cgi-script\n Options +ExecCGI\n</Location>\n",
))


@pytest.fixture(scope="session")
def server(session_httpd, mpm):
    proxied = free_ports(1)[0]
    host = (f"Listen 127.0.0.1:{proxied}\n<VirtualHost 127.0.0.1:{proxied}>\n"
            "RemoteIPProxyProtocol On\n" + witness.location("/ws/witness") +
            location("/ws/echo") + "</VirtualHost>\n")
    running = session_httpd(
        SITE, plain="Protocols h2c http/1.1\n", extra_tls_host=host, bystander=False,
        modules=("http2", "remoteip", "cgi"), children=12 if mpm == "prefork" else 1,
        allowed=["AH10034|AH02951",  # mod_http2's remarks on prefork
                 "/confused.cgi answered 101"])
    running.proxy_port = proxied
    pages = running.folder / "htdocs"
    (pages / "internal").mkdir()
    (pages / "internal" / "secret").write_bytes(SECRET)
    (pages / "page").write_text("a page\n")
    (pages / "confused.cgi").write_text(_PAGE_OF_101)
    (pages / "confused.cgi").chmod(0o755)
    wait_until_idle(running)
    return running


def wait_until_idle(server):
    """No connection to it is left: whatever it was asked is in its access log."""
    def connections():  # 0 stands for the listening socket
        return [port for listener in (server.port, server.tls_port)
                for port in processes.accepted(listener) if port]
    wait_until(lambda: not connections(), "no connection")


@pytest.fixture(scope="session")
def naive():
    backend = NaiveBackend()
    yield backend
    backend.stop()


@pytest.fixture(scope="session", params=PROXIES, ids=lambda kind: kind.name)
def proxy_kind(request):
    return request.param


def _running(kind, backend, certificates):
    proxy = kind(backend, certificates)
    try:
        yield proxy.start()
    finally:
        proxy.stop()


@pytest.fixture(scope="session")
def proxy(proxy_kind, server, certificates):
    yield from _running(proxy_kind, server, certificates)


@pytest.fixture
def naive_proxies(naive, certificates):
    proxies = [kind(naive, certificates) for kind in PROXIES]
    try:
        yield [proxy.start() for proxy in proxies]
    finally:
        for proxy in proxies:
            proxy.stop()
