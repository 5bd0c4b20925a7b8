"""Cells of CSV files."""

import pytest

from core.system.csv_text import quote_formula


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", "\rx"])
def test_no_cell_starts_a_formula(text):
    assert quote_formula(text).startswith("'")
