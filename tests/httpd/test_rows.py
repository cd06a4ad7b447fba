"""The tables of mod_ws/docs have every row, and name every row's tests."""

import pytest

from harness import rows


@pytest.fixture(params=rows.PAGES, ids=lambda page: page.path.stem)
def page(request):
    return request.param


def test_every_row_is_in_its_table_once(page):
    assert [row for row, _ in page.table()] == page.rows


def test_every_row_has_a_test(page):
    assert set(page.rows) - rows.tests().keys() == set()


def test_every_test_has_a_row():
    known = {row for page in rows.PAGES for row in page.rows}
    assert rows.tests().keys() - known == set()


def test_the_tables_name_every_test(page):
    found = rows.tests()
    wrong = [row for row, named in page.table() if named != page.cell(found.get(row, []))]
    assert not wrong, f"{wrong}: tests/httpd/harness/rows.py --write"
