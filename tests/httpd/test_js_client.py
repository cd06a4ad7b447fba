"""plugin_sdk/js in Node against echo and chat, over a restart of the server."""

import subprocess
from pathlib import Path

import pytest

from harness.config import location

CLIENT = Path(__file__).parent / "clients" / "js_client.mjs"


@pytest.mark.parametrize("scheme", ("ws", "wss"))
def test_comes_back_and_misses_nothing(start_httpd, scheme):
    server = start_httpd(location("/ws/echo", "WebSocketOrigin any")
                         + location("/ws/chat", "WebSocketOrigin any", plugin="chat"), children=2)
    with subprocess.Popen(["node", CLIENT, server.url("/ws/echo", scheme), server.url("/ws/chat", scheme),
                           server.certificates.authority],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True) as process:
        said = []
        for line in process.stdout:
            said.append(line)
            if line == "restart\n":
                server.stop()
                server.start()
                process.stdin.write("done\n")
                process.stdin.flush()
    assert (process.returncode, said) == (0, ["restart\n", "ok\n"]), "".join(said)


def test_renews_its_token(prepare_httpd):
    key = "0123456789abcdef0123456789abcdef"
    tokens = ("WebSocketOrigin any", "WebSocketToken HS256 @ROOT@/conf/tokens.key required")
    server = prepare_httpd(location("/ws/echo", *tokens)
                           + location("/ws/notifications", *tokens, plugin="notifications"), children=2)
    path = server.folder / "conf" / "tokens.key"
    path.write_text(key)
    path.chmod(0o600)
    server.start()
    done = subprocess.run(["node", CLIENT.with_name("js_token_client.mjs"), server.url("/ws/echo"),
                           server.url("/ws/notifications"), key],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert (done.returncode, done.stdout) == (0, "ok\n"), done.stdout
    assert not server.complaints()
    assert not server.access_log.find(0, r"token=ey")
