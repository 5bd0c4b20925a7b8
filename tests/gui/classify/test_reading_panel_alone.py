"""One film and its answer, without a worklist."""

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt

from core.system.product import NOTICE
from gui.classify.reading_panel import ReadingPanel
from tests.gui.classify.examples import MODEL, failed, reading, refused
from tests.gui.film.person import noise, shown


@pytest.fixture
def panel(qtbot):
    panel = ReadingPanel()
    qtbot.addWidget(panel, before_close_func=ReadingPanel.close_films)
    panel.resize(600, 700)
    panel.show()
    return panel


def has_heat(panel):
    """Whether anything coloured is painted on the film."""
    pixels = shown(panel.film.film_view)
    return bool((np.ptp(pixels, axis=2) > 20).any())


def test_nothing_is_open_at_first_and_the_notice_is_there(panel):
    assert panel.verdict.text() == "No film is open."
    assert panel.details.text() == NOTICE


def test_an_answer_is_shown_with_everything_it_rests_on(panel):
    panel.show_answer(reading("<b>x.png", 0.9, cautions=("Rotated.", "Few films.")))
    assert panel.verdict.text() == "PNEUMONIA · ▲ likely"
    first, *others = panel.details.text().splitlines()
    assert first == (f"<b>x.png · classified as PNEUMONIA · probability of PNEUMONIA 0.900 · threshold 0.500 · {MODEL}")
    assert others == ["⚠ Rotated.", "⚠ Few films.", f"Not validated here. {NOTICE}"]
    assert panel.details.textFormat() is Qt.TextFormat.PlainText
    assert panel.film.details.text() == "4 years · PA"
    assert has_heat(panel)


def test_with_several_classes_there_is_no_threshold(panel):
    panel.show_answer(reading(threshold=None))
    assert "threshold" not in panel.details.text()


def test_a_hidden_answer_shows_the_film_and_nothing_of_the_model(panel):
    panel.show_answer(reading())
    panel.show_hidden(reading())
    assert panel.verdict.text() == "Answer hidden"
    assert panel.details.text().startswith("likely.png\nMake your call first")
    assert "0.9" not in panel.details.text()
    assert not has_heat(panel)
    assert panel.film.film_view.film_size.width() == 96


def test_a_film_refused_by_the_gate_says_what_to_do(panel, tmp_path):
    panel.show_without_answer(refused("a.png", "rotated"), tmp_path / "a.png")
    assert panel.verdict.text() == "Refused: rotated"
    name, why, notice = panel.details.text().splitlines()
    assert (name, notice) == ("a.png", NOTICE)
    assert why.startswith("It seems to be rotated")


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        (failed("a.png"), "Failed: damaged"),
        (refused("a.png", "of_a_later_version"), "Refused: of a later version"),
    ],
)
def test_other_reasons_have_no_advice(panel, tmp_path, row, verdict):
    panel.show_without_answer(row, tmp_path / "a.png")
    assert panel.verdict.text() == verdict
    assert panel.details.text() == f"a.png\n{NOTICE}"


def test_a_refused_film_is_itself_shown_as_soon_as_it_is_read(qtbot, panel, tmp_path):
    Image.fromarray(noise(70, 110)).save(tmp_path / "a.png")
    panel.show_answer(reading())
    panel.show_without_answer(refused("a.png", "rotated"), tmp_path / "a.png")
    assert not has_heat(panel)
    assert panel.film.film_view.film_size.width() == 64  # blank, not the film before
    qtbot.waitUntil(lambda: panel.film.film_view.film_size.width() == 110)


def test_a_film_that_is_read_too_late_does_not_replace_the_next_one(qtbot, panel, tmp_path):
    for name, width in (("late.png", 110), ("last.png", 120)):
        Image.fromarray(noise(70, width)).save(tmp_path / name)
    view, sizes = panel.film.film_view, set()
    view.view_changed.connect(lambda: sizes.add(view.film_size.width()))
    panel.show_without_answer(refused("late.png", "rotated"), tmp_path / "late.png")
    panel.show_answer(reading())
    panel.show_without_answer(refused("last.png", "rotated"), tmp_path / "last.png")
    qtbot.waitUntil(lambda: view.film_size.width() == 120)
    assert 110 not in sizes
