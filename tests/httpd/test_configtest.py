"""What apachectl configtest says: the file, the line, what is wrong and what to do."""

import re

import pytest

from harness import build, witness
from harness.config import location


def verdict(prepare_httpd, site="", **fields):
    """(accepted, output) of httpd -t for a server with this site."""
    return prepare_httpd(site, bystander=False, **fields).configtest()


def refusal(prepare_httpd, site="", **fields):
    """The output of a configtest that must fail, and the number of the line it names."""
    server = prepare_httpd(site, bystander=False, **fields)
    accepted, output = server.configtest()
    assert not accepted, output
    number = re.search(rf"line (\d+) of {re.escape(str(server.config_file))}", output)
    assert number, output
    line = server.config_file.read_text().splitlines()[int(number[1]) - 1]
    return output, line.strip()


def test_good_configuration(prepare_httpd):
    accepted, output = verdict(prepare_httpd, location("/ws/echo") + witness.location(
        "/ws/witness", "WebSocketPluginOption greeting hello", "WebSocketPluginOption number 7"))
    assert accepted, output
    assert "Syntax OK" in output


def test_missing_plugin(prepare_httpd):
    output, line = refusal(prepare_httpd, location("/ws/x", plugin="nosuchplugin"))
    assert line == "WebSocketPlugin nosuchplugin"
    assert "nosuchplugin" in output
    assert str(build.PLUGINS) in output or "WebSocketPluginDir" in output


def test_missing_plugin_by_path(prepare_httpd):
    output, line = refusal(prepare_httpd, location("/ws/x", plugin="/no/such/plugin.so"))
    assert line == "WebSocketPlugin /no/such/plugin.so"
    assert "/no/such/plugin.so" in output


@pytest.mark.parametrize("content", (b"", b"#!/bin/sh\n", b"\x7fELF" + b"\0" * 100),
                         ids=("empty", "a script", "half an ELF file"))
def test_plugin_that_is_no_library(prepare_httpd, tmp_path, content):
    path = tmp_path / "broken.so"
    path.write_bytes(content)
    output, line = refusal(prepare_httpd, location("/ws/x", plugin=str(path)))
    assert line == f"WebSocketPlugin {path}"


@pytest.mark.parametrize("name, words", (
    ("bad_struct_size", r"version|ABI|size|SDK"), ("bad_minor", r"version|ABI|newer|SDK"),
    ("no_symbol", r"wsp_plugin_v1"), ("undefined_symbol", r"undefined symbol"),
    ("bad_name", r"name"), ("no_on_open", r"on_open"),
))
def test_H5_plugin_of_another_abi(prepare_httpd, name, words):
    path = build.plugin(name)
    output, line = refusal(prepare_httpd, location("/ws/x", plugin=str(path)))
    assert line == f"WebSocketPlugin {path}"
    assert re.search(words, output.replace(str(path), ""), re.IGNORECASE), output


def test_unknown_option(prepare_httpd):
    output, line = refusal(prepare_httpd, witness.location("/ws/x",
                                                           "WebSocketPluginOption colour blue"))
    assert line == "WebSocketPluginOption colour blue"
    for known in ("greeting", "header", "number"):
        assert known in output, output


def test_option_for_a_plugin_without_options(prepare_httpd):
    output, line = refusal(prepare_httpd, location("/ws/x", "WebSocketPluginOption colour blue"))
    assert line == "WebSocketPluginOption colour blue"
    assert "no options" in output or "none" in output, output


def test_option_without_a_plugin(prepare_httpd):
    output, line = refusal(prepare_httpd,
                           "<Location /ws/x>\nWebSocketPluginOption colour blue\n</Location>\n")
    assert line == "WebSocketPluginOption colour blue"


def test_bad_value_of_an_option(prepare_httpd):
    output, line = refusal(prepare_httpd, witness.location("/ws/x",
                                                           "WebSocketPluginOption number 11"))
    assert "number must be from 1 to 10, not 11" in output
    assert line == "WebSocketPluginOption number 11"


def test_option_inherited_by_a_section_below(prepare_httpd):
    accepted, output = verdict(prepare_httpd, witness.location("/ws/x") +
                               "<Location /ws/x/y>\nWebSocketPluginOption number 3\n</Location>\n")
    assert accepted, output


BAD_VALUES = {
    "WebSocketChannel": ("", "orders", "a*b publish=all", "** publish=all", "* publish=some",
                         "* hear=all", "* publish", "* publish=all publish=all", "* age=1h",
                         "* history=-1", "* history=1000001", "* history=x", "* history=",
                         "* history=1 age=0", "* history=1 age=soon",
                         "* history=1 age=1001h", '"a b" publish=all'),
    "WebSocketAuthorize": ("", "ws-auth.php", "https://example.org/auth", "/a must",
                           "/a required now", "none required"),
    "WebSocketAuthorizeTimeout": ("", "off", "99ms", "25h"),
    "WebSocketOrigin": ("", "required", "evil", "https://", "https://a.example/path", "*",
                        "https://user@a.example", "any https://a.example", "same any",
                        "https://a.example:0", "https://a.example:65536", "required required"),
    "WebSocketMaxMessageSize": ("", "0", "-1", "x", "1.5", "1KB", "9" * 20, "1 2", "2G"),
    "WebSocketMaxFragments": ("", "0", "-1", "x", "1000001"),
    "WebSocketPingInterval": ("", "0", "-1", "x", "10ms", "5 s", "on", "25h"),
    "WebSocketPongTimeout": ("", "0", "off", "x", "25h"),
    "WebSocketFrameTimeout": ("", "0", "off", "x"),
    "WebSocketMessageTimeout": ("", "0", "off", "x"),
    "WebSocketCloseTimeout": ("", "0", "off", "x"),
    "WebSocketSignInTimeout": ("", "0", "99ms", "x", "25h"),
    "WebSocketCompression": ("", "maybe", "level=3", "off level=3", "on fast", "on level=0",
                             "on level=10", "on level=", "on level", "on level=1 level=1",
                             "on min=-1", "on min=1048577", "on min=1K", "on window=8",
                             "on window=16", "on client-window=8", "on client-window=16",
                             "on takeover=yes", "on takeover", "on on"),
    "WebSocketSendQueue": ("", "0", "-1", "1023", "x", "2G"),
    "WebSocketSlowClient": ("", "maybe", "close drop", "newest", "drop oldest"),
    "WebSocketMessageRate": ("", "0", "-1", "x", "1000001", "1K", "10 20", "10 burst=0",
                             "10 burst=x", "10 burst=1000001", "10 burst=2 burst=3", "off burst=1",
                             "burst=10", "10 over=close", "10 burst"),
    "WebSocketControlRate": ("", "0", "x", "1000001", "10 burst=", "off off"),
    "WebSocketByteRate": ("", "0", "1023", "x", "2G", "64K burst=1", "64K over=", "64K over=drop",
                          "64K over=close over=pause", "64K burst=2G", "off over=close"),
    **dict.fromkeys(("WebSocketMaxConnectionsPerAddress", "WebSocketMaxConnectionsPerUser",
                     "WebSocketMaxConnectionsPerLocation"),
                    ("", "0", "-1", "x", "1K", "1 2", "100000001")),
    "WebSocketPlugin": ("", "echo chat", "../echo", "echo.so/../../x"),
    "WebSocketPluginOption": ("", "name"),
}
BAD_SERVER_VALUES = {
    "WebSocketLoops": ("", "0", "17", "-1", "x"),
    "WebSocketMaxConnections": ("", "0", "-1", "x"),
    "WebSocketWatchdog": ("", "0", "99ms", "2h", "x", "10s stop", "off abort", "1s abort abort"),
    "WebSocketHandshakeRate": ("", "0", "-1", "x", "1000001", "10 burst=0", "10 burst=", "10 20",
                               "10 burst=1000001", "off burst=1", "10 burst=1 burst=2"),
    "WebSocketSendMemory": ("", "0", "-1", "x", "1023K", "1025G"),
    "WebSocketReceiveMemory": ("", "0", "-1", "x", "1023K", "1025G"),
    "WebSocketDrain": ("", "0", "-1", "x", "99ms", "25h", "on", "1s 2s"),
    "WebSocketPluginDir": ("", "/no/such/directory", "/etc/passwd"),
    "WebSocketNamespace": ("", '"a b"', '""', "x" * 256, "a/b"),
    "WebSocketStateDir": ("", "/no/such/directory/state", "/etc/passwd", "a b"),
    "WebSocketStateSize": ("", "0", "-1", "x", "1023K", "1025G"),
    "WebSocketStateSync": ("", "maybe", "1"),
    "WebSocketHistoryMaxCount": ("", "-1", "x", "1000001"),
    "WebSocketHistoryMaxAge": ("", "0", "999ms", "off", "x", "1001h"),
    "WebSocketHistoryMaxBytes": ("", "-1", "x", "2G"),
}


def cases(values):
    return [pytest.param(name, value, id=f"{name} {value[:30]}")
            for name, several in values.items() for value in several]


@pytest.mark.parametrize("name, value", cases(BAD_VALUES))
def test_bad_value(prepare_httpd, name, value):
    plugin = "" if name == "WebSocketPlugin" else "WebSocketPlugin echo\n"
    output, line = refusal(prepare_httpd,
                           f"<Location /ws/x>\n{plugin}{name} {value}\n</Location>\n")
    assert line == f"{name} {value}".strip()
    assert name in output


@pytest.mark.parametrize("name, value", cases(BAD_SERVER_VALUES))
def test_bad_value_of_a_server_directive(prepare_httpd, name, value):
    output, line = refusal(prepare_httpd, main=f"{name} {value}\n")
    assert line == f"{name} {value}".strip()
    assert name in output


GOOD_VALUES = {
    "WebSocketChannel": ('"orders.*" subscribe=user publish=none history=50 age=1h',
                         "* publish=all", "news history=0", "a history=1000000 age=1s"),
    "WebSocketAuthorize": ("/ws-auth.php", "/a?b=c required", "/a Required", "none", "None"),
    "WebSocketAuthorizeTimeout": ("100ms", "5s"),
    "WebSocketOrigin": ("same", "any", "required any", "required same https://a.example",
                        "https://a.example http://b.example:8080", "https://[::1]:8443", "null"),
    "WebSocketMaxMessageSize": ("1", "1048576", "64K", "16M"),
    "WebSocketMaxFragments": ("1", "1000000"),
    "WebSocketPingInterval": ("off", "Off", "100ms", "25", "25s", "1min", "24h"),
    "WebSocketPongTimeout": ("100ms", "10"),
    "WebSocketFrameTimeout": ("500ms",), "WebSocketMessageTimeout": ("5min",),
    "WebSocketCloseTimeout": ("1s",), "WebSocketSignInTimeout": ("off", "10s"),
    "WebSocketCompression": ("off", "On", "on level=1 min=0 window=9 client-window=9 takeover=none",
                             "on level=9 min=1048576 window=15 client-window=15 takeover=both",
                             "on takeover=server", "on takeover=client", "Off"),
    "WebSocketSendQueue": ("1024", "1M"),
    "WebSocketSlowClient": ("close", "drop", "Drop", "drop-oldest", "latest"),
    "WebSocketMessageRate": ("off", "Off", "1", "1000000 burst=1000000", "10 burst=1"),
    "WebSocketControlRate": ("off", "1", "1000000", "5 burst=10"),
    "WebSocketByteRate": ("off", "1024", "1G burst=1G", "64K burst=1M over=close",
                          "1M over=pause", "1M over=close burst=2M"),
    "WebSocketMaxConnectionsPerAddress": ("off", "Off", "1", "100000000"),
    "WebSocketMaxConnectionsPerUser": ("off", "1", "100000000"),
    "WebSocketMaxConnectionsPerLocation": ("off", "1", "100000000"),
    "WebSocketPlugin": ("echo", "chat", "none"),
}


@pytest.mark.parametrize("name", GOOD_VALUES)
def test_good_values_everywhere(prepare_httpd, name):
    """In Location, Directory, virtual host and server."""
    site, main = "", ""
    for number, value in enumerate(GOOD_VALUES[name]):
        site += f"<Location /l{number}>\n{name} {value}\n</Location>\n"
        site += f"<Directory /d{number}>\n{name} {value}\n</Directory>\n"
        site += f"<LocationMatch ^/m{number}>\n{name} {value}\n</LocationMatch>\n"
        main += f"<Location /s{number}>\n{name} {value}\n</Location>\n"
    value = GOOD_VALUES[name][-1]
    accepted, output = verdict(prepare_httpd, f"{name} {value}\n" + site, main=main)
    assert accepted, output


GOOD_SERVER_VALUES = {
    "WebSocketWatchdog": ("off", "Off", "10", "100ms", "1h", "30s abort", "30s Abort"),
    "WebSocketHandshakeRate": ("off", "Off", "1", "1000000", "10 burst=1", "1 burst=1000000"),
    "WebSocketStateDir": ("none", "None", "/tmp/websocket", "run/state"),
    "WebSocketDrain": ("off", "Off", "100ms", "30", "2min", "24h"),
    "WebSocketStateSize": ("1M", "1048576", "1024G"),
    "WebSocketStateSync": ("on", "Off"),
    "WebSocketHistoryMaxCount": ("0", "1000000"),
    "WebSocketHistoryMaxAge": ("1", "1s", "1000ms", "1000h"),
    "WebSocketHistoryMaxBytes": ("0", "64K", "1G"),
}


@pytest.mark.parametrize("name, value", cases(GOOD_SERVER_VALUES))
def test_good_value_of_a_server_directive(prepare_httpd, name, value):
    accepted, output = verdict(prepare_httpd, main=f"{name} {value}\n")
    assert accepted, output


@pytest.mark.parametrize("line", (
    "WebSocketStateDir none", "WebSocketStateSize 2M", "WebSocketStateSync on",
    "WebSocketHistoryMaxCount 5", "WebSocketHistoryMaxAge 5s", "WebSocketHistoryMaxBytes 5K",
    "WebSocketLoops 2", "WebSocketMaxConnections 100", "WebSocketPluginDir /tmp",
    "WebSocketHandshakeRate 10 burst=20", "WebSocketWatchdog 5s abort",
))
@pytest.mark.parametrize("section", ("Location /x", "Directory /x", None),
                         ids=("Location", "Directory", "virtual host"))
def test_server_directive_out_of_its_context(prepare_httpd, line, section):
    site = f"<{section}>\n{line}\n</{section.split()[0]}>\n" if section else f"{line}\n"
    output, shown = refusal(prepare_httpd, site)
    assert shown == line
    assert line.split()[0] in output


def test_namespace_only_for_hosts(prepare_httpd):
    accepted, output = verdict(prepare_httpd, "WebSocketNamespace one\n",
                               main="WebSocketNamespace two\n")
    assert accepted, output
    refusal(prepare_httpd, "<Location /x>\nWebSocketNamespace one\n</Location>\n")


def test_plugin_dir(prepare_httpd):
    """Names are looked up there, and no more beside the module."""
    folder = build.plugin("misbehave").parent
    accepted, output = verdict(prepare_httpd, location("/ws/x", plugin="misbehave"),
                               main=f"WebSocketPluginDir {folder}\n")
    assert accepted, output
    output, line = refusal(prepare_httpd, location("/ws/x", plugin="echo"),
                           main=f"WebSocketPluginDir {folder}\n")
    assert line == "WebSocketPlugin echo" and str(folder) in output


def test_plugin_twice_in_a_section(prepare_httpd):
    _, line = refusal(prepare_httpd, location("/ws/x", "WebSocketPlugin chat"))
    assert line == "WebSocketPlugin chat"


def test_configtest_starts_nothing(prepare_httpd):
    """No threads, no files in the runtime directory, and it ends at once."""
    server = prepare_httpd(location("/ws/echo") + witness.location("/ws/witness"))
    accepted, output = server.configtest()
    assert accepted, output
    assert not list((server.folder / "run").iterdir())


def test_module_without_any_plugin(start_httpd):
    """Only LoadModule: nothing changes for the site."""
    server = start_httpd(bystander=False)
    assert server.get() == (200, "<p>A page</p>\n")
    peer = server.open()
    assert peer.request("/index.html").status == 200
    peer.abandon()


@pytest.mark.parametrize("section", ("If \"%{QUERY_STRING} == 'x'\"", "ElseIf \"true\"", "Else"))
def test_plugin_in_a_condition(prepare_httpd, section):
    name = section.split()[0]
    before = "<If \"false\">\n</If>\n" if name != "If" else ""
    output, line = refusal(prepare_httpd, "<Location /ws/x>\n" + before
                           + f"<{section}>\nWebSocketPlugin echo\n</{name}>\n</Location>\n")
    assert line == "WebSocketPlugin echo" and f"can't stand in <{name}>" in output, output


@pytest.mark.parametrize("main, lines, words", (
    ("WebSocketReceiveMemory 1M", ("WebSocketMaxMessageSize 2M",), "Raise WebSocketReceiveMemory"),
    ("WebSocketReceiveMemory 4M\nWebSocketLoops 4", ("WebSocketMaxMessageSize 2M",),
     "Raise WebSocketReceiveMemory"),
    ("WebSocketSendMemory 1M", ("WebSocketSendQueue 2M",), "Raise WebSocketSendMemory"),
    ("", ("WebSocketFrameTimeout 2min",), "lower WebSocketFrameTimeout to 60000 ms"),
    ("", ("WebSocketPingInterval off", "WebSocketPongTimeout 5s"), "remove one of them"),
    ("", ("WebSocketAuthorizeTimeout 2s",), "without a WebSocketAuthorize"),
    ("WebSocketMaxConnections 1000000", (), "file descriptors of a child process"),
    ("WebSocketHistoryMaxBytes 2M\nWebSocketStateSize 1M", (), "raise WebSocketStateSize"),
))
def test_contradictions(prepare_httpd, main, lines, words):
    """Each is told once, with its place and the way to mend it."""
    accepted, output = verdict(prepare_httpd, plain=location("/ws/x", *lines), main=main + "\n")
    assert accepted and output.count(words) == 1, output
    if lines:
        assert re.search(r"httpd\.conf:\d+: WebSocket", output), output


def test_contradiction_with_the_virtual_host(prepare_httpd):
    accepted, output = verdict(prepare_httpd, "WebSocketMaxMessageSize 2M\n" + location("/ws/x"),
                               main="WebSocketReceiveMemory 1M\n")
    assert accepted and output.count("Raise WebSocketReceiveMemory") == 2, output


def test_the_defaults_do_not_contradict(prepare_httpd):
    accepted, output = verdict(prepare_httpd, location("/ws/x"))
    assert accepted and "WebSocket" not in output, output
