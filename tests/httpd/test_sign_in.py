"""WebSocketSignInTimeout: how long a connection may stay that is nobody's."""

import pytest

from harness import channels
from harness.channels import Talker

SITE = "".join((
    channels.location("/ws/guests", "WebSocketSignInTimeout 1s"),
    channels.location("/ws/guests/long", "WebSocketSignInTimeout off"),
    channels.location("/ws/named", "WebSocketSignInTimeout 1s", "WebSocketAuthorize /ann.html"),
    "<Location /ann.html>\nHeader set WebSocket-User ann\n</Location>\n",
))


@pytest.fixture(scope="module")
def server(start_module_httpd):
    server = start_module_httpd(SITE)
    (server.folder / "htdocs" / "ann.html").write_text("ann\n")
    return server


def test_a_guest_has_so_long(case):
    guest = case.connect("/ws/guests")
    others = [Talker(case.connect(path)) for path in ("/ws/guests", "/ws/guests/long", "/ws/named")]
    bob = others[0]
    assert bob.ask("sign_in", "bob") == "0"
    assert bob.ask("sign_in", "ann") == "-6"
    assert others[2].ask("sign_in", "bob") == "-6"
    bob.subscribe("user:bob")
    assert guest.expect_close(1008).close_reason == "not signed in"
    for other in others:
        assert other.ask("sign_in", "") == "-3"


def test_who_signed_in_is_found_by_name(case):
    bob = Talker(case.connect("/ws/guests/long"))
    other = Talker(case.connect("/ws/guests/long"))
    assert bob.ask("sign_in", "bob") == "0"
    assert other.ask("disconnect", "bob", 4403) == "0"
    bob.peer.expect_close(4403)
