"""Sections merge and override as everywhere in httpd; each WebSocketPlugin line is an instance."""

import pytest

from harness.config import location
from harness.frames import TEXT, frame

WITNESS = "@plugin:witness@"

SITE = f"""
WebSocketMaxMessageSize 1000
WebSocketPingInterval off
WebSocketOrigin https://vhost.example
<Location /ws>
    WebSocketMaxMessageSize 2000
</Location>
<Location /ws/a>
    WebSocketPlugin {WITNESS}
    WebSocketPluginOption greeting "from a"
    WebSocketPluginOption number 1
</Location>
<Location /ws/a/below>
    WebSocketPluginOption number 2
    WebSocketMaxMessageSize 3000
    WebSocketOrigin any
</Location>
<Location /ws/a/other>
    WebSocketPlugin {WITNESS}
</Location>
<Location /ws/a/off>
    WebSocketPlugin none
</Location>
<Location /ws/b>
    WebSocketPlugin {WITNESS}
    WebSocketPluginOption number 1
    WebSocketPluginOption number 5
</Location>
<LocationMatch "^/ws/match/(?<room>[a-z]+)$">
    WebSocketPlugin {WITNESS}
    WebSocketPluginOption greeting "matched"
</LocationMatch>
<Directory @ROOT@/htdocs/folder>
    WebSocketPlugin {WITNESS}
    WebSocketPluginOption greeting "from a directory"
</Directory>
<Location /folder/inner>
    WebSocketPluginOption greeting "from a location"
</Location>
<Location /ws/if>
    WebSocketPlugin {WITNESS}
</Location>
<If "%{{QUERY_STRING}} == 'small'">
    WebSocketMaxMessageSize 100
</If>
"""


@pytest.fixture(scope="module")
def server(session_httpd):
    server = session_httpd(
        SITE,
        main=f"WebSocketMaxMessageSize 500\nWebSocketPlugin {WITNESS}\n"
             "WebSocketPluginOption greeting everywhere\n",
        tls=location("/ws/tls-only", plugin=WITNESS))
    (server.folder / "htdocs" / "folder").mkdir()
    return server


def size_limit(case, path):
    """The largest message that the Location takes, by trying."""
    for size in (100, 500, 1000, 2000, 3000, 1 << 20):
        peer = case.connect(path)
        peer.send(frame(TEXT, b"", length=size + 1))
        peer.send(b"x" * 10)
        try:
            peer.expect_close(1009, seconds=0.3)
            return size
        except AssertionError:
            assert not peer.end
    raise AssertionError("no limit")


@pytest.mark.parametrize("path, size", (
    ("/ws/a", 2000), ("/ws/a/below", 3000), ("/ws/a/below/deeper", 3000), ("/anywhere", 1000),
    ("/ws/if", 2000), ("/ws/if?small", 100), ("/folder", 1000),
))
def test_limits(case, path, size):
    assert size_limit(case, path) == size


def options(case, path):
    peer = case.connect(path)
    told = {}
    peer.text("config")
    message = peer.read_message()
    if "location=" not in message:
        told["greeted"] = message
        message = peer.read_message()
    for line in message.splitlines():
        name, _, value = line.partition("=")
        told[name] = value
    peer.close()
    return told


@pytest.mark.parametrize("path, expected", (
    ("/ws/a", {"location": "/ws/a", "option greeting": "from a", "option number": "1",
               "greeted": "from a"}),
    ("/ws/a/below", {"option greeting": "from a", "option number": "2", "greeted": "from a"}),
    ("/ws/a/other", {"location": "/ws/a/other"}),
    ("/ws/b", {"location": "/ws/b", "option number": "5"}),
    ("/ws/match/room", {"option greeting": "matched", "greeted": "matched"}),
    ("/folder", {"option greeting": "from a directory", "greeted": "from a directory"}),
    ("/folder/inner", {"option greeting": "from a location", "greeted": "from a location"}),
    ("/anywhere", {"option greeting": "everywhere", "greeted": "everywhere", "location": ""}),
))
def test_options(case, path, expected):
    told = options(case, path)
    for name, value in expected.items():
        if not (name == "location" and "match" in path):
            assert told.get(name) == value, told
    for name in told:
        assert name in expected or name == "location", told


def test_plugin_none(case):
    assert case.request("/ws/a/off").status == 404


def test_origin(case):
    def origin(name):
        return {"replace": {"Origin": name}}
    case.refused(403, "/ws/a", **origin("https://evil.example"))
    case.connect("/ws/a", **origin("https://vhost.example"))
    case.connect("/ws/a/below", **origin("https://evil.example"))


def test_one_host_only(case):
    told = options(case, "/ws/tls-only")
    assert (told["location"] == "/ws/tls-only") == (case.scheme == "wss")


def instance(case, path):
    peer = case.connect(path)
    peer.text("instance")
    message = peer.read_message()
    if not message.startswith("pid="):  # the greeting
        message = peer.read_message()
    return dict(line.split("=") for line in message.splitlines())


def test_two_locations_are_two_instances(case):
    first, second = instance(case, "/ws/a"), instance(case, "/ws/b")
    again = instance(case, "/ws/a")
    assert first["pid"] == second["pid"] == again["pid"]
    assert first["instance"] == again["instance"]
    assert first["instance"] != second["instance"]
    assert instance(case, "/ws/a/other")["instance"] not in (first["instance"], second["instance"])
