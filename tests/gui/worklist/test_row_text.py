"""The words of one row."""

import pytest

from core.screening.reader_calls import UNSURE, compare_call
from gui.worklist.row_text import build_row_text
from tests.gui.worklist.examples import call, failed, refused, scored


def words(row, made=None, is_hidden=False, name="film.png"):
    return build_row_text(row, name, made, compare_call(made, row.film, row.label), is_hidden)


def test_an_answer_has_a_mark_and_a_word():
    text = words(scored("film.png", 0.9))
    assert (text.mark, text.answer, text.reader, text.sentence) == ("▲", "likely", "", "film.png: likely.")


@pytest.mark.parametrize(
    ("reader", "film", "shown", "spoken"),
    [
        ("PNEUMONIA", "", "PNEUMONIA", "The reader agreed: PNEUMONIA"),
        ("NORMAL", "", "≠ NORMAL", "The reader disagreed: NORMAL"),
        (UNSURE, "", "? unsure", "The reader was unsure"),
        ("NORMAL", "old", "↺ NORMAL", "The reader called an earlier version of this film: NORMAL"),
        ("", "", "", "film.png: likely; note: see"),
    ],
)
def test_the_reader_s_call_is_marked_and_spoken(reader, film, shown, spoken):
    text = words(scored("film.png", 0.9, film="new" if film else ""), call("film.png", reader, "see", film))
    assert text.reader == shown
    assert spoken in text.sentence
    assert text.note == "see"
    assert ("earlier version" in text.tooltip) == bool(film)


def test_nothing_of_a_hidden_answer_is_in_the_words():
    row = scored("PNEUMONIA/film.png", 0.9, reason="unlike_validated_films")
    text = words(row, is_hidden=True, name="Film 7")
    assert (text.decision, text.mark, text.answer) == (None, "", "hidden")
    for part in (text.sentence, text.tooltip):
        assert not any(word in part for word in ("likely", "unlike", "PNEUMONIA", "film.png"))


def test_a_film_unlike_the_validated_ones_is_warned_of():
    text = words(scored("film.png", 0.5, reason="unlike_validated_films"))
    assert text.mark == "⚠"
    assert "unlike those that the model was validated on" in text.tooltip
    assert "unlike those that the model was validated on" in text.sentence


@pytest.mark.parametrize(
    ("row", "answer", "explained"),
    [
        (refused("film.png", "rotated"), "refused: rotated", "Rotate it and try again"),
        (failed("film.png"), "failed: damaged", "failed: damaged"),
        (refused("film.png", "of_a_later_version"), "refused: of a later version", "of a later version"),
    ],
)
def test_a_film_without_an_answer_says_why(row, answer, explained):
    text = words(row)
    assert (text.answer, text.mark, text.is_scored) == (answer, "", False)
    assert explained in text.tooltip
    assert answer in text.sentence


def test_names_and_notes_are_no_markup():
    text = words(scored("film.png", 0.9), call("film.png", "NORMAL", "<b>left</b>\nbase"), name="<i>x&.png")
    assert "&lt;i&gt;x&amp;.png" in text.tooltip
    assert "&lt;b&gt;left&lt;/b&gt; base" in text.tooltip
