"""A clean Debian in a directory, made by mmdebstrap, and what runs in it.

Needs root. Without the right to mount, as in a plain container, it is on the disk, which takes
longer, and has no /proc.
"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

WORDS = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "HOME": "/root",
         "DEBIAN_FRONTEND": "noninteractive",
         **{name: value for name, value in os.environ.items() if name.lower().endswith("_proxy")}}


def run(*command, **fields):
    """What it says. AssertionError with all of it when it fails."""
    done = subprocess.run([str(word) for word in command], text=True, env=WORDS,
                          **{"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, **fields})
    assert done.returncode == 0, f"{command}: {done.returncode}\n{done.stdout}"
    return done.stdout


def mount(kind, where, options):
    """If that is possible here."""
    subprocess.run(["mount", "-t", kind, "-o", options, kind, where], stderr=subprocess.DEVNULL)


class Chroot:
    def __init__(self, parent, packages):
        """packages: what is installed from the mirror. Lists stay, for what is installed later."""
        release = dict(line.split("=", 1) for line in
                       Path("/etc/os-release").read_text().splitlines() if "=" in line)
        suite = release["VERSION_CODENAME"].strip('"')
        parent.mkdir(parents=True, exist_ok=True)
        self.root = Path(tempfile.mkdtemp(prefix="debian-", dir=parent))
        self.root.chmod(0o755)
        mount("tmpfs", self.root, "mode=755")
        run("mmdebstrap", "--quiet", "--variant=apt", "--include=" + ",".join(packages),
            "--skip=cleanup/apt/lists", suite, self.root)
        self.proc = self.root / "proc"
        mount("proc", self.proc, "defaults")

    def run(self, *command, **fields):
        return run("chroot", self.root, *command, **fields)

    def path(self, path):
        return self.root / str(path).lstrip("/")

    def copy(self, *files):
        """Into /tmp of it; their paths there."""
        return [f"/tmp/{Path(shutil.copy(file, self.path('/tmp'))).name}" for file in files]

    def files(self):
        """All paths but those of the kernel and of /tmp."""
        outside = {self.proc, self.root / "sys", self.root / "dev", self.root / "tmp"}
        found = set()
        for folder, folders, names in os.walk(self.root):
            folders[:] = [one for one in folders if Path(folder, one) not in outside]
            found |= {"/" + str(Path(folder, name).relative_to(self.root))
                      for name in folders + names}
        return found

    def remove(self):
        for mounted in (self.proc, self.root):
            if mounted.is_mount():
                run("umount", mounted)
        shutil.rmtree(self.root)
