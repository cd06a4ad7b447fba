"""The browser's client and the pages in Chromium, against the module in an httpd of their own."""

import json
import re
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests/httpd"))
from harness import certificates, session_log  # noqa: E402
from harness.build import BUILD  # noqa: E402
from harness.config import location  # noqa: E402
from harness.httpd import Httpd  # noqa: E402
from harness.waiting import limit, wait_until  # noqa: E402

PAGES = {"websocket-client": "plugin_sdk/js", "notifications": "plugins/notifications/page"}
SITE = location("/ws/echo") + location(
    "/ws/notifications", 'WebSocketPluginOption topics "news offers.*"', plugin="notifications") + """
<LocationMatch "^(/ws)?/notifications">
  AuthType Basic
  AuthName site
  AuthUserFile @ROOT@/conf/users
  Require valid-user
</LocationMatch>
<Location /ws/publish>
  SetHandler websocket-publish
</Location>
<Directory @ROOT@/htdocs>
  Header always set Content-Security-Policy "default-src 'none'; script-src 'self'; style-src 'self'; \\
    img-src 'self'; connect-src 'self'"
  Header always set Content-Security-Policy "script-src 'self'; worker-src 'none'" \\
    "expr=%{QUERY_STRING} == 'no-worker'"
</Directory>
"""
TAB = "<!doctype html><title>A tab</title>"
SHOP = """<!doctype html><html lang="en"><title>A shop</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<script type="module" src="/shop.js"></script>
<p align="right"><notification-bell></notification-bell></p><p>Tea, more tea.</p>"""
SHOP_SCRIPT = """document.querySelector("notification-bell").setAttribute("user", location.search.slice(1));
import("/notifications/bell.js");"""


class Site:
    """The httpd, and what the script in the browser may wish of it."""

    def __init__(self, tmp):
        self.server = Httpd("event", certificates.make(tmp), SITE, children=2, bystander=False)
        for name, source in PAGES.items():
            shutil.copytree(TOP / source, self.server.folder / "htdocs" / name)
        for name, text in (("tab.html", TAB), ("shop.html", SHOP), ("shop.js", SHOP_SCRIPT),
                           ("favicon.ico", "")):
            (self.server.folder / "htdocs" / name).write_text(text)
        self.server.start()

    def stop(self):
        self.server.stop()

    def start(self):
        self.server.start()

    def sessions(self, path, count):
        """How many sessions of this Location there are, once there are `count`, or after all."""
        plugin = path.rsplit("/", 1)[1]

        def now():
            log = self.server.log
            opened = log.find(0, session_log.OPENED + f"plugin={plugin} ")
            ended = [line for line in log.find(0, session_log.ENDED) if f"plugin={plugin} " in line]
            return len(opened) - len(ended)
        wait_until(lambda: now() == count, lambda: f"{count} sessions at {path}: {now()}")
        return now()

    def publish(self, path, message):
        request = urllib.request.Request(
            self.server.url(f"/ws/publish/{path}", "ws").replace("ws:", "http:", 1), method="POST",
            data=json.dumps(message).encode(), headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=limit(10)) as answer:
            return json.load(answer)


@pytest.fixture
def site(tmp_path):
    one = Site(tmp_path)
    yield one
    try:
        one.server.settle()
        one.server.stop()
        complaints = one.server.complaints(one.server.settled_mark)
    finally:
        one.server.remove()
    assert not complaints, "\n".join(complaints)


@pytest.mark.parametrize("script", ["client", "notifications"])
def test_in_chromium(site, script):
    pictures = BUILD / "tests/browser/pages"
    pictures.mkdir(parents=True, exist_ok=True)
    with subprocess.Popen(
            ["node", TOP / "tests/browser" / f"{script}.cjs", site.server.url("", "ws").replace("ws:", "http:", 1),
             pictures], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        said = []
        for line in process.stdout:
            if re.match(r'\{"wish":', line):
                wish = json.loads(line)
                answer = getattr(site, wish.pop("wish"))(**wish)
                process.stdin.write(json.dumps(answer) + "\n")
                process.stdin.flush()
            else:
                said.append(line)
    assert process.returncode == 0, "".join(said)
