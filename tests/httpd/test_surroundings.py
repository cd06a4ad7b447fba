"""Around the module: IPv6, namespaces, the chat, and what processes inherit."""

import json
import socket

import pytest

from harness import witness
from harness.config import location
from harness.peer import Peer
from harness.session_log import ENDED, parse_end
from harness.waiting import limit, wait_until

MISBEHAVE = "@plugin:misbehave@"


def ask(peer, command):
    peer.text(command)
    return peer.read_message()


def test_ipv6(start_httpd):
    """Address and Host are IPv6."""
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6")
    server = start_httpd(bystander=False, main="Listen [::1]:@PORT@\n"
                         + witness.location("/ws/witness"))
    peer = Peer(socket.create_connection(("::1", server.port), limit(10)))
    host = f"[::1]:{server.port}"
    peer.upgrade("/ws/witness", replace={"Host": host, "Origin": f"http://{host}"})
    told = witness.ask(peer, "request")
    assert told["remote_ip"] == "::1"
    peer.close()
    line, = wait_until(lambda: server.log.find(0, ENDED), "the end")
    assert parse_end(line).client == "::1"
    peer.abandon()


@pytest.mark.parametrize("plain, tls, is_shared", (
    ("", "", True), ("one", "one", True), ("one", "two", False), ("", "two", False),
), ids=("by default", "one name", "two names", "one of them"))
def test_namespace(start_httpd, plain, tls, is_shared):
    """Virtual hosts of one ServerName share channels unless told otherwise."""
    def line(name):
        return f"WebSocketNamespace {name}\n" if name else ""
    server = start_httpd(location("/ws/misbehave", plugin=MISBEHAVE), plain=line(plain),
                         tls=line(tls))
    peers = [server.connect("/ws/misbehave", scheme) for scheme in ("ws", "wss")]
    for peer in peers:
        assert ask(peer, "sub room") == "sub ok"
    assert ask(peers[0], "pubx room from ws") == "pubx ok"
    assert ask(peers[1], "pub room from wss") in ("pub ok", "from ws", "from wss")
    heard = []
    peers[1].text("path")
    while (message := peers[1].read_message()) != "/ws/misbehave":
        heard.append(message)
    if is_shared:
        assert peers[0].read_message() == "from wss"
    else:
        assert "from ws" not in heard
        assert ask(peers[0], "path") == "/ws/misbehave"
    for peer in peers:
        peer.close()


def test_chat_of_the_simplest_page(start_httpd):
    """The page of ten lines: everybody in the room gets what one says; ws and wss meet."""
    server = start_httpd(location("/ws/chat", plugin="chat"))
    peers = [server.connect(path, scheme) for path in ("/ws/chat", "/ws/chat/tea")
             for scheme in ("ws", "wss")]
    said = {"chat_user": "Bob", "chat_message": "Anybody here? <b>ö</b>"}
    peers[0].text(json.dumps(said))
    for peer in peers[:2]:
        assert json.loads(peer.read_message()) == said
    other = {"chat_user": "Ann", "chat_message": "in another room"}
    peers[3].text(json.dumps(other))
    for peer in peers[2:]:
        assert json.loads(peer.read_message()) == other
    for peer in peers:
        peer.close()


SCRIPT = """#!/bin/sh
echo "Content-Type: text/plain"
echo
ls -l /proc/$$/fd
"""


def test_R42_programs_started_by_httpd_inherit_nothing(start_httpd):
    """Sockets, event loops and the bus stay with the child: none is open in a CGI program."""
    server = start_httpd(location("/ws/echo") + location("/ws/misbehave", plugin=MISBEHAVE)
                         + "<Location /script.cgi>\nSetHandler cgi-script\nOptions +ExecCGI\n"
                         "</Location>\n", modules=("cgi",))
    script = server.folder / "htdocs" / "script.cgi"
    script.write_text(SCRIPT)
    script.chmod(0o755)
    peers = [server.connect("/ws/echo", scheme) for scheme in ("ws", "wss") * 3]
    ask(server.connect("/ws/misbehave"), "sub room")
    status, listing = server.get("/script.cgi")
    assert status == 200 and "pipe:" in listing
    for word in ("socket:", "anon_inode", ".mdb", "bus"):
        assert word not in listing, listing
    for peer in peers:
        peer.close()
