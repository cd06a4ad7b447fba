"""The clean Debian as a server: its apache2, on a free port."""

import re
import socket
import urllib.request

from harness import processes
from harness.peer import Peer
from harness.ports import free_ports
from harness.waiting import wait_until


class Debian:
    def __init__(self, chroot):
        self.chroot, self.run, self.path = chroot, chroot.run, chroot.path
        self.port, = free_ports(1)
        for name in ("ports.conf", "sites-available/000-default.conf"):
            file = self.path("/etc/apache2") / name
            file.write_text(re.sub(r"\b80\b", str(self.port), file.read_text()))
        # Without an init system invoke-rc.d asks whether it may.
        self.write("/usr/sbin/policy-rc.d", "#!/bin/sh\nexit 0\n")
        self.path("/usr/sbin/policy-rc.d").chmod(0o755)
        self.write("/etc/apache2/conf-available/name.conf", "ServerName localhost\n")
        self.run("a2enconf", "-q", "name")
        self.started = False

    def write(self, path, text):
        self.path(path).write_text(text)

    def start(self):
        self.run("service", "apache2", "start", stdout=None, stderr=None)
        self.started = True
        wait_until(lambda: self.parent, "apache2 to start")

    def stop(self):
        parent = self.parent
        self.run("service", "apache2", "stop", stdout=None, stderr=None)
        wait_until(lambda: not processes.is_alive(parent), "apache2 to stop", 60)
        self.started = False

    @property
    def parent(self):
        """The process that started all others; none: nobody has written its number."""
        file = self.path("/run/apache2/apache2.pid")
        return int(file.read_text()) if file.exists() else None

    @property
    def log(self):
        return self.path("/var/log/apache2/error.log").read_text()

    def connect(self, path, **fields):
        peer = Peer(socket.create_connection(("localhost", self.port)))
        return peer.upgrade(path, **fields)

    def page(self, path):
        with urllib.request.urlopen(f"http://localhost:{self.port}{path}", timeout=10) as answer:
            return answer.read().decode()

    def remove(self):
        if self.started:
            self.stop()
        self.chroot.remove()
