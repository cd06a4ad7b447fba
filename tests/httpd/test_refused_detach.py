"""What cannot leave httpd is refused with a clear status and a line in the log: HTTP/2 streams,
foreign connection filters, another TLS module (BAD_INPUT A7, A36, A37)."""

import pytest

from harness import build
from harness.config import location
from harness.frames import text
from harness.peer import handshake
from harness.session_log import OPENED

h2_connection = pytest.importorskip("h2.connection", reason="needs python3-h2")

# mod_http2 says on prefork that it had better be another MPM.
HTTP2_REMARKS = r"AH10034|AH02951"


@pytest.fixture(scope="module")
def http2(session_httpd):
    site = location("/ws/echo")
    return session_httpd(site, plain="Protocols h2c http/1.1\nH2WebSockets on\n",
                         tls="Protocols h2 http/1.1\nH2WebSockets on\n", modules=("http2",),
                         allowed=[HTTP2_REMARKS])


class Http2Client:
    """As much of an HTTP/2 client as RFC 8441 needs."""

    def __init__(self, server):
        context = server.client_context()
        context.set_alpn_protocols(["h2", "http/1.1"])
        self.socket = server.open_socket("wss", context=context)
        self.is_http2 = self.socket.selected_alpn_protocol() == "h2"
        if self.is_http2:
            self.connection = h2_connection.H2Connection()
            self.connection.initiate_connection()
            self.flush()

    def flush(self):
        self.socket.sendall(self.connection.data_to_send())

    def events_until(self, wanted):
        while True:
            data = self.socket.recv(65536)
            assert data, "the connection ended"
            for event in self.connection.receive_data(data):
                if wanted(event):
                    self.flush()
                    return event
            self.flush()

    def connect(self, path):
        """Extended CONNECT; the response's status."""
        stream = self.connection.get_next_available_stream_id()
        self.connection.send_headers(stream, [
            (":method", "CONNECT"), (":protocol", "websocket"), (":scheme", "https"),
            (":path", path), (":authority", "localhost"), ("sec-websocket-version", "13")])
        self.flush()
        event = self.events_until(lambda one: getattr(one, "stream_id", None) == stream and (
            hasattr(one, "headers") or hasattr(one, "error_code")))
        if not hasattr(event, "headers"):
            return "reset"
        return int(dict(event.headers)[b":status"] if isinstance(event.headers[0][0], bytes)
                   else dict(event.headers)[":status"])


def test_A36_http2_stream(http2, mpm):
    client = Http2Client(http2)
    if not client.is_http2:
        assert mpm == "prefork"
        client.socket.close()  # it would hold the one process
        pytest.skip("mod_http2 is off on prefork")
    mark = http2.log.mark()
    status = client.connect("/ws/echo")
    assert status == "reset" or 400 <= status <= 599, status
    assert not http2.log.find(mark, OPENED)
    status = client.connect("/ws/echo")  # the connection lives on
    assert status == "reset" or 400 <= status <= 599, status
    client.socket.close()


def test_A36_http_1_1_on_the_same_port(http2):
    """Browsers use it for wss when the server does not announce RFC 8441."""
    context = http2.client_context()
    context.set_alpn_protocols(["http/1.1"])
    peer = http2.open("wss", context=context).upgrade("/ws/echo")
    peer.echo()
    peer.close()


def test_A7_upgrade_to_h2c_or_websocket(http2):
    """WebSocket, whatever is named first: a proxy would let HTTP/2 through unseen."""
    peer = http2.open("ws")
    peer.send(handshake(replace={"Upgrade": "h2c, websocket",
                                 "Connection": "Upgrade, HTTP2-Settings",
                                 "HTTP2-Settings": "AAMAAABkAARAAAAAAAIAAAAA"}))
    peer.response = peer.read_response()
    peer.check_accepted()
    peer.echo()
    peer.abandon()


@pytest.mark.parametrize("scheme", ("ws", "wss"))
def test_A37_foreign_connection_filter(start_httpd, scheme):
    """mod_dumpio sees every byte of a connection; taken past it, it would see none."""
    server = start_httpd(location("/ws/echo") + "DumpIOInput On\n", modules=("dumpio",),
                         log_level="warn websocket:debug dumpio:trace7",
                         bystander=False)
    peer = server.open(scheme)
    response = peer.request()
    assert response.status == 501
    assert "close" in response.get("connection")
    peer.expect_end()
    peer.abandon()
    line, = server.log.find(0, r"\[websocket:")
    assert "DUMPIO_IN" in line.upper(), line
    server.allowed.append(r"\[websocket:")


def test_A37_another_tls_module(start_httpd):
    """httpd says that the connection is encrypted, but there is no SSL of OpenSSL's: its raw
    descriptor must not be taken."""
    server = start_httpd(location("/ws/echo"), bystander=False, plain="ForeignTls On\n",
                         main="", load=f"LoadModule foreign_tls_module "
                                       f"{build.tool('foreign_tls.so')}\n")
    peer = server.open("ws")
    response = peer.request()
    assert response.status == 501
    peer.expect_end()
    peer.abandon()
    assert server.log.find(0, r"\[websocket:.*(TLS|SSL)")
    server.allowed.append(r"\[websocket:")
    peer = server.connect("/ws/echo", "wss")
    peer.echo()
    peer.close()


def test_R50_another_libssl(start_httpd):
    """A session made by one and used by another would corrupt memory: wss is refused, ws is not."""
    server = start_httpd(location("/ws/echo"), bystander=False, log_level="warn",
                         environment={"WS_SSL_LIBRARY": "OpenSSL/1.1.1n"},
                         load=f"LoadModule foreign_tls_module {build.tool('foreign_tls.so')}\n",
                         allowed=("mod_ssl uses OpenSSL/1.1.1n, this module OpenSSL",
                                  r"\[websocket:.*refused with 501"))
    assert server.open("wss").request().status == 501
    server.connect("/ws/echo").close()
    assert server.log.find(0, "WebSockets over TLS are refused")


def test_known_filters_do_no_harm(start_httpd):
    """mod_reqtimeout's and mod_ssl's are known; mod_ratelimit, mod_deflate and mod_ext_filter
    filter the request, which is over."""
    server = start_httpd(
        "<Location /ws/echo>\nWebSocketPlugin echo\nSetOutputFilter DEFLATE\n"
        "SetEnv rate-limit 1\n</Location>\n", modules=("deflate", "filter", "ratelimit", "buffer"))
    for scheme in ("ws", "wss"):
        peer = server.connect("/ws/echo", scheme)
        peer.echo("x" * 100000)
        peer.send(text("on"))
        assert peer.read_message() == "on"
        peer.close()
