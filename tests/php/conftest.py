"""A real httpd for the PHP package; the harness is that of tests/httpd."""

import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests/httpd"))

from harness import certificates as certificate_files  # noqa: E402
from harness import channels  # noqa: E402
from harness.httpd import Httpd  # noqa: E402
from harness.publisher import Publisher, location  # noqa: E402

SITE = channels.location() + location("/ws/publish", "WebSocketPublishKey @ROOT@/conf/publish.key") + """
<Location /ws/denied>
    SetHandler websocket-publish
    Require all denied
</Location>
"""
# Who sends a name and a password is known by it; who sends none is a guest.
USERS = """
<Location /ws/channels>
    <If "-n %{HTTP:Authorization}">
        AuthType Basic
        AuthName "x"
        AuthUserFile @ROOT@/conf/users
        Require valid-user
    </If>
</Location>
"""


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    return certificate_files.make(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def start_httpd(certificates):
    """start_httpd(mpm, ...) -> a running Httpd, whose log must have nothing to complain of.
    more: text for its site; pages: name -> text."""
    servers = []

    def start(mpm, more="", pages=None, **fields):
        server = Httpd(mpm, certificates, SITE + USERS + more, bystander=False, log_level="warn", **fields)
        servers.append(server)
        for name, text in (pages or {}).items():
            (server.folder / "htdocs" / name).write_text(text)
        (server.folder / "conf/publish.key").write_text(f"# of a test\n{secrets.token_hex(32)}\nan-old-one-{secrets.token_hex(8)}\n")
        return server.start()
    yield start
    complaints = []
    for server in servers:
        try:
            server.stop()
            complaints += server.complaints()
        finally:
            server.remove()
    assert not complaints, "\n".join(complaints)


def url(server):
    return f"http://localhost:{server.port}/ws/publish"


def key_file(server):
    return server.folder / "conf/publish.key"


def _publisher(server):
    return Publisher(server, Authorization="Bearer " + key_file(server).read_text().splitlines()[1])


def facts(server, channel):
    """What httpd knows of a channel."""
    return _publisher(server).facts(channel)


def publish(server, channel, text):
    return _publisher(server).publish(channel, text, Content_Type="text/plain")


def php(script, *arguments):
    """A running script of server/; its lines come by its stdout."""
    return subprocess.Popen(["php", str(TOP / "tests/php/server" / script), *map(str, arguments)],
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                            env={"PATH": os.environ["PATH"]})
