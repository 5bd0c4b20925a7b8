"""Letters on paper."""

import pytest

from core.documents.fonts import escape_undrawable, text_width


def test_characters_without_a_glyph_are_escaped_and_wide_spaces_kept():
    assert escape_undrawable("é — ≥ 肺") == r"é — ≥ \u80BA"
    assert escape_undrawable("a  b") == "a \u00a0b"
    assert text_width("ii", 10) == pytest.approx(2 * text_width("i", 10))
