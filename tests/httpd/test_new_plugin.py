"""A package replaces a plugin's .so while the server runs: after a graceful restart new connections
run on the new code, and those from before end on the old."""

import os
import shutil
import signal

import pytest

from harness import build
from harness.config import location
from harness.peer import Ended
from harness.waiting import wait_until


def install(source, target):
    """As dpkg does: a new file takes the old one's name."""
    shutil.copy(build.plugin(source), f"{target}.new")
    os.chmod(f"{target}.new", 0o644)
    os.rename(f"{target}.new", target)


def version(peer):
    peer.text("which?")
    return peer.read_message()


# kind: one that the loader can take from memory, or not.
@pytest.mark.parametrize("kind", ("version", "stays"))
@pytest.mark.parametrize("by", ("name", "path"))
def test_R5_replaced_plugin(start_httpd, tmp_path, kind, by):
    folder = tmp_path / "plugins"
    folder.mkdir()
    for place in (tmp_path, folder):
        place.chmod(0o755)
    path = folder / "versioned.so"
    install(f"{kind}_1", path)
    main = f"WebSocketDrain off\nWebSocketPluginDir {folder}\n"
    plugin = "versioned" if by == "name" else str(path)
    server = start_httpd(location("/ws/version", plugin=plugin), bystander=False, main=main,
                         child_limit=16, allowed=[r"AH00171|AH00493|AH10460"])
    peers = {"1": server.connect("/ws/version")}
    for number in ("2", "1 again"):
        install(f"{kind}_{number[0]}", path)
        assert all(version(peer) == name[0] for name, peer in peers.items())
        server.signal(signal.SIGUSR1)

        def renewed(wanted=number[0]):
            try:
                peer = server.connect("/ws/version")
                if version(peer) == wanted:
                    return peer
            except (AssertionError, OSError, Ended):
                return None
            peer.abandon()
            return None
        peers[number] = wait_until(renewed, "the new code", 20)
    for name, peer in peers.items():
        assert version(peer) == name[0]
        peer.close()
        peer.abandon()
