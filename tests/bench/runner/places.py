"""Where things are: the source tree, the build, httpd's modules, the npm packages."""

import functools
import os
import shutil
import subprocess
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[3]
BENCH = SOURCE / "tests" / "bench"
RUNS_AS_ROOT = os.geteuid() == 0
CHILD_USER = "www-data"  # of httpd's and nginx's children when started as root


def find_program(*names):
    """The first of `names` that is installed, or None. Servers are in sbin."""
    path = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"
    return next(filter(None, (shutil.which(name, path=path) for name in names)), None)


@functools.cache
def httpd_modules():
    apxs = find_program("apxs", "apxs2")
    if apxs:
        return Path(subprocess.check_output([apxs, "-q", "LIBEXECDIR"], text=True).strip())
    return Path("/usr/lib/apache2/modules")


@functools.cache
def node_modules():
    """A folder with the npm package `ws`, or None."""
    for folder in (os.environ.get("NODE_PATH"), SOURCE / "tests" / "npm" / "node_modules"):
        if folder and (Path(folder) / "ws" / "package.json").exists():
            return Path(folder)
    return None


class Build:
    """One build directory, and what the benchmarks need of it."""

    def __init__(self, folder):
        self.folder = Path(folder).resolve()
        self.module = self.folder / "modules" / "mod_websocket.so"
        self.echo_plugin = self.folder / "modules" / "websocket" / "echo.so"
        self.fanout_plugin = self.folder / "bench" / "fanout.so"
        self.load = self.folder / "bench" / "bench_load"
        self.limit = self.folder / "bench" / "bench_limit"

    def make(self):
        """Configures once and builds; raises CalledProcessError."""
        if not (self.folder / "CMakeCache.txt").exists():
            subprocess.run(["cmake", "--preset", "release", "-B", str(self.folder)], cwd=SOURCE,
                           check=True, stdout=subprocess.DEVNULL)
        for targets in (("bench_load", "bench_limit"), ("mod_websocket", "echo", "bench_fanout")):
            subprocess.run(["cmake", "--build", str(self.folder), "-j2", "--target", *targets],
                           check=True, stdout=subprocess.DEVNULL)
