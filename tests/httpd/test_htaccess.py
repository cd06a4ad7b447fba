"""No directive is accepted in .htaccess, whatever AllowOverride says: one of them loads code."""

import pytest

from harness.config import location

LINES = ("WebSocketPlugin echo", "WebSocketPluginOption a b", "WebSocketOrigin any",
         "WebSocketMaxMessageSize 1", "WebSocketMaxFragments 1", "WebSocketPingInterval 1s",
         "WebSocketPongTimeout 1s", "WebSocketFrameTimeout 1s", "WebSocketMessageTimeout 1s",
         "WebSocketCloseTimeout 1s", "WebSocketSendQueue 4096", "WebSocketSlowClient drop",
         "WebSocketLoops 1", "WebSocketMaxConnections 1", "WebSocketPluginDir /tmp",
         "WebSocketNamespace x", "WebSocketDrain 1s")


@pytest.fixture(scope="module")
def server(session_httpd):
    server = session_httpd(location("/ws/echo") + "<Directory @ROOT@/htdocs>\n"
                           "AllowOverride All\nAllowOverrideList None\n</Directory>\n")
    for number, line in enumerate(LINES):
        folder = server.folder / "htdocs" / f"folder{number}"
        folder.mkdir()
        (folder / "index.html").write_text("a page\n")
        (folder / ".htaccess").write_text(line + "\n")
    return server


@pytest.mark.parametrize("number", range(len(LINES)), ids=LINES)
def test_directive_in_htaccess(case, number):
    case.allow(rf"\.htaccess: {LINES[number].split()[0]} not allowed here")
    response = case.request(f"/folder{number}/index.html")
    assert response.status == 500
    assert case.lines("not allowed here")
