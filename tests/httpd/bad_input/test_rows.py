"""ROWS.md and the tests name the same rows."""

import re
from pathlib import Path

FOLDER = Path(__file__).parent
ROW = r"[A-H]\d+"


def test_every_row_has_a_test():
    table = re.findall(rf"^\| ({ROW}) \| (.*) \|$", (FOLDER / "ROWS.md").read_text(), re.MULTILINE)
    rows = {row for row, text in table if "later" not in text}
    assert len(rows) > 100
    tested = set()
    for file in FOLDER.parent.rglob("test_*.py"):
        for names in re.findall(rf"^def test_((?:{ROW}[_(])+)", file.read_text(), re.MULTILINE):
            tested |= set(names[:-1].split("_"))
    assert rows - tested == set(), "rows without a test"
    assert tested - {row for row, _ in table} == set(), "tests of rows that are not in ROWS.md"
