"""WebSocketCompression: what is agreed on, what is compressed, and with whom it is shared."""

import asyncio
import os
import re
import subprocess
import zlib
from pathlib import Path

import pytest
import websockets
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory

from harness import build, channels, deflate, publisher, witness
from harness.config import location
from harness.deflate import Talk
from harness.waiting import limit

CLIENTS = Path(__file__).parent / "clients"
NPM = build.SOURCE / "tests" / "npm" / "node_modules"
LONG = "the same words again and again, " * 40
NOISE = os.urandom(1500).hex()[:2000]
NAME = "permessage-deflate"
SERVER_NO, CLIENT_NO = "server_no_context_takeover", "client_no_context_takeover"


@pytest.fixture(scope="module")
def server(start_module_httpd):
    return start_module_httpd("".join((
        location("/ws/echo", "WebSocketOrigin any"),
        location("/ws/z", "WebSocketOrigin any", "WebSocketCompression on"),
        location("/ws/z/off", "WebSocketCompression off"),
        location("/ws/z/small", "WebSocketMaxMessageSize 4096"),
        location("/ws/both", "WebSocketOrigin any", "WebSocketCompression on takeover=both"),
        location("/ws/server", "WebSocketCompression on takeover=server"),
        location("/ws/client", "WebSocketCompression on takeover=client"),
        location("/ws/windows", "WebSocketOrigin any",
                 "WebSocketCompression on level=9 min=0 window=10 client-window=11"),
        location("/ws/parked", "WebSocketCompression on takeover=both",
                 "WebSocketPingInterval 100ms", "WebSocketPongTimeout 20s"),
        location("/ws/min", "WebSocketCompression on min=1000"),
        channels.location(),
        channels.location("/ws/z/channels", "WebSocketCompression on"),
        channels.location("/ws/both/channels", "WebSocketCompression on takeover=both"),
        channels.location("/ws/windows/channels", "WebSocketCompression on window=9"),
        witness.location("/ws/witness", "WebSocketCompression on"),
        publisher.location(),
    )))


def agreed(case, path, *offers):
    """The answer's Sec-WebSocket-Extensions; None: there is none."""
    extra = [("Sec-WebSocket-Extensions", offer) for offer in offers]
    return case.connect(path, extra=extra).response.get("sec-websocket-extensions")


def talk(case, path, offer="permessage-deflate; client_max_window_bits"):
    return Talk(case.connect(path, extra=[("Sec-WebSocket-Extensions", offer)]))


@pytest.mark.parametrize("path, offer, answer", (
    ("/ws/echo", NAME, None),
    ("/ws/z/off", NAME, None),
    ("/ws/z", NAME, (SERVER_NO, CLIENT_NO)),
    ("/ws/z/small", NAME, (SERVER_NO, CLIENT_NO)),  # inherited
    ("/ws/z", f"{NAME}; client_max_window_bits", (SERVER_NO, CLIENT_NO)),
    ("/ws/both", NAME, ()),
    ("/ws/both", f"{NAME}; {SERVER_NO}", (SERVER_NO,)),
    ("/ws/both", f"{NAME}; {CLIENT_NO}", (CLIENT_NO,)),
    ("/ws/server", NAME, (CLIENT_NO,)),
    ("/ws/client", NAME, (SERVER_NO,)),
    ("/ws/both", f"{NAME}; server_max_window_bits=10", ("server_max_window_bits=10",)),
    ("/ws/both", f"{NAME}; server_max_window_bits=8", None),
    ("/ws/windows", NAME, (SERVER_NO, CLIENT_NO, "server_max_window_bits=10")),
    ("/ws/windows", f"{NAME}; client_max_window_bits",
     (SERVER_NO, CLIENT_NO, "server_max_window_bits=10", "client_max_window_bits=11")),
    ("/ws/windows", f"{NAME}; client_max_window_bits=9; server_max_window_bits=9",
     (SERVER_NO, CLIENT_NO, "server_max_window_bits=9", "client_max_window_bits=9")),
    ("/ws/z", "x-webkit-deflate-frame", None),
    ("/ws/both", f"{NAME}; server_max_window_bits=8, x, {NAME}; server_max_window_bits=12",
     ("server_max_window_bits=12",)),
    ("/ws/both", f"{NAME}; unknown=1, {NAME}", ()),
))
def test_negotiation(case, path, offer, answer):
    expected = None if answer is None else "; ".join((NAME, *answer))
    assert agreed(case, path, offer) == expected


def test_offers_in_several_lines_are_taken_in_their_order(case):
    assert agreed(case, "/ws/both", f"{NAME}; server_max_window_bits=8",
                  f"{NAME}; server_max_window_bits=11") == f"{NAME}; server_max_window_bits=11"


@pytest.mark.parametrize("path", ("/ws/z", "/ws/both", "/ws/server", "/ws/client", "/ws/windows"))
def test_both_sides_compress(case, path):
    one = talk(case, path)
    for text in (LONG, "short", LONG, LONG + LONG, "x" * 200_000, LONG):
        one.say(text)
        heard, is_compressed, size = one.hear()
        assert heard == text
        assert is_compressed == (len(text) >= 128), "what is shorter gets no smaller here"
        assert not is_compressed or size <= len(text)
    one.peer.text("a plain one")
    assert one.hear()[0] == "a plain one"
    one.peer.close()


def test_takeover_makes_a_repeated_message_small(case):
    keeping, forgetting = talk(case, "/ws/both"), talk(case, "/ws/z")
    text = os.urandom(300).hex()
    sizes = []
    for one in (keeping, forgetting):
        one.say(text)
        one.say(text)
        sizes.append([one.hear()[2] for _ in range(2)])
    assert sizes[0][1] < 50 < 250 < sizes[0][0]
    assert sizes[1][0] == sizes[1][1] > 250


def test_what_is_short_or_gets_no_smaller_goes_plain(case):
    one = talk(case, "/ws/min")
    for text, is_compressed in (("x" * 999, False), ("x" * 1000, True)):
        one.say(text)
        assert one.hear()[:2] == (text, is_compressed)
    packed = deflate.deflated(os.urandom(4000))
    one.peer.frame(2, packed)
    found = one.peer.read_frame()
    assert (found.rsv, found.payload) == (0, packed)


def test_a_compressed_message_in_fragments_with_a_ping_between(case):
    one = talk(case, "/ws/both")
    for _ in range(3):
        data = deflate.deflated(LONG, one.out)
        third = len(data) // 3
        one.peer.frame(1, data[:third], fin=False, rsv=deflate.RSV1)
        one.peer.frame(9, "are you there")
        one.peer.frame(0, data[third:2 * third], fin=False)
        assert one.peer.read_frame().payload == b"are you there"
        one.peer.frame(0, data[2 * third:])
        assert one.hear()[:2] == (LONG, True)


def test_contexts_are_parked_in_silence_and_go_on(case):
    """Pings are 100 ms apart, and contexts parked with them."""
    one = talk(case, "/ws/parked")
    text = os.urandom(300).hex()
    one.say(text)
    assert one.hear()[:2] == (text, True)
    for _ in range(3):
        found = one.peer.read_frame()
        assert found.opcode == 9
        one.peer.frame(10, found.payload)
    small = deflate.deflated(text, one.out)
    assert len(small) < 50, "this message refers to the one before the silence"
    one.peer.frame(1, small, rsv=deflate.RSV1)
    heard, is_compressed, size = one.hear()
    assert (heard, is_compressed) == (text, True)
    assert size > 250, "the server's own context began anew"


@pytest.fixture
def room():
    return f"room-{os.urandom(4).hex()}"


def channel_clients(case, room):
    """Subscribers of one channel, each with another agreement: path -> peer."""
    offer = [("Sec-WebSocket-Extensions", "permessage-deflate")]
    plain = case.connect("/ws/z/channels")
    found = {"none": plain, "off": case.connect("/ws/channels", extra=offer)}
    for path in ("/ws/z/channels", "/ws/both/channels", "/ws/windows/channels"):
        found[path] = case.connect(path, extra=offer)
    for peer in found.values():
        peer.text(f"subscribe {room}")
        assert peer.read_message().startswith(f"subscribed {room}")
    return found


def published(found):
    """name -> what came next: (text, whether compressed, bytes on the wire)."""
    heard = {}
    for name, peer in found.items():
        frame = peer.read_frame()
        is_compressed = bool(frame.rsv)
        text = deflate.inflated(frame.payload) if is_compressed else frame.payload
        heard[name] = (text.decode().split(" ", 4)[4], is_compressed, frame.payload)
    return heard


def test_published_messages_reach_all_subscribers(case, room):
    clients = channel_clients(case, room)
    publish = publisher.Publisher(case.server, scheme=case.scheme).publish
    for text in (LONG.strip(), "short", LONG.strip() * 30):
        assert publish(room, text)["subscribers"] == len(clients)
        heard = published(clients)
        for name, (got, is_compressed, _) in heard.items():
            assert got == text
            assert is_compressed == (name.startswith("/ws/") and len(text) > 128), name
        if len(text) > 128:  # stateless toward all: the same bytes, with takeover or without
            assert heard["/ws/z/channels"][2] == heard["/ws/both/channels"][2]


def test_published_and_own_messages_share_a_connection(case, room):
    """With takeover what is published breaks the server's context, and nothing else."""
    clients = channel_clients(case, room)
    one = Talk(clients["/ws/both/channels"])
    publish = publisher.Publisher(case.server, scheme=case.scheme).publish
    channel = "x" * 200
    for turn in range(3):
        one.say(f"members {channel}")
        assert one.hear()[:2] == (f"members {channel} 0 0", True)
        publish(room, LONG.strip())
        heard, is_compressed, _ = one.hear()
        assert heard.endswith(LONG.strip()) and is_compressed, turn


def test_secrets_are_published_as_they_are(case, room):
    """The bytes on the wire show them; so do those of a replay from the history."""
    clients = channel_clients(case, room)
    secret = "token=" + "0123456789abcdef" * 20
    post = publisher.Publisher(case.server, scheme=case.scheme)
    kept = f"kept.{room}"
    answer = post.publish(f"?channel={room}&channel={kept}&history=10&compress=no", secret)
    assert len(answer["messages"]) == 2
    for got, is_compressed, raw in published(clients).values():
        assert (got, is_compressed) == (secret, False) and secret.encode() in raw
    one = Talk(clients["/ws/z/channels"])
    one.say(f"read {kept}")
    reply = [one.hear(), one.hear()]
    assert [is_compressed for _, is_compressed, _ in reply] == [False, False]
    assert reply[1][0].endswith(secret)
    post.publish(f"{kept}?history=10", LONG.strip())
    # A reply with a secret in it is not compressed at all; the next one, without, is.
    one.say(f"read {kept}")
    assert [one.hear()[1] for _ in range(3)] == [False] * 3


def test_a_plugin_never_answers_for_an_extension(case):
    """witness: what a plugin adds to the answer; the header is the server's own."""
    peer = case.connect("/ws/witness", extra=deflate.OFFER)
    assert peer.response.get("sec-websocket-extensions") == "; ".join((NAME, SERVER_NO, CLIENT_NO))
    assert peer.response.head.lower().count(b"sec-websocket-extensions") == 1


@pytest.mark.parametrize("options, path", (
    ("true", "/ws/z"), ("true", "/ws/both"), ("true", "/ws/windows"),
    ('{"serverNoContextTakeover": true, "clientMaxWindowBits": 10}', "/ws/both"),
    ('{"clientNoContextTakeover": true, "serverMaxWindowBits": 9, "threshold": 0}', "/ws/both")))
def test_npm_ws(case, options, path):
    assert (NPM / "ws").is_dir(), f"run npm ci in {NPM.parent}"
    done = subprocess.run(
        ["node", CLIENTS / "ws_deflate_client.js", case.server.url(path, case.scheme),
         case.server.certificates.authority, options],
        env={**os.environ, "NODE_PATH": str(NPM)},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=limit(30))
    assert (done.returncode, done.stdout) == (0, "ok\n"), done.stdout


async def exchange(case, path, factory):
    options = {"ssl": case.server.client_context()} if case.scheme == "wss" else {}
    async with websockets.connect(case.server.url(path, case.scheme), compression=None,
                                  extensions=[factory], **options) as socket:
        assert [extension.name for extension in socket.extensions] == [NAME]
        for message in ("hello", "", LONG, LONG, "wörld 😀" * 100, "x" * 70000, NOISE,
                        b"\0\1\xff" * 30000, LONG):
            await socket.send(message)
            assert await socket.recv() == message
        await socket.send([LONG, "in ", LONG, "fragments"])
        assert await socket.recv() == LONG + "in " + LONG + "fragments"


@pytest.mark.parametrize("path", ("/ws/z", "/ws/both", "/ws/windows"))
@pytest.mark.parametrize("factory", (
    ClientPerMessageDeflateFactory(client_max_window_bits=True),
    ClientPerMessageDeflateFactory(server_no_context_takeover=True, client_max_window_bits=True),
    ClientPerMessageDeflateFactory(server_max_window_bits=9, client_max_window_bits=12)))
def test_python_websockets(case, path, factory):
    asyncio.run(exchange(case, path, factory))


def test_zlib_is_not_offered_more_than_it_asks_for(case):
    """An agreed window of 9 bits: what the server compresses can be read with it."""
    one = talk(case, "/ws/both", f"{NAME}; server_max_window_bits=9; {SERVER_NO}")
    text = os.urandom(200).hex() * 5 + LONG * 10
    one.say(text)
    found = one.peer.read_frame()
    stream = zlib.decompressobj(-9)
    assert stream.decompress(found.payload + deflate.TAIL).decode() == text


def test_the_configuration_stands_in_the_answer_only_once_agreed(case):
    for offer in ("permessage-deflate; unknown", "other"):
        peer = case.connect("/ws/z", extra=[("Sec-WebSocket-Extensions", offer)])
        assert not re.search(b"(?i)sec-websocket-extensions", peer.response.head)
        peer.echo(LONG)
