"""mod_ws/docs/bad_input.md has every row, and names every row's tests."""

from . import rows


def test_every_row_is_in_the_table_once():
    assert len(rows.ALL) == 148
    assert [row for row, *_ in rows.table()] == rows.ALL


def test_every_row_has_a_test():
    tested = rows.tests().keys()
    assert set(rows.ALL) - tested == set(), "rows without a test"
    assert tested - set(rows.ALL) == set(), "tests of rows that there are not"


def test_the_table_names_every_test():
    found = rows.tests()
    wrong = [row for row, _, _, named in rows.table() if named != rows.cell(found.get(row, []))]
    assert not wrong, f"{wrong}: tests/httpd/bad_input/rows.py --write"
