"""One httpd of a test's own: configured, started, watched and stopped here."""

import base64
import hashlib
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import urllib.error
import urllib.request
from collections import Counter
from pathlib import Path

from . import build, config, processes
from .logs import ErrorLog, Log
from .peer import Peer
from .ports import free_ports
from .publisher import KEY
from .waiting import limit, wait_until

# For AuthUserFile: alice with password secret, bob with hunter2.
USERS = "".join(
    f"{user}:{{SHA}}{base64.b64encode(hashlib.sha1(password).digest()).decode()}\n"
    for user, password in (("alice", b"secret"), ("bob", b"hunter2")))


class Httpd:
    """A server with two virtual hosts of the same content, http and https.

    site: text inside both virtual hosts; plain, tls: inside one of them; main: before them;
    extra_tls_host: one more <VirtualHost>; load: LoadModule lines for others than httpd's own;
    allowed: patterns of expected log lines; debug: one process only (-X).
    @ROOT@, @PORT@, @TLS_PORT@ and @plugin:NAME@ in the texts are replaced.
    """

    def __init__(self, mpm, certificates, site="", *, plain="", tls="", main="", modules=(),
                 children=1, threads=25, child_limit=None, environment=None, wrapper=(),
                 log_level="warn websocket:debug", bystander=True, extra_tls_host="",
                 load="", allowed=(), debug=False):
        self.mpm = mpm
        self.certificates = certificates
        self.folder = Path(tempfile.mkdtemp(prefix="ws-httpd-"))
        self.folder.chmod(0o755)
        for name in ("conf", "logs", "run", "htdocs", "tmp"):
            (self.folder / name).mkdir()
        (self.folder / "tmp").chmod(0o777)
        (self.folder / "htdocs" / "index.html").write_text("<p>A page</p>\n")
        (self.folder / "conf" / "users").write_text(USERS)
        (self.folder / "conf" / "publish.key").write_text(f"# of the tests\n{KEY}\n")
        (self.folder / "conf" / "publish.key").chmod(0o600)
        (self.folder / "conf" / "groups").write_text("staff: alice\n")
        self.port, self.tls_port = free_ports(2)
        self.children_wanted = children
        self.wrapper = list(wrapper)
        self.process = None
        self.log = ErrorLog(self.folder / "logs" / "error.log")
        self.access_log = Log(self.folder / "logs" / "access.log")
        self.environment = {"PATH": os.environ["PATH"], "LANG": "C",
                            **build.sanitizer_environment(self.folder / "tmp" / "sanitizer"),
                            **(environment or {})}
        self.allowed = list(allowed)
        self.debug = debug
        self.settled_mark = 0
        both = (config.BYSTANDER if bystander else "") + site
        self.text = "".join((
            config.mpm(mpm, children, threads, child_limit),
            config.load(*config.MODULES, *modules),
            config.websocket(), load,
            f"Listen 127.0.0.1:{self.port}\nListen 127.0.0.1:{self.tls_port} https\n",
            config.base(self.folder, log_level),
            f"SSLSessionCache shmcb:{self.folder}/run/tls_sessions(512000)\n",
            main,
            f"<VirtualHost 127.0.0.1:{self.port}>\n{both}{plain}</VirtualHost>\n",
            f"<VirtualHost 127.0.0.1:{self.tls_port}>\n{config.tls(certificates)}"
            f"{both}{tls}</VirtualHost>\n", extra_tls_host))

    @property
    def config_file(self):
        return self.folder / "conf" / "httpd.conf"

    def write_config(self):
        text = self.text
        for name, value in (("ROOT", self.folder), ("PORT", self.port),
                            ("TLS_PORT", self.tls_port)):
            text = text.replace(f"@{name}@", str(value))
        text = re.sub(r"@plugin:(\w+)@", lambda match: str(build.plugin(match[1])), text)
        self.config_file.write_text(text)

    def command(self, *arguments):
        return [build.httpd_binary(), "-d", str(self.folder), "-f", str(self.config_file),
                *arguments]

    # -- life ----------------------------------------------------------------------------

    def start(self):
        self.write_config()
        self.process = subprocess.Popen(
            [*(word.replace("@FOLDER@", str(self.folder)) for word in self.wrapper),
             *self.command("-X" if self.debug else "-DFOREGROUND")], env=self.environment,
            stdin=subprocess.DEVNULL, stdout=(self.folder / "logs" / "stdout").open("wb"),
            stderr=subprocess.STDOUT, start_new_session=True)
        try:
            wait_until(self._is_ready, self._why_not_ready, 20)
        except AssertionError:
            self.stop()
            raise
        complaints = self.complaints()
        self.settled_mark = self.log.mark()
        if complaints:
            self.stop()
        assert not complaints, "\n".join(complaints)
        return self

    def _is_ready(self):
        assert self.process.poll() is None, self._why_not_ready()
        return ((self.debug or self.log.find(0, "resuming normal operations"))
                and len(self.children()) >= self.children_wanted and self._answers())

    def _answers(self):
        try:
            with self.open_socket("ws"):
                return True
        except OSError:
            return False

    def _why_not_ready(self):
        stdout = (self.folder / "logs" / "stdout").read_text(errors="replace")
        return "httpd to start: " + stdout + "\n".join(self.log.since(0)[-10:])

    def signal(self, number):
        self.process.send_signal(number)

    def settle(self):
        """Waits a while for connections to end. httpd's event MPM has a race of its own: a
        child that is stopped while a worker ends a connection may crash (AH03092)."""
        try:
            wait_until(lambda: not sum(map(processes.connections, self.children())),
                       "no connection", 2)
        except (AssertionError, FileNotFoundError):
            pass

    def stop(self, graceful=False):
        """Stops it; AssertionError when it hangs or leaves children behind."""
        if self.process is None:
            return
        children = self.children()
        if self.process.poll() is None:
            self.signal(signal.SIGWINCH if graceful else signal.SIGTERM)
        try:
            self.process.wait(limit(20))
        except subprocess.TimeoutExpired:
            for pid in {*self.children(), self.process.pid}:
                os.kill(pid, signal.SIGKILL)
            self.process.wait()
            raise AssertionError("httpd did not stop") from None
        finally:
            self.process = None
        wait_until(lambda: not any(map(processes.is_alive, children)), "the children's end")

    def remove(self):
        """Deletes its folder, unless WS_KEEP is set."""
        if not os.environ.get("WS_KEEP"):
            shutil.rmtree(self.folder, ignore_errors=True)

    def configtest(self):
        """httpd -t: (did it accept, its output)."""
        self.write_config()
        done = subprocess.run(self.command("-t"), env=self.environment, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.returncode == 0, done.stdout

    # -- looking at it --------------------------------------------------------------------

    def children(self):
        """Its children that serve, by pid. A loader or a tool in between is skipped."""
        if self.process is None:
            return []
        if self.debug:
            return [self.process.pid] if processes.is_alive(self.process.pid) else []
        return [pid for pid in processes.children(self.process.pid) if processes.is_alive(pid)]

    def sockets(self):
        """child's pid -> how many sockets it has open."""
        found = {}
        for pid in self.children():
            try:
                found[pid] = sum(name.startswith("socket:")
                                 for name in processes.descriptors(pid).values())
            except FileNotFoundError:
                pass
        return found

    def descriptors(self):
        """child's pid -> how many of each kind it has open: sockets, pipes, files by their names."""
        found = {}
        for pid in self.children():
            try:
                found[pid] = Counter(re.sub(r":\[\d+\]$", "", name)
                                     for name in processes.descriptors(pid).values())
            except FileNotFoundError:
                pass
        return found

    def memory(self):
        """Private bytes in use by all children."""
        return sum(processes.anonymous_memory(pid) for pid in self.children())

    def sanitizer_reports(self):
        return [path.read_text(errors="replace")
                for path in (self.folder / "tmp").glob("sanitizer*")]

    def complaints(self, mark=0, allowed=()):
        """What the error log and the sanitizers have said since `mark` and should not have."""
        return self.log.unexpected(mark, [*self.allowed, *allowed]) + self.sanitizer_reports()

    # -- talking to it --------------------------------------------------------------------

    def address(self, scheme):
        return "127.0.0.1", self.port if scheme == "ws" else self.tls_port

    def url(self, path="/ws/echo", scheme="ws"):
        return f"{scheme}://localhost:{self.address(scheme)[1]}{path}"

    def client_context(self, version=None, certificate=False):
        """A TLS context that trusts the server; version: ssl.TLSVersion to use."""
        context = ssl.create_default_context(cafile=self.certificates.authority)
        if version:
            context.minimum_version = context.maximum_version = version
        if certificate:
            context.load_cert_chain(self.certificates.client, self.certificates.client_key)
            context.post_handshake_auth = True
        return context

    def open_socket(self, scheme, *, context=None, name="localhost", receive_buffer=None):
        raw = socket.socket()
        if receive_buffer:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        raw.settimeout(limit(10))
        try:
            raw.connect(self.address(scheme))
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if scheme == "wss":
                return (context or self.client_context()).wrap_socket(raw, server_hostname=name)
        except BaseException:
            raw.close()
            raise
        return raw

    def open(self, scheme="ws", timeout=10, **fields) -> Peer:
        """A connection, nothing sent yet."""
        return Peer(self.open_socket(scheme, **fields), timeout)

    def connect(self, path="/ws/echo", scheme="ws", timeout=10, **fields) -> Peer:
        """A WebSocket."""
        peer = self.open(scheme, timeout)
        try:
            return peer.upgrade(path, **fields)
        except BaseException:
            peer.abandon()
            raise

    def get(self, path="/", scheme="ws"):
        """A page: (status, body)."""
        name = "http" if scheme == "ws" else "https"
        request = urllib.request.Request(f"{name}://localhost:{self.address(scheme)[1]}{path}",
                                         headers={"Connection": "close"})
        try:
            with urllib.request.urlopen(request, timeout=limit(10),
                                        context=self.client_context()) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
