"""The package of a later version: the same but for its number, and for one plugin, echo, which
answers with that number."""

import re
import subprocess
from pathlib import Path

from harness.build import SOURCE


def make(package, version, folder):
    """package: a .deb. version: a text. Returns the new .deb."""
    tree, made = folder / "tree", folder / f"{version}.deb"
    subprocess.run(["dpkg-deb", "--raw-extract", package, tree], check=True)
    control = tree / "DEBIAN/control"
    control.write_text(re.sub(r"^Version: .*", f"Version: {version}", control.read_text(),
                              flags=re.M))
    subprocess.run(["cc", "-std=c99", "-shared", "-fPIC", f'-DEDITION="{version}"',
                    "-I", SOURCE / "plugin_sdk/include", Path(__file__).parent / "edition.c",
                    "-o", tree / "usr/lib/apache2/modules/websocket/echo.so"], check=True)
    subprocess.run(["dpkg-deb", "--root-owner-group", "-Zgzip", "-z1", "--build", tree, made],
                   check=True, capture_output=True)
    return made
