"""The packages of this build, and the clean Debian that they come into."""

import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOP / "tests/httpd"), str(Path(__file__).parent)]
from chroot import Chroot, can_mount  # noqa: E402
from debian import Debian  # noqa: E402
from harness.build import BUILD  # noqa: E402

NAMES = ["libapache2-mod-websocket", "libapache2-mod-websocket-dev", "libjs-mod-websocket",
         "php-mod-websocket-publisher"]


@pytest.fixture(scope="session")
def packages():
    """name -> .deb, as cpack made them just now."""
    for file in BUILD.glob("packages/*.deb"):
        file.unlink()
    subprocess.run(["cpack"], cwd=BUILD, check=True, capture_output=True)
    made = {file.name.split("_")[0]: file for file in BUILD.glob("packages/*.deb")}
    assert sorted(made) == NAMES
    return made


@pytest.fixture(scope="session")
def debian():
    """With a running apache2 that knows nothing of WebSockets yet."""
    if not can_mount(BUILD / "tests/packages/mount"):
        pytest.skip("a Debian of its own takes root, and the right to mount")
    made = Debian(Chroot(BUILD / "tests/packages", ["apache2", "php-cli"]))
    yield made
    made.remove()
