"""What every server under measurement is: started in a private folder on free ports, on CPU 0."""

import contextlib
import shutil
import subprocess
import tempfile
from pathlib import Path

from runner import processes

SERVER_CPU = 0


class Server:
    name = ""  # for --only-server
    title = ""  # the column
    opaque = False  # repeats bytes without unmasking them
    kinds = ("echo", "fanout", "handshake", "idle")

    def __init__(self, build):
        self.build = build
        self.folder = None
        self.last_log = ""
        self._ports = {}
        self._started = []

    # ---- what each server says
    def missing(self):
        """Why this server cannot run here, or None."""
        return None

    def launch(self, connections):
        """Starts what listens on port(False) and port(True), with room for so many connections."""
        raise NotImplementedError

    def path(self, kind):
        """What to ask for: by a row's kind, or "publish"."""
        return {"fanout": "/fanout/subscribe", "publish": "/fanout/publish",
                "quiet": "/fanout/quiet", "recover": "/fanout/recover"}.get(kind, "/echo")

    def idle_connections(self, wanted):
        return wanted

    # ---- what is the same for all
    def cannot(self, row):
        """Why this row does not apply, or None."""
        return None if row.kind in self.kinds else "n/a"

    def port(self, tls):
        return self._ports[tls]

    def pids(self):
        return [process.pid for process in self._started]

    @contextlib.contextmanager
    def running(self, connections):
        self.folder = Path(tempfile.mkdtemp(prefix=f"bench-{self.name}-"))
        self.folder.chmod(0o755)
        self._ports = {tls: processes.free_port() for tls in (False, True)}
        try:
            self._make_certificate()
            self.launch(connections)
            yield
        finally:
            for process in reversed(self._started):
                processes.stop(process)
            self._started = []
            self.last_log = "".join(log.read_text(errors="replace")[-2000:]
                                    for log in sorted(self.folder.glob("*.log")))
            shutil.rmtree(self.folder)

    def start(self, command, *ports, **more):
        """Starts one process (with its children) and waits until it listens on all `ports`."""
        with open(self.folder / f"{Path(str(command[0])).name}.log", "ab") as log:
            process = processes.start(command, SERVER_CPU, log, **more)
        self._started.append(process)
        for port in ports:
            processes.wait_for_port(process, port)

    @property
    def certificate(self):
        return self.folder / "cert.pem"

    @property
    def key(self):
        return self.folder / "key.pem"

    def _make_certificate(self):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30",
                        "-subj", "/CN=localhost", "-keyout", self.key, "-out", self.certificate],
                       check=True, capture_output=True)
