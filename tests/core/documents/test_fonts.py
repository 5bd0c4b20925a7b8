"""Letters on paper."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.documents.fonts import break_long_words, escape_undrawable, text_width


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


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("short.png", ["short.png"]),
        ("ward-7/PNEUMONIA/person1947_x_4876.jpeg", ["ward-7/PNEUMONIA/", "person1947_x_", "4876.jpeg"]),
        ("Übersicht-Müller_1234567890.dcm", ["Übersicht-Müller_", "1234567890.dcm"]),
        (r"\u80F8\u90E8\u7DDA\u5199.png", [r"\u80F8\u90E8\u7DDA", r"\u5199.png"]),
        ("1.2.826.0.1.3680043.8.498.123", ["1.2.826.0.1.3680043.", "8.498.123"]),
        ("to see: ward-7/PNEUMONIA/person1947_x.jpeg", ["to see: ward-7/PNEUMONIA/", "person1947_x.jpeg"]),
    ],
)
def test_names_are_broken_between_their_parts(name, lines):
    assert break_long_words(name, text_width("m" * 12, 8), 8).split("\n") == lines


@given(st.text(st.sampled_from("aWü_-/\\.8 \n")), st.floats(10, 200))
def test_no_line_is_too_wide_and_nothing_is_lost(text, width):
    broken = break_long_words(text, width, 8)
    assert broken.replace("\n", "") == text.replace("\n", "")
    assert all(text_width(word, 8) <= width for line in broken.split("\n") for word in line.split(" "))
