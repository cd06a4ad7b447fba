#!/usr/bin/python3
"""The table of mod_ws/docs/bad_input.md: its rows, and their tests, which this writes into its last column.

Usage: rows.py --write
"""

import os
import re
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
PAGE = TESTS.parents[1] / "mod_ws" / "docs" / "bad_input.md"
GROUPS = {"A": 45, "B": 31, "C": 12, "D": 14, "E": 11, "F": 13, "G": 11, "H": 8, "I": 3}
ALL = [f"{group}{number}" for group, count in GROUPS.items() for number in range(1, count + 1)]
ROW = r"[A-I]\d+"


def tests():
    """row -> [(test's name, its file)], by file and line. test_B1_B2_name is a test of both rows."""
    found = {}
    for file in sorted(TESTS.rglob("test_*.py")):
        for name in re.findall(rf"^def (test_{ROW}\w*)", file.read_text(), re.MULTILINE):
            for row in re.match(rf"test((?:_{ROW}(?=_|$))+)", name)[1].strip("_").split("_"):
                found.setdefault(row, []).append((name, file))
    return found


def table():
    """[(row, input, what must happen, tests as written)] of the page."""
    return re.findall(rf"^\| ({ROW}) \| (.*) \| (.*) \| (.*?) ?\|$", PAGE.read_text(), re.MULTILINE)


def cell(found):
    """What the last column says about these tests."""
    return ", ".join(f"[{name}]({os.path.relpath(file, PAGE.parent)})" for name, file in found)


def write():
    found = tests()

    def line(match):
        return f"{match[1]}{cell(found.get(match[2], []))} |".replace("|  |", "| |")
    PAGE.write_text(re.sub(rf"^(\| ({ROW}) \| .* \| .* \| ).*\|$", line, PAGE.read_text(),
                           flags=re.MULTILINE))


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit(__doc__)
    write()
