"""Two thousand open connections on a server with 25 workers, half of them wss; meanwhile PHP
answers on the same ports."""

import shutil
import subprocess
import threading
import time

import pytest

from harness import build, processes
from harness.config import location
from harness.waiting import limit, wait_until

COUNT = 2000
PAGE = "<?php echo 'PHP says ', 6 * 7, ' in ', PHP_SAPI;"


class PhpFpm:
    """A php-fpm of the test's own, on a socket in `folder`."""

    def __init__(self, folder):
        binary = next(filter(None, map(shutil.which, (
            "php-fpm", "php-fpm8.2", "php-fpm8.3", "php-fpm8.4", "/usr/sbin/php-fpm8.2"))), None)
        assert binary, "install php-fpm"
        self.socket = folder / "run" / "php.sock"
        user = build.CHILD_USER
        owner = (f"user = {user}\ngroup = {user}\nlisten.owner = {user}\n"
                 if build.RUNS_AS_ROOT else "")
        (folder / "conf" / "php-fpm.conf").write_text(
            f"[global]\nerror_log = {folder}/logs/php.log\ndaemonize = no\n[www]\n{owner}"
            f"listen = {self.socket}\npm = static\npm.max_children = 3\n")
        self.process = subprocess.Popen([binary, "-n", "-y", folder / "conf" / "php-fpm.conf"],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(self.socket.exists, "php-fpm")

    def stop(self):
        self.process.terminate()
        self.process.wait(limit(10))


class Visitor(threading.Thread):
    """Fetches the PHP page again and again, and remembers how long it took at most."""

    def __init__(self, server):
        super().__init__(daemon=True)
        self.server, self.is_over = server, threading.Event()
        self.visits, self.slowest, self.failure = 0, 0.0, None

    def run(self):
        try:
            while not self.is_over.is_set():
                begin = time.monotonic()
                answer = self.server.get("/page.php", "ws" if self.visits % 2 else "wss")
                assert answer[0] == 200 and "PHP says 42" in answer[1], answer
                self.slowest = max(self.slowest, time.monotonic() - begin)
                self.visits += 1
        except Exception as failure:  # noqa: BLE001
            self.failure = failure

    def finish(self):
        self.is_over.set()
        self.join(limit(15))
        assert self.failure is None, self.failure
        assert self.visits > 10


def mod_php_modules():
    return sorted(build.httpd_modules().glob("libphp*.so"))


@pytest.fixture
def server(start_httpd, mpm):
    settings = {"children": 5} if mpm == "prefork" else {"children": 1, "threads": 25}
    site, load = location("/ws/echo"), ""
    if mpm == "prefork":
        libraries = mod_php_modules()
        if not libraries:
            pytest.fail("install libapache2-mod-php")
        load = f"LoadModule php_module {libraries[-1]}\n"
        site += '<FilesMatch "\\.php$">\nSetHandler application/x-httpd-php\n</FilesMatch>\n'
    else:
        site += ('<FilesMatch "\\.php$">\nSetHandler "proxy:unix:@ROOT@/run/php.sock|fcgi://x"\n'
                 "</FilesMatch>\n")
    server = start_httpd(site, load=load, modules=("proxy", "proxy_fcgi"), bystander=False,
                         **settings)
    (server.folder / "htdocs" / "page.php").write_text(PAGE)
    fpm = PhpFpm(server.folder) if mpm != "prefork" else None
    yield server
    if fpm:
        fpm.stop()


def test_R43_two_thousand_connections(server, capsys):
    assert "PHP says 42" in server.get("/page.php")[1]
    pids = server.children()
    peers = {scheme: [] for scheme in ("ws", "wss")}
    visitor = Visitor(server)
    visitor.start()
    memory = {}
    context = server.client_context()
    for scheme, group in peers.items():
        for _ in range(20):  # what the first ones cost once
            group.append(server.open(scheme, **({"context": context} if scheme == "wss" else {})
                                     ).upgrade())
        before = server.memory()
        while len(group) < COUNT // 2:
            group.append(server.open(scheme, **({"context": context} if scheme == "wss" else {})
                                     ).upgrade())
        memory[scheme] = (server.memory() - before) / (COUNT // 2 - 20)
    everybody = [peer for group in peers.values() for peer in group]
    for turn in range(2):
        for number, peer in enumerate(everybody):
            peer.text(f"{turn}.{number}")
        for number, peer in enumerate(everybody):
            assert peer.read_message() == f"{turn}.{number}"
    idle_memory = sum(map(processes.proportional_memory, server.children()))
    for scheme in ("ws", "wss"):
        assert server.get("/page.php", scheme) == server.get("/page.php", scheme)
    visitor.finish()
    with capsys.disabled():
        print(f"\n{server.mpm}: {len(everybody)} connections; memory each: ws "
              f"{memory['ws'] / 1024:.1f} KiB, wss {memory['wss'] / 1024:.1f} KiB; all children: "
              f"{idle_memory / 2**20:.1f} MiB (Pss); PHP page: {visitor.visits} visits meanwhile, "
              f"slowest {visitor.slowest * 1000:.0f} ms")
    assert visitor.slowest < limit(3)
    if not build.SANITIZE:
        assert memory["ws"] < 4096 and memory["wss"] < 40960
    for peer in everybody:
        peer.close_frame(1000)
    for peer in everybody:
        peer.expect_close(1000)
        peer.abandon()
    wait_until(lambda: sum(server.sockets().values()) < 40, "the sockets' end", 30)
    assert server.children() == pids
