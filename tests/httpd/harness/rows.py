#!/usr/bin/python3
"""Pages of mod_ws/docs that are tables of rows, and the rows' tests, which this writes into their last column.

A test names its rows: in pytest test_B1_R7_what, in C++ TEST(group, R7_What), in JavaScript test("R7_What".

Usage: rows.py --write
"""

import os
import re
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[2]
DOCS = TESTS.parent / "mod_ws" / "docs"
ROWS = r"(?:[A-Z]\d+(?:_|\b))+"
NAMES = {
    "httpd/**/test_*.py": rf"^def (test_({ROWS})\w*)",
    "unit/**/*_test.cpp": rf"^TEST\(\w+, (({ROWS})\w*)\)",
    "bus/*_test.cpp": rf"^TEST\(\w+, (({ROWS})\w*)\)",
    "js/*_test.mjs": rf"^test\(\"(({ROWS})\w*)\"",
}


class Page:
    """A page, and the rows that it must have: letter -> numbers, as they stand there."""

    def __init__(self, name, rows):
        self.path = DOCS / name
        self.rows = [f"{letter}{number}" for letter, numbers in rows.items() for number in numbers]
        self._line = rf"^(\| ([{''.join(rows)}]\d+) \| .* \| .* \| )(.*?) ?\|$"

    def table(self):
        """[(row, its tests as written)]."""
        return [(row, named) for _, row, named
                in re.findall(self._line, self.path.read_text(), re.MULTILINE)]

    def cell(self, found):
        """What the last column says about these tests."""
        return ", ".join(f"[{name}]({os.path.relpath(file, DOCS)})" for name, file in found)

    def write(self):
        found = tests()

        def line(match):
            return f"{match[1]}{self.cell(found.get(match[2], []))} |".replace("|  |", "| |")
        self.path.write_text(re.sub(self._line, line, self.path.read_text(), flags=re.MULTILINE))


def tests():
    """row -> [(test's name, its file)], by file and line."""
    found = {}
    for files, pattern in NAMES.items():
        for file in sorted(TESTS.glob(files)):
            for name, rows in re.findall(pattern, file.read_text(), re.MULTILINE):
                for row in rows.strip("_").split("_"):
                    found.setdefault(row, []).append((name, file))
    return found


def first(**counts):
    return {letter: range(1, count + 1) for letter, count in counts.items()}


PAGES = (
    Page("bad_input.md", first(A=45, B=31, C=12, D=14, E=11, F=13, G=11, H=8, I=3)),
    # Without those that wait for an engine that spans machines: R24 to R28, R30.
    Page("faults.md", {"R": (
        1, 2, 3, 5, 6, 7, 8, 9, 10, 36, 40, 41, 44, 48, 49, 4, 11, 12,
        13, 14, 15, 16, 43, 18, 19, 20, 21, 17, 22, 23, 33, 34, 35, 37, 50, 31, 32,
        29, 38, 39, 42, 45, 46, 47)}),
)


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit(__doc__)
    for page in PAGES:
        page.write()
