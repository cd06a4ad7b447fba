"""conf/demo: it starts, serves what it says, says what is wrong, and leaves nothing behind."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
from demo import TOP, Demo  # noqa: E402

KINDS = [("event", "fpm"), ("worker", "fpm"), ("prefork", "fpm"), ("prefork", "mod_php"),
         ("event", "none")]
SAPI = {"fpm": "fpm-fcgi", "mod_php": "apache2handler"}


@pytest.fixture
def start():
    """Starts demos whose TMPDIR anybody may use; none outlives the test."""
    tmp = tempfile.mkdtemp(prefix="ws-demo-")
    os.chmod(tmp, 0o777)
    runs = []

    def run(*options, **fields):
        runs.append(Demo(tmp, *options, **fields))
        return runs[-1]

    yield run
    for one in runs:
        one.kill()
    shutil.rmtree(tmp)


def shared_memory():
    """System V segments and what lies in /dev/shm."""
    rows = [Path(f"/proc/sysvipc/{kind}").read_text().splitlines()[1:] for kind in ("shm", "msg")]
    return len(rows[0]) + len(rows[1]), sorted(os.listdir("/dev/shm"))


@pytest.mark.parametrize("mpm,php", KINDS)
def test_serves_the_site_the_page_and_the_websockets(start, mpm, php):
    before = shared_memory()
    demo = start("--mpm", mpm, "--php", php)
    for scheme, web_socket in (("http", "ws"), ("https", "wss")):
        status, page = demo.get("/", scheme)
        assert status == 200
        assert (SAPI[php] in page) if php in SAPI else ("<title>" in page)
        assert "<?php" not in page
        for part in ("chat", "notifications"):
            assert "<script" in demo.get(f"/{part}/", scheme)[1]
            assert demo.get(f"/ws/{part}", scheme)[0] == 426
        assert demo.get("/ws/publish", scheme)[0] == 401
        demo.websocket("/ws/echo", web_socket).echo("hello")
        for path in ("/ws/chat", "/ws/chat/kitchen", "/ws/notifications"):
            demo.websocket(path, web_socket).close()
    demo.interrupt()
    assert demo.wait_for_end() == 0
    demo.check_nothing_left()
    assert shared_memory() == before


def test_one_room_spans_both_ports(start):
    demo = start()
    members = [demo.websocket("/ws/chat/kitchen", scheme) for scheme in ("ws", "wss")]
    for member in members:
        member.text('{"chat_user": "anna", "chat_message": "over both"}')
    for member in members:
        while "over both" not in member.read_message():
            pass


def test_php_source_is_never_shown_without_php(start):
    demo = start("--php", "none")
    status, page = demo.get("/index.php")
    assert status == 403 and "<?php" not in page


def test_answers_ctrl_c_while_connections_are_open(start):
    demo = start()
    peer = demo.websocket("/ws/echo", "wss")
    demo.interrupt()
    peer.expect_close(1001)
    assert demo.wait_for_end() == 0
    demo.check_nothing_left()


def test_terminates_by_signal_as_by_ctrl_c(start):
    demo = start("--php", "none")
    demo.process.send_signal(signal.SIGTERM)
    assert demo.wait_for_end() == 0
    demo.check_nothing_left()


def test_leaves_no_process_when_killed(start):
    demo = start()
    assert len(demo.processes()) > 2
    demo.process.kill()
    demo.wait_for_end()
    root = demo.root()
    assert root.is_dir()
    subprocess.run(["rm", "-r", root], check=True)
    demo.check_nothing_left()


def test_shows_the_error_log(start):
    demo = start("--php", "fpm")
    demo.get("/%2e%2e/x")
    demo.websocket("/ws/echo").close()
    demo.wait_for("websocket:info")
    demo.interrupt()
    assert demo.wait_for_end() == 0


def test_keeps_its_root(start):
    holder = tempfile.mkdtemp(prefix="ws-demo-")
    os.chmod(holder, 0o755)
    root = Path(holder, "a root")
    first = start("--root", str(root))
    first.interrupt()
    assert first.wait_for_end() == 0
    kept = [root / "tls/cert.pem", root / "publish.key"]
    before = [file.read_bytes() for file in kept]
    second = start("--root", str(root))
    second.get("/")
    second.interrupt()
    assert second.wait_for_end() == 0
    assert [file.read_bytes() for file in kept] == before
    assert "GET / " in (root / "logs/access.log").read_text()
    assert not list((root / "run").glob("*.pid"))
    second.check_nothing_left()
    shutil.rmtree(holder)


@pytest.mark.parametrize("option", ["--port", "--tls-port"])
def test_names_the_port_that_is_taken(start, option):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        demo = start(option, str(port), wait=False)
        assert demo.wait_for_end() == 1
    assert f"port {port} is taken" in demo.output and option in demo.output
    demo.check_nothing_left()


@pytest.mark.parametrize("options,part", [
    (["--mpm", "itk"], "event, worker or prefork"),
    (["--php", "cgi"], "fpm, mod_php or none"),
    (["--php", "mod_php", "--mpm", "event"], "--mpm prefork only"),
    (["--port", "http"], "not a port number"),
    (["--port", "70000"], "not a port number"),
    (["--prot", "1"], "unknown option: --prot"),
    (["--root"], "--root needs a value"),
])
def test_says_what_is_wrong(start, options, part):
    demo = start(*options, wait=False)
    assert demo.wait_for_end() == 1
    assert part in demo.output
    demo.check_nothing_left()


@pytest.mark.skipif(os.geteuid() != 0, reason="runs as this user anyway")
def test_runs_without_root_rights(start):
    demo = start(as_user="nobody")
    assert "fpm-fcgi" in demo.get("/")[1]
    demo.websocket("/ws/echo", "wss").echo("hello")
    demo.interrupt()
    assert demo.wait_for_end() == 0
    demo.check_nothing_left()


def test_help_names_every_option(start):
    text = subprocess.run([TOP / "conf/demo", "--help"], capture_output=True, text=True).stdout
    for option in ("--port", "--tls-port", "--mpm", "--php", "--root", "--no-install", "--help"):
        assert option in text
