"""The blocks of a document."""

import pytest

from core.documents.document import Heading, Table, numeric_columns


def test_columns_of_numbers_are_known():
    rows = (("a", "0.912", "0.88 to 0.94", "12 %", "", "1a"), ("b", "1", "–0.1 to 0.3", "5", "", "2"))
    assert numeric_columns(Table(("n", "v", "i", "p", "e", "m"), rows)) == (False, True, True, True, False, False)


@pytest.mark.parametrize("cell", ["0,88 bis 0,94", "0,88 à 0,94", "0,88 a 0,94", "1\u202f200", "12\u00a0%", "1.200"])
def test_numbers_of_other_languages_are_numbers_too(cell):
    assert numeric_columns(Table(("n", "i"), (("a", cell),))) == (False, True)


@pytest.mark.parametrize("make", [lambda: Table(("a", "b"), (("c",),)), lambda: Table((), ()), lambda: Heading("x", 1)])
def test_impossible_blocks_are_refused(make):
    with pytest.raises(ValueError, match=r"table|heading"):
        make()
