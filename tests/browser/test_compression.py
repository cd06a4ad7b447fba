"""Chromium and WebSocketCompression, over ws and wss."""

import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "httpd"))
from harness import certificates  # noqa: E402
from harness.config import location  # noqa: E402
from harness.httpd import Httpd  # noqa: E402
from harness.waiting import limit  # noqa: E402

LINES = {"/ws/none": "on", "/ws/both": "on takeover=both",
         "/ws/small": "on min=0 window=9 client-window=9 takeover=both"}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    site = "".join(location(path, f"WebSocketCompression {line}") for path, line in LINES.items())
    running = Httpd("event", certificates.make(tmp_path_factory.mktemp("certificates")), site,
                    bystander=False)
    running.start()
    yield running
    running.stop()
    complaints = running.complaints()
    running.remove()
    assert not complaints, "\n".join(complaints)


@pytest.mark.parametrize("scheme", ("ws", "wss"))
def test_chromium_compresses(server, scheme):
    origin = server.url("", scheme).replace("ws", "http", 1)
    done = subprocess.run(["node", Path(__file__).with_name("compression.cjs"), origin, *LINES],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=limit(60))
    assert (done.returncode, done.stdout) == (0, "ok\n"), done.stdout
