"""cmake --install: everything is where httpd, CMake and pkg-config look for it, and works there."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests/httpd"))
from harness.build import BUILD, httpd_binary, httpd_modules  # noqa: E402

PLUGINS = ["chat", "echo", "notifications"]


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The root below which it was installed."""
    root = tmp_path_factory.mktemp("destination")
    subprocess.run(["cmake", "--install", BUILD], check=True, capture_output=True,
                   env={**os.environ, "DESTDIR": str(root)})
    return root


def below(root, path):
    return root / str(path).lstrip("/")


def prefix(root):
    """Where the SDK went, by its main header."""
    header = next(root.rglob("include/wsp/plugin.h"))
    return header.parents[2]


def test_module_and_plugins_are_beside_httpds_modules(installed):
    modules = below(installed, httpd_modules())
    assert (modules / "mod_websocket.so").is_file()
    assert sorted(path.stem for path in (modules / "websocket").iterdir()) == PLUGINS


def test_nothing_is_installed_by_accident(installed):
    modules = below(installed, httpd_modules())
    at = prefix(installed)
    places = [modules, at / "include/wsp", *at.rglob("cmake/wsp"), *at.rglob("pkgconfig"),
              at / "share/wsp", at / "share/mod_websocket"]
    tool = {at / "bin/wsctl", at / "share/man/man1/wsctl.1"}
    assert all(path.is_file() for path in tool)
    for path in installed.rglob("*"):
        if path.is_file() and path not in tool:
            assert any(place in path.parents for place in places), path


def test_httpd_finds_the_plugins_beside_the_module(installed, tmp_path):
    module = below(installed, httpd_modules()) / "mod_websocket.so"
    lines = ["ServerName localhost", "Listen 1", f'DefaultRuntimeDir "{tmp_path}"',
             f'ErrorLog "{tmp_path}/error.log"',
             f"LoadModule mpm_event_module {httpd_modules()}/mod_mpm_event.so",
             f"LoadModule authz_core_module {httpd_modules()}/mod_authz_core.so",
             f'LoadModule websocket_module "{module}"']
    for name in PLUGINS:
        lines.append(f'<Location "/{name}">\nWebSocketPlugin {name}\n</Location>')
    (tmp_path / "httpd.conf").write_text("\n".join(lines) + "\n")
    done = subprocess.run([httpd_binary(), "-t", "-f", tmp_path / "httpd.conf"],
                          capture_output=True, text=True)
    assert "Syntax OK" in done.stderr, done.stderr


def test_no_library_remembers_the_build_directory(installed):
    for library in [*installed.rglob("*.so"), prefix(installed) / "bin/wsctl"]:
        dynamic = subprocess.check_output(["readelf", "-d", library], text=True)
        assert "RPATH" not in dynamic and "RUNPATH" not in dynamic, library


def test_pkg_config_names_the_headers(installed):
    directory = next(installed.rglob("wsp.pc")).parent
    flags = subprocess.check_output(
        ["pkg-config", "--cflags", "wsp"], text=True,
        env={**os.environ, "PKG_CONFIG_PATH": str(directory)}).split()
    assert any((Path(flag[2:]) / "wsp/plugin.h").is_file() for flag in flags if flag[:2] == "-I")


def test_the_chats_page_comes_along(installed):
    page = prefix(installed) / "share/mod_websocket/chat/index.html"
    assert "<script" in page.read_text()


def test_pages_find_what_they_import(installed):
    share = prefix(installed) / "share/mod_websocket"
    assert (share / "chat/index.html").is_file()
    for module in share.rglob("*.js"):
        for target in re.findall(r'(?:from|import) "([^"]+)"', module.read_text()):
            path = target.replace("../websocket-client/", "../js/")
            assert (module.parent / path).is_file(), f"{module} imports {target}"


def test_the_php_package_works_where_it_is(installed):
    package = prefix(installed) / "share/mod_websocket/php"
    code = f'require "{package}/autoload.php"; echo ModWebSocket\\Message::json([1])->body;'
    assert subprocess.check_output(["php", "-n", "-r", code], text=True) == "[1]"


def test_wsctl_runs_and_its_manual_has_all_its_options(installed):
    program = prefix(installed) / "bin/wsctl"
    said = subprocess.check_output([program, "--help"], text=True)
    manual = (prefix(installed) / "share/man/man1/wsctl.1").read_text().replace("\\-", "-")
    options = set(re.findall(r"--[a-z-]+", said))
    assert len(options) > 15
    assert options <= set(re.findall(r"--[a-z-]+", manual))
    page = (TOP / "mod_ws/docs/wsctl.md").read_text()
    for command in re.findall(r"^  wsctl (\w+)", said, re.M):
        assert f"| `{command} " in page and f" {command}" in manual, command
    assert subprocess.check_output([program, "--version"], text=True).startswith("wsctl ")
