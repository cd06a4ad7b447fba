"""PHP for a test's site: php-fpm of its own, or mod_php in a prefork httpd."""

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from . import build
from .waiting import limit, wait_until

MODULES = ("proxy", "proxy_fcgi")


def fpm_binary():
    folders = ("/usr/sbin", "/usr/local/sbin", "/usr/bin")
    found = [path for folder in folders for path in Path(folder).glob("php-fpm*")]
    return max(found, key=lambda path: [int(n) for n in re.findall(r"\d+", path.name)])


class Fpm:
    """A php-fpm. site(): the lines that let it run a site's PHP files."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="ws-fpm-"))
        self.folder.chmod(0o755)
        user = build.CHILD_USER
        as_user = f"user = {user}\ngroup = {user}\nlisten.owner = {user}\nlisten.group = {user}\n"
        (self.folder / "fpm.conf").write_text(
            f"[global]\nerror_log = {self.folder}/log\ndaemonize = no\n[tests]\n"
            f"{as_user if build.RUNS_AS_ROOT else ''}listen = {self.folder}/socket\n"
            "pm = static\npm.max_children = 4\n")
        self.process = subprocess.Popen(
            [fpm_binary(), "--nodaemonize", "--fpm-config", self.folder / "fpm.conf",
             *(["--allow-to-run-as-root"] if build.RUNS_AS_ROOT else [])],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until((self.folder / "socket").exists, "php-fpm's socket")

    def site(self):
        return ('<FilesMatch "\\.php$">\n'
                f'    SetHandler "proxy:unix:{self.folder}/socket|fcgi://localhost/"\n'
                "</FilesMatch>\n")

    def stop(self):
        self.process.terminate()
        self.process.wait(limit(10))
        shutil.rmtree(self.folder, ignore_errors=True)


class ModPhp:
    """For prefork only."""

    def site(self):
        return '<FilesMatch "\\.php$">\n    SetHandler application/x-httpd-php\n</FilesMatch>\n'

    def load(self):
        library = max(build.httpd_modules().glob("libphp*.so"))
        return f"LoadModule php_module {library}\n"
