"""wsctl doctor: what it says of servers that are well, and of those that are not."""

import contextlib
import json
import os
import re
import resource
import shutil
import socket
import subprocess
import threading

import pytest

from harness import build
from harness.certificates import make_short
from harness.config import location
from harness.waiting import limit

WELL = "WebSocketMaxConnections 500\n"


class Doctor:
    def __init__(self, server, certificates):
        self.server = server
        self.options = ["-f", server.config_file, "--httpd", build.httpd_binary(),
                        "--ca-file", certificates.authority]

    def run(self, *words, wanted):
        done = subprocess.run([build.BUILD / "bin/wsctl", "doctor", *words], text=True,
                              capture_output=True, timeout=limit(60),
                              env={**self.server.environment, "PATH": os.environ["PATH"]})
        assert done.returncode == wanted and not done.stderr, done.stdout + done.stderr
        return done.stdout

    def says(self, *words, wanted=0):
        """[(health, where, says, remedy)]"""
        lines = self.run(*words, *self.options, "--json", wanted=wanted).splitlines()
        return [(one["health"], one["where"], one["says"], one.get("remedy", ""))
                for one in map(json.loads, lines)]

    def bad(self, *words):
        """Of the only thing that it finds bad: (where, says, remedy)."""
        found, = [one[1:] for one in self.says(*words, wanted=1) if one[0] == "bad"]
        return found


@pytest.fixture
def doctor_of(start_httpd, certificates):
    def start(*arguments, **fields):
        fields = {"main": WELL, "bystander": False, **fields}
        return Doctor(start_httpd(*arguments, **fields), certificates)
    return start


@pytest.fixture
def doctor(doctor_of):
    return doctor_of(location("/ws/echo"))


def test_a_server_that_is_well(doctor):
    server = doctor.server
    plain, tls = f"ws://localhost:{server.port}/ws/echo", f"wss://localhost:{server.tls_port}/ws/echo"
    found = doctor.says()
    assert {health for health, *_ in found} == {"good"}
    where = [one[1] for one in found]
    assert where[:5] == ["configuration", "httpd", "descriptors", "mpm", "state"]
    assert sorted(where[5:]) == sorted([plain] * 2 + [tls] * 3)
    assert doctor.run(*doctor.options, wanted=0).count("good  ") == len(found)
    assert "--url" not in doctor.run(plain, wanted=0)


def test_children_that_would_be_retired(doctor_of, mpm):
    name = "MaxSpareServers" if mpm == "prefork" else "MaxSpareThreads"
    doctor = doctor_of(location("/ws/echo"), children=4, allowed=["MaxSpare", "MaxConnections"])
    text = doctor.server.config_file.read_text()
    spare = re.sub(rf"{name} \d+", f"{name} 2", text)
    doctor.server.config_file.write_text(spare)
    where, says, remedy = doctor.bad()
    assert where == "mpm" and "lets httpd end child processes" in says
    assert re.fullmatch(rf"{name} \d+", remedy)
    # httpd takes more than it is told when the others are many.
    doctor.server.config_file.write_text(re.sub(r"(MinSpare\w+) \d+", r"\1 90", spare))
    assert {health for health, *_ in doctor.says()} == {"good"}
    doctor.server.config_file.write_text(text + "MaxConnectionsPerChild 100\n")
    assert doctor.bad()[2] == "MaxConnectionsPerChild 0"


def test_too_few_descriptors(doctor_of):
    doctor = doctor_of(location("/ws/echo"), main="WebSocketMaxConnections 900000\n",
                       allowed=["WebSocketMaxConnections 900000"])
    where, says, remedy = doctor.bad()
    assert where == "descriptors" and "WebSocketMaxConnections alone wants 900000" in says
    assert "LimitNOFILE=900300" in remedy


def test_one_descriptor_for_each_websocket(doctor_of):
    doctor = doctor_of(location("/ws/echo"), main="")
    resource.prlimit(doctor.server.process.pid, resource.RLIMIT_NOFILE, (1024, 1024))
    where, says, remedy = doctor.bad()
    assert where == "descriptors" and "1024 files, and each WebSocket is one" in says
    assert "LimitNOFILE=65536" in remedy


def test_pages_of_every_site(doctor_of):
    doctor = doctor_of(location("/ws/echo", "WebSocketOrigin any"), tls="", plain="")
    found = [one for one in doctor.says(wanted=1) if one[0] == "bad"]
    assert [one[3] for one in found] == ["WebSocketOrigin same, or the origins that may"] * 2


def test_own_pages_are_refused(doctor_of):
    doctor = doctor_of(location("/ws/echo", "WebSocketOrigin https://elsewhere.example"))
    notes = [one for one in doctor.says() if one[0] == "note"]
    assert len(notes) == 2 and all("WebSocketOrigin same" in note[3] for note in notes)


def test_visitors_who_must_sign_in(doctor_of):
    doctor = doctor_of(location("/ws/echo", "AuthType Basic", "AuthName x",
                                "AuthUserFile @ROOT@/conf/users", "Require valid-user"))
    notes = [one for one in doctor.says() if one[0] == "note"]
    assert len(notes) == 2 and all("asks who is there (401)" in note[2] for note in notes)


def test_patterns_of_paths(doctor_of):
    doctor = doctor_of('<LocationMatch "^/ws/(a|b)$">\nWebSocketPlugin echo\n</LocationMatch>\n')
    notes = [one for one in doctor.says() if one[0] == "note"]
    assert notes and all("pattern" in note[2] for note in notes)


def test_certificates(doctor):
    url = f"wss://localhost:{doctor.server.tls_port}/ws/echo"
    authority = doctor.options[-2:]
    doctor.options = []
    assert "browsers will refuse the certificate" in doctor.bad(url)[1]
    doctor.options = authority
    doctor.says(url)
    foreign = doctor.says(url.replace("localhost", "127.1"), wanted=1)
    assert "mismatch" in foreign[0][2] and foreign[0][0] == "bad"


@pytest.mark.parametrize("days, health", ((10, "bad"), (16, "good")))
def test_a_certificate_that_ends_soon(prepare_httpd, certificates, days, health):
    server = prepare_httpd(location("/ws/echo"), main=WELL, bystander=False)
    server.text = server.text.replace(str(certificates.server), "@ROOT@/conf/soon.pem")
    make_short(certificates, days, server.folder / "conf/soon.pem")
    doctor = Doctor(server.start(), certificates)
    found = [one for one in doctor.says(wanted=int(health == "bad")) if "certificate" in one[2]]
    assert [one[0] for one in found] == [health]
    if health == "bad":
        # 10 within the second in which it was made.
        assert re.fullmatch("the certificate ends in (9|10) days", found[0][2])
        assert found[0][3] == "renew it, then a graceful restart"


def test_a_configuration_that_httpd_refuses(doctor):
    with doctor.server.config_file.open("a") as file:
        file.write("WebSocketLoops many\n")
    where, says, _ = doctor.bad()
    assert where == "configuration" and "WebSocketLoops" in says


def test_no_module(doctor):
    text = doctor.server.config_file.read_text()
    doctor.server.config_file.write_text(
        re.sub(r"(?m)^ *(WebSocket\w+|LoadModule websocket_module) .*| websocket:\w+", "", text))
    assert "LoadModule websocket_module" in doctor.bad()[2]


def test_a_server_that_does_not_run(doctor):
    doctor.server.stop()
    found = [one[1:] for one in doctor.says(wanted=1) if one[0] == "bad"]
    assert found[0][0] == "httpd" and "apachectl start" in found[0][2]
    assert "cannot be reached" in found[-1][1]


def test_no_state_directory(doctor):
    doctor.server.stop()
    state = doctor.server.folder / "run/websocket"
    shutil.rmtree(state)
    found, = [one for one in doctor.says(wanted=1) if one[1] == "state"]
    assert found[0] == "bad" and f"{state} cannot be used: No such file" in found[2]
    assert "start httpd" in found[3]


@pytest.mark.skipif(not build.RUNS_AS_ROOT, reason="needs two users")
def test_a_state_directory_of_somebody_else(doctor_of):
    doctor = doctor_of(location("/ws/echo"), allowed=["cannot be used: .*Permission denied"])
    state = doctor.server.folder / "run/websocket"
    user = state.stat().st_uid
    state.chmod(0o755)
    assert doctor.bad()[2] == f"chmod 700 {state}"
    state.chmod(0o700)
    os.chown(state, 0, 0)
    where, says, remedy = next(one[1:] for one in doctor.says(wanted=1) if one[0] == "bad")
    os.chown(state, user, user)
    assert where == "state" and "belongs to root" in says
    assert remedy == f"chown -R {build.CHILD_USER} {state}"


def test_paths_where_there_is_nothing(doctor):
    at = f"ws://localhost:{doctor.server.port}"
    assert "404" in doctor.bad(at + "/nowhere")[1]
    assert "a page is answered" in doctor.bad(at + "/index.html")[1]
    assert "cannot be reached" in doctor.bad("ws://localhost:1/ws/echo")[1]
    done = subprocess.run([build.BUILD / "bin/wsctl", "doctor", "localhost/ws"], text=True,
                          capture_output=True)
    assert done.returncode == 1 and "is no address of a WebSocket" in done.stderr


def test_proxies_in_front(doctor):
    """One that takes Upgrade away, and one that opens but holds what comes after it."""
    def without_upgrade(request):
        return re.sub(rb"Upgrade: [^\r]*\r\nConnection: [^\r]*\r\n", b"", request)
    with proxy(doctor.server.port, without_upgrade) as port:
        says, remedy = doctor.bad(f"ws://localhost:{port}/ws/echo")[1:]
        assert "takes" in says and "proxy_set_header Upgrade" in remedy
    with proxy(doctor.server.port, lambda request: request, holds=True) as port:
        says, remedy = doctor.bad(f"ws://localhost:{port}/ws/echo", "--timeout", "1")[1:]
        assert "no frame comes back" in says and "proxy_buffering off" in remedy


@contextlib.contextmanager
def proxy(port, change, holds=False):
    """A bad proxy to that port, for one request a connection; its own port."""
    def serve(listener):
        with contextlib.suppress(OSError):
            while True:
                front, _ = listener.accept()
                with front, socket.create_connection(("127.0.0.1", port)) as back:
                    back.sendall(change(front.recv(65536)))
                    front.sendall(back.recv(65536))
                    while not holds and (more := back.recv(65536)):
                        front.sendall(more)
                    front.recv(65536)
                    front.recv(65536)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=[listener], daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(limit(10))
