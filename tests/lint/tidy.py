#!/usr/bin/python3
"""Runs clang-tidy over what is shipped, on all cores. Usage: tidy.py BUILD-DIRECTORY

What was clean is not looked at again until its source, a header of it or the settings change:
the build directory keeps a note of each clean file, named by the digest of all that.
"""

import hashlib
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
SHIPPED = ("mod_ws", "plugin_sdk", "plugins")
ONLY_GCC = (" -fno-gnu-unique", " -Wno-restrict")


def commands(build):
    """source -> its entry in compile_commands.json, in clang's words."""
    found = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        source = Path(entry["file"])
        if source.is_relative_to(TOP) and source.relative_to(TOP).parts[0] in SHIPPED:
            for flag in ONLY_GCC:
                entry["command"] = entry["command"].replace(flag, "")
            found[source] = entry
    return found


def dependencies(build):
    """object file -> all that was read to make it, as ninja has noted."""
    found, name = {}, None
    notes = subprocess.run(["ninja", "-C", build, "-t", "deps"], capture_output=True, text=True)
    for line in notes.stdout.splitlines():
        if line.startswith(" "):
            found[name].append(line.strip())
        elif line:
            name = line.partition(":")[0]
            found[name] = []
    return found


def digest(entry, build, read, contents={}):
    """Of everything the verdict depends on; None for a file that was not built, or not since."""
    made = entry["command"].split(" -o ")[1].split()[0]
    if made not in read:
        return None
    total = hashlib.sha256(f"{entry['command']}\n".encode())
    for path in [entry["file"], TOP / ".clang-tidy", *read[made]]:
        path = build / path
        if not path.exists():  # a header of before
            return None
        if path not in contents:
            contents[path] = hashlib.sha256(path.read_bytes()).digest()
        total.update(contents[path])
    return total.hexdigest()


def main():
    build = Path(sys.argv[1]).resolve()
    notes = build / "lint"
    notes.mkdir(exist_ok=True)
    entries = commands(build)
    (notes / "compile_commands.json").write_text(json.dumps(list(entries.values())))
    read = dependencies(build)
    wanted = {source: digest(entry, build, read) for source, entry in entries.items()}
    known = {path.name for path in notes.iterdir()}
    for stale in known - {*wanted.values(), "compile_commands.json"}:
        (notes / stale).unlink()

    def check(source):
        done = subprocess.run(["clang-tidy", "--quiet", "-p", notes, source], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        if done.returncode == 0 and wanted[source]:
            (notes / wanted[source]).touch()
        elif done.returncode != 0:
            print(done.stdout or f"{source}: clang-tidy ended with {done.returncode}", flush=True)
        return done.returncode == 0

    unknown = [source for source, mark in wanted.items() if mark not in known]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        clean = sum(pool.map(check, unknown))
    print(f"{len(wanted)} files, {len(unknown)} looked at, {len(unknown) - clean} with findings")
    return clean != len(unknown)


if __name__ == "__main__":
    sys.exit(main())
