"""A clean Debian in a directory, made by mmdebstrap, and what runs in it.

Needs root, and the right to mount: a server without /proc is none.
"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

WORDS = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "HOME": "/root",
         "DEBIAN_FRONTEND": "noninteractive",
         **{name: value for name, value in os.environ.items() if name.lower().endswith("_proxy")}}


def run(*command, wanted=0, **fields):
    """What it says. AssertionError with all of it when it ends with another status."""
    done = subprocess.run([str(word) for word in command], text=True, env=WORDS,
                          **{"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, **fields})
    assert done.returncode == wanted, f"{command}: {done.returncode}\n{done.stdout}"
    return done.stdout


def can_mount(folder):
    """Not in a plain container."""
    if os.geteuid() != 0:
        return False
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(["mount", "-t", "tmpfs", "tmpfs", folder], stderr=subprocess.DEVNULL)
    if done.returncode == 0:
        run("umount", folder)
    return done.returncode == 0


class Chroot:
    def __init__(self, parent, packages):
        """packages: what is installed from the mirror. Lists stay, for what is installed later."""
        release = dict(line.split("=", 1) for line in
                       Path("/etc/os-release").read_text().splitlines() if "=" in line)
        suite = release["VERSION_CODENAME"].strip('"')
        parent.mkdir(parents=True, exist_ok=True)
        self.root = Path(tempfile.mkdtemp(prefix="debian-", dir=parent))
        self.root.chmod(0o755)
        run("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", self.root)
        run("mmdebstrap", "--quiet", "--variant=apt", "--include=" + ",".join(packages),
            "--skip=cleanup/apt/lists", suite, self.root)
        self.proc = self.root / "proc"
        run("mount", "-t", "proc", "proc", self.proc)

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
        run("umount", self.proc, self.root)
        self.root.rmdir()
