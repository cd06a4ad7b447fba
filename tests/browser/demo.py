"""Runs conf/demo as a user would, and looks at what it leaves behind."""

import os
import pty
import re
import secrets
import select
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests/httpd"))
from harness.peer import Peer  # noqa: E402
from harness.ports import free_ports  # noqa: E402
from harness.waiting import limit, wait_until  # noqa: E402

READY = "Ctrl-C stops it all"


class Demo:
    """One run of conf/demo on a terminal of its own. tmp: an empty directory for its TMPDIR."""

    def __init__(self, tmp, *options, as_user=None, wait=True):
        self.tmp = Path(tmp)
        self.mark = secrets.token_hex(8)  # in the environment of every process of this run
        self.port, self.tls_port = free_ports()
        self.output = ""
        self.context = ssl.create_default_context()
        self.context.check_hostname = False
        self.context.verify_mode = ssl.CERT_NONE
        command = [str(TOP / "conf/demo"), "--no-install", "--port", str(self.port),
                   "--tls-port", str(self.tls_port), *options]
        if as_user:
            command = ["runuser", "-u", as_user, "--", *command]
        self.terminal, other = pty.openpty()
        self.process = subprocess.Popen(
            command, stdin=other, stdout=other, stderr=other, cwd="/", start_new_session=True,
            preexec_fn=lambda: __import__("fcntl").ioctl(0, __import__("termios").TIOCSCTTY, 0),
            env={**os.environ, "TMPDIR": str(tmp), "WS_DEMO_TEST": self.mark})
        os.close(other)
        if wait:
            self.wait_for(READY, 120)

    def read(self, seconds):
        """Adds what the script shows within that time; False at its end."""
        if select.select([self.terminal], [], [], seconds)[0]:
            try:
                text = os.read(self.terminal, 65536).decode("utf-8", "replace")
            except OSError:
                return False
            self.output += text.replace("\r\n", "\n")
        return True

    def wait_for(self, text, seconds=20):
        end = time.monotonic() + limit(seconds)
        while text not in self.output:
            assert self.read(0.1), f"the script ended:\n{self.output}"
            assert time.monotonic() < end, f"{text!r} did not come:\n{self.output}"

    def root(self):
        return Path(re.search(r"server root (\S+)", self.output).group(1))

    def get(self, path, scheme="http"):
        """(status, text)"""
        port = self.port if scheme == "http" else self.tls_port
        url = f"{scheme}://localhost:{port}{path}"
        try:
            with urllib.request.urlopen(url, timeout=limit(10), context=self.context) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def websocket(self, path, scheme="ws"):
        port = self.port if scheme == "ws" else self.tls_port
        connected = socket.create_connection(("localhost", port), timeout=limit(10))
        if scheme == "wss":
            connected = self.context.wrap_socket(connected, server_hostname="localhost")
        return Peer(connected).upgrade(path)

    def interrupt(self):
        """Ctrl-C, as the terminal sends it: to everything in the foreground."""
        os.write(self.terminal, b"\x03")

    def wait_for_end(self, seconds=25):
        """The exit status, all output read."""
        end = time.monotonic() + limit(seconds)
        while self.read(0.1) and time.monotonic() < end:
            if self.process.poll() is not None and not self.read(0):
                break
        try:
            return self.process.wait(timeout=max(end - time.monotonic(), 1))
        finally:
            os.close(self.terminal)

    def processes(self):
        """The command lines of all living processes of this run."""
        found = []
        for entry in Path("/proc").iterdir():
            try:
                if self.mark.encode() in (entry / "environ").read_bytes():
                    found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode())
            except (OSError, ValueError):
                pass
        return found

    def check_nothing_left(self):
        wait_until(lambda: not self.processes(), lambda: f"the end of {self.processes()}")
        assert not list(self.tmp.iterdir())

    def kill(self):
        """Whatever happened before: no process of this run goes on."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        wait_until(lambda: not self.processes(), lambda: f"the end of {self.processes()}")
