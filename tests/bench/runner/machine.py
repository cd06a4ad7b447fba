"""What the figures depend on: the machine and the versions of what is measured."""

import json
import os
import platform
import re
import subprocess
from pathlib import Path

from . import places


def _says(pattern, *command):
    """The first group of `pattern` in what the command prints, or None."""
    if not command[0]:
        return None
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    found = re.search(pattern, done.stdout)
    return found.group(1) if found else None


def facts():
    """name -> text; what is not installed is not listed."""
    cpu = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    node_modules = places.node_modules()
    package = node_modules and json.loads((node_modules / "ws/package.json").read_text())
    found = {
        "CPU": f"{cpu.group(1) if cpu else platform.machine()} ({os.cpu_count()} cores)",
        "kernel": platform.release(),
        "httpd": _says(r"Apache/([\d.]+)", places.find_program("apache2", "httpd"), "-v"),
        "OpenSSL": _says(r"OpenSSL ([\w.]+)", "openssl", "version"),
        "node": _says(r"v([\d.]+)", places.find_program("node"), "--version"),
        "ws": package["version"] if package else None,
        "nginx": _says(r"nginx/([\d.]+)", places.find_program("nginx"), "-v"),
        "load at start": f"{os.getloadavg()[0]:.2f}",
    }
    return {name: value for name, value in found.items() if value}
