"""Letters on paper."""

import pytest

from core.documents.fonts import escape_undrawable, text_width


def test_characters_without_a_glyph_are_escaped_and_wide_spaces_kept():
    assert escape_undrawable("é — ≥ 肺") == r"é — ≥ \u80BA"
    assert escape_undrawable("a  b") == "a \u00a0b"


@pytest.mark.parametrize(
    "text",
    [
        "¿Cuál es el diagnóstico? ¡Atención! Niñas, pingüino, «señal»",
        "Cœur élargi à gauche ; où ça ? Noël, naïve, août, « film »",
        "Coração, pulmões, avaliação, três, avô, pinguim, você à tarde",
        "Größe, Übersicht, „Aufnahme“, 12\u00a0%, 1\u202f234,5",
    ],
)
def test_the_languages_of_the_program_can_be_drawn(text):
    assert escape_undrawable(text) == text
    assert text_width("ii", 10) == pytest.approx(2 * text_width("i", 10))
