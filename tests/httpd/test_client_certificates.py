"""Client certificates: for the whole host, and asked for by one Location only."""

import ssl

import pytest

from harness import witness
from harness.peer import Peer

REFUSED = (r"AH0226[0-9]|AH0203[0-9]|AH02042|AH02229|AH02225|AH02227|AH10129|AH10158|"
           r"SSL Library Error")
TLS12, TLS13 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3


@pytest.fixture(scope="module")
def server(session_httpd, certificates):
    other = ("<VirtualHost 127.0.0.1:@TLS_PORT@>\n"
             "ServerName other.example\nSSLEngine on\n"
             f"SSLCertificateFile {certificates.server}\n"
             f"SSLCertificateKeyFile {certificates.server_key}\n"
             f"SSLCACertificateFile {certificates.authority}\n"
             "SSLVerifyClient require\n"
             + witness.location("/ws/witness", "SSLOptions +StdEnvVars +ExportCertData",
                                "SSLUserName SSL_CLIENT_S_DN_CN")
             + "</VirtualHost>\n")
    tls = f"SSLCACertificateFile {certificates.authority}\n" + witness.location(
        "/ws/asked", "SSLVerifyClient require", "SSLVerifyDepth 3", "SSLOptions +StdEnvVars",
        "SSLUserName SSL_CLIENT_S_DN_CN")
    return session_httpd(witness.location("/ws/open"), tls=tls, extra_tls_host=other)


@pytest.mark.parametrize("version", (TLS12, TLS13))
def test_certificate_for_the_whole_host(wss_case, version):
    context = wss_case.server.client_context(version, certificate=True)
    peer = wss_case.connect("/ws/witness", replace={"Host": "other.example"},
                            open={"context": context, "name": "other.example"})
    request = witness.ask(peer, "request")
    assert request["user"] == "alice"
    assert request["environment SSL_CLIENT_S_DN_CN"] == ["alice"]
    assert request["environment SSL_CLIENT_VERIFY"] == ["SUCCESS"]
    peer.close()
    assert wss_case.end().user == "alice"


@pytest.mark.parametrize("version", (TLS12, TLS13))
def test_no_certificate_for_the_whole_host(wss_case, version):
    wss_case.allow(REFUSED)
    context = wss_case.server.client_context(version)
    try:
        raw = wss_case.server.open_socket("wss", context=context, name="other.example")
    except (ssl.SSLError, ConnectionError):
        return
    peer = Peer(raw)
    wss_case.peers.append(peer)
    peer.send("GET /ws/witness HTTP/1.1\r\nHost: other.example\r\n\r\n")
    peer.expect_drop()


def test_certificate_asked_for_by_a_location_tls_1_3(wss_case):
    """Post-handshake authentication: mod_ssl runs it to the end before the handler."""
    context = wss_case.server.client_context(TLS13, certificate=True)
    peer = wss_case.connect("/ws/asked", open={"context": context})
    assert witness.ask(peer, "request")["user"] == "alice"
    peer.echo("and on")
    peer.close()
    assert wss_case.end().user == "alice"


def test_certificate_asked_for_by_a_location_tls_1_2(wss_case):
    """mod_ssl renegotiates for it, which Python's client allows; or it refuses. Never 101 without
    a certificate."""
    wss_case.allow(REFUSED)
    context = wss_case.server.client_context(TLS12, certificate=True)
    peer = wss_case.open(context=context)
    response = peer.request("/ws/asked")
    assert response.status in (101, 403)
    if response.status == 101:
        assert witness.ask(peer, "request")["user"] == "alice"
        peer.close()


@pytest.mark.parametrize("version", (TLS12, TLS13))
def test_no_certificate_where_a_location_asks(wss_case, version):
    wss_case.allow(REFUSED)
    peer = wss_case.open(context=wss_case.server.client_context(version))
    try:
        assert peer.request("/ws/asked").status == 403
    except AssertionError:
        assert peer.end and not peer.buffer.startswith(b"HTTP/1.1 101")


def test_E11_host_of_another_virtual_host(wss_case):
    """SNI names a host that wants no certificate, Host one that does: mod_ssl refuses (421)."""
    wss_case.allow(REFUSED + "|AH02032")
    peer = wss_case.open()
    response = peer.request("/ws/witness", replace={"Host": "other.example"})
    assert response.status in (403, 421)


def test_E11_resumption_on_a_host_with_another_policy(wss_case):
    """A session made without certificate does not open the host that requires one."""
    wss_case.allow(REFUSED)
    context = wss_case.server.client_context(TLS13)
    first = wss_case.open(context=context)
    first.upgrade("/ws/open")
    first.echo()
    session = first.socket.session
    import socket as sockets
    raw = sockets.create_connection(wss_case.server.address("wss"), 10)
    try:
        resumed = context.wrap_socket(raw, server_hostname="other.example", session=session)
    except (ssl.SSLError, ConnectionError):
        raw.close()
        return
    peer = Peer(resumed)
    wss_case.peers.append(peer)
    peer.send("GET /ws/witness HTTP/1.1\r\nHost: other.example\r\n\r\n")
    peer.expect_drop()
