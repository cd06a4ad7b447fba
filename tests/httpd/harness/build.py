"""Where the things under test are: the build directory, httpd, its modules, the sanitizers."""

import functools
import os
import shutil
import subprocess
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[3]
BUILD = Path(os.environ.get("WS_BUILD_DIR", "build/release"))
if not BUILD.is_absolute():
    BUILD = SOURCE / BUILD

MODULE = BUILD / "modules" / "mod_websocket.so"
PLUGINS = BUILD / "modules" / "websocket"
SANITIZE = os.environ.get("WS_SANITIZE", "")

RUNS_AS_ROOT = os.geteuid() == 0
CHILD_USER = os.environ.get("WS_CHILD_USER", "www-data")


@functools.cache
def httpd_binary():
    for name in ("apache2", "httpd"):
        found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
        if found:
            return found
    raise RuntimeError("no httpd found: install apache2")


@functools.cache
def httpd_modules():
    """httpd's own module directory."""
    apxs = shutil.which("apxs") or shutil.which("apxs2")
    if apxs:
        return Path(subprocess.check_output([apxs, "-q", "LIBEXECDIR"], text=True).strip())
    return Path("/usr/lib/apache2/modules")


def plugin(name):
    """A plugin's .so: those of the module, else the tests' own, wherever CMake put them."""
    for folder in (PLUGINS, BUILD / "tests/sdk", BUILD / "tests/sdk/plugins",
                   BUILD / "modules/test_plugins", BUILD / "tests/httpd"):
        for candidate in (folder / f"{name}.so", folder / f"lib{name}.so"):
            if candidate.exists():
                return candidate
    raise RuntimeError(f"plugin {name} is not in {BUILD}: build it first")


def tool(name):
    """A helper program or module that tests/httpd/CMakeLists.txt builds."""
    path = BUILD / "tests" / "httpd" / name
    if not path.exists():
        raise RuntimeError(f"{path} is missing: build the target first")
    return path


def sanitizer_environment(report_prefix):
    """What httpd, itself not instrumented, needs to load an instrumented module."""
    if not SANITIZE:
        return {}
    runtime = "libtsan.so" if "thread" in SANITIZE else "libasan.so"
    # libstdc++ as well: the runtime looks for __cxa_throw at start, and httpd is written in C.
    libraries = [subprocess.check_output(["gcc", f"-print-file-name={name}"], text=True).strip()
                 for name in (runtime, "libstdc++.so.6")]
    # httpd and OpenSSL free little at exit, so that leaks are found by the memory tests instead.
    common = f"log_path={report_prefix}:abort_on_error=0:exitcode=99"
    return {
        "LD_PRELOAD": " ".join(libraries),
        "ASAN_OPTIONS": f"{common}:detect_leaks=0:detect_stack_use_after_return=1"
                        ":strict_string_checks=1:check_initialization_order=1",
        "UBSAN_OPTIONS": f"{common}:print_stacktrace=1:halt_on_error=1",
        "TSAN_OPTIONS": f"{common}:report_signal_unsafe=0",
    }
