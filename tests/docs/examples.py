#!/usr/bin/python3
"""Tries the examples of the documents: C, C++ and PHP blocks compile, httpd takes each configuration.

Usage: examples.py code | examples.py configurations BUILD-DIRECTORY
"""
import subprocess
import sys
import tempfile
from pathlib import Path

import check

sys.path.insert(0, str(check.TOP / "tests/httpd"))
from harness.build import httpd_binary, httpd_modules  # noqa: E402

# What the examples use beside the module itself.
MODULES = ["mpm_event", "authn_core", "authn_file", "auth_basic", "authz_core", "authz_groupfile", "authz_host",
           "authz_user", "alias", "dir", "headers", "mime", "reqtimeout", "remoteip", "proxy", "proxy_http", "ssl",
           "socache_shmcb"]
COMPILERS = {"cpp": ["c++", "-std=c++20"], "c": ["cc", "-std=c99"]}


def compile_code(language, text):
    command = [*COMPILERS[language], "-x", {"cpp": "c++"}.get(language, language), "-fsyntax-only",
               "-Wall", "-Wextra", "-Wpedantic", "-Werror", f"-I{check.TOP}/plugin_sdk/include", "-"]
    return subprocess.run(command, input=text, text=True, capture_output=True)


def lint_php(text):
    """A block without <?php is a piece of a file that begins so."""
    whole = text if text.startswith("<?php") else "<?php " + text
    return subprocess.run(["php", "-n", "-l"], input=whole, text=True, capture_output=True)


def code_examples():
    for name in check.documents():
        for language in COMPILERS:
            for line, text in check.blocks(name, language):
                yield f"{name}:{line}", compile_code(language, text)
        for line, text in check.blocks(name, "php"):
            yield f"{name}:{line}", lint_php(text)


def test_configuration(root, text):
    lines = ["ServerName localhost", "Listen 1", f'PidFile "{root}/pid"', f'DocumentRoot "{root}"',
             f'DefaultRuntimeDir "{root}"', f'ErrorLog "{root}/error.log"', "User www-data"]
    mpm = "mpm_prefork" if "SpareServers" in text else "mpm_event"
    for name in [mpm, *MODULES[1:]]:
        lines.append(f"LoadModule {name}_module {httpd_modules()}/mod_{name}.so")
    if "LoadModule websocket_module" not in text:
        lines.append("LoadModule websocket_module modules/mod_websocket.so")
    for path in check.OF_HTTPD:
        key = root / path
        key.touch(0o600)
        key.write_text("0123456789abcdef" * 4 + "\n")
    # Debian's runtime directory is there as soon as httpd has run.
    lines.append(text.replace("/run/apache2", str(root)))
    (root / "httpd.conf").write_text("\n".join(lines))
    return subprocess.run([httpd_binary(), "-t", "-d", str(root), "-f", str(root / "httpd.conf")],
                          text=True, capture_output=True)


def configuration_examples(build):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "modules").symlink_to(build / "modules")
        (root / "run").mkdir()
        (root / "conf").mkdir()
        (root / "logs").mkdir()
        for path in sorted((check.TOP / "conf/examples").glob("*.conf")):
            yield str(path.relative_to(check.TOP)), test_configuration(root, path.read_text())
        for name in check.documents():
            for line, text in check.blocks(name, "apache"):
                yield f"{name}:{line}", test_configuration(root, text)


def main():
    if sys.argv[1:] == ["code"]:
        results = list(code_examples())
    elif len(sys.argv) == 3 and sys.argv[1] == "configurations":
        results = list(configuration_examples(Path(sys.argv[2]).resolve()))
    else:
        sys.exit(__doc__)
    faults = [(place, done) for place, done in results if done.returncode]
    for place, done in faults:
        print(f"{place}:\n{done.stdout}{done.stderr}")
    print(f"{len(results)} examples, {len(faults)} with faults")
    return 1 if faults or not results else 0


if __name__ == "__main__":
    sys.exit(main())
