"""BAD_INPUT E1: key updates where mod_ssl watches every connection: SSLKEYLOGFILE, trace7.

OpenSSL calls mod_ssl's callbacks from inside a key update; they must be out of reach by then."""

import pytest

from harness.config import location


@pytest.fixture(scope="module", params=("plain", "keylog", "trace"))
def server(request, start_module_httpd, tmp_path_factory):
    keys = tmp_path_factory.mktemp("keys") / "keys.log"
    keys.touch()
    keys.chmod(0o666)
    return start_module_httpd(
        location("/ws/echo"),
        environment={"SSLKEYLOGFILE": str(keys)} if request.param == "keylog" else {},
        log_level="warn websocket:debug" + (" ssl:trace7" if request.param == "trace" else ""))


@pytest.mark.parametrize("requested", (False, True), ids=("not requested", "requested"))
def test_E1_key_updates(wss_case, requested):
    peer = wss_case.open_tls().upgrade()
    for number in range(5):
        peer.key_update(requested)
        peer.echo(f"after update {number}")
    peer.close()
    assert wss_case.end().code == 1000


def test_E1_key_update_and_nothing_more(wss_case):
    for _ in range(3):
        peer = wss_case.open_tls().upgrade()
        peer.key_update(True)
        peer.abandon()
    assert {end.code for end in wss_case.ends(3)} == {1006}


def test_E4_renegotiation_watched(wss_case):
    peer = wss_case.open_tls("1.2").upgrade()
    peer.run("renegotiate")
    peer.expect_drop()


@pytest.mark.parametrize("version", ("1.2", "1.3"))
def test_E5_bad_record_watched(wss_case, version):
    peer = wss_case.open_tls(version).upgrade()
    peer.run("corrupt 8180")
    peer.expect_drop()
    assert wss_case.end().code == 1006


@pytest.mark.parametrize("version", ("1.2", "1.3"))
def test_E_closing_watched(wss_case, version):
    peer = wss_case.open_tls(version).upgrade()
    peer.echo()
    peer.close()
    assert wss_case.end().code == 1000
