"""The RPM packages: the spec, and what it packs of this build."""

import re
import subprocess

import pytest
from conftest import BUILD, TOP

SPEC = BUILD / "conf/packages/mod_websocket.spec"


@pytest.fixture(scope="module")
def rpms(tmp_path_factory):
    """name -> .rpm: the spec without %prep and %build, on what is built already."""
    top = tmp_path_factory.mktemp("rpm")
    source, spec = top / "source", top / "mod_websocket.spec"
    source.mkdir()
    (source / "build").symlink_to(BUILD)
    for name in ("LICENSE", "README.md", "mod_ws", "conf"):
        (source / name).symlink_to(TOP / name)
    spec.write_text(re.sub(r"(?ms)^%(prep|build)$.*?(?=^%(build|install)$)", r"%\1\n",
                           SPEC.read_text()))
    done = subprocess.run(
        ["rpmbuild", "-bb", "--nodeps", "--define", f"_topdir {top}",
         "--define", f"_builddir {source}", "--define", "_httpd_moddir /usr/lib/apache2/modules",
         "--define", "debug_package %{nil}", spec], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return {re.sub(r"-[^-]*-[^-]*$", "", file.name): file for file in top.rglob("*.rpm")}


def query(what, rpm):
    return subprocess.check_output(["rpm", "-qp", what, rpm], text=True)


def test_rpmlint_finds_no_error():
    done = subprocess.run(["rpmlint", SPEC], capture_output=True, text=True)
    assert done.returncode == 0 and " 0 errors" in done.stdout, done.stdout


def test_packs_what_the_debian_packages_have(rpms, packages):
    assert sorted(rpms) == ["mod_websocket", "mod_websocket-devel", "php-mod-websocket-publisher"]
    packed = {path for rpm in rpms.values() for path in query("--list", rpm).split()}
    own = ("/etc/", "/usr/share/doc/", "/usr/share/lintian/", "/usr/share/php/",
           "/usr/share/javascript/", "/usr/share/nodejs/")
    for package in packages.values():
        for line in subprocess.check_output(["dpkg-deb", "-c", package], text=True).splitlines():
            path = line.split()[5].lstrip(".").removesuffix(".gz")
            if not path.endswith("/") and not path.startswith(own):
                assert path in packed, path


def test_installing_and_removing_reload_gracefully(rpms):
    """httpd.service of these distributions reloads by httpd -k graceful."""
    scripts = dict(re.findall(r"(?ms)^(\w+) scriptlet .*?:\n(.*?)(?=^\w+ scriptlet|\Z)",
                              query("--scripts", rpms["mod_websocket"])))
    assert sorted(scripts) == ["posttrans", "postuninstall"]
    for script in scripts.values():
        assert "systemctl try-reload-or-restart httpd.service" in script
