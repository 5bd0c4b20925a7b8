"""One film and its answer, without a worklist."""

import numpy as np
import pytest

from core.system.product import NOTICE
from gui.classify.reading_panel import ReadingPanel
from tests.gui.classify.examples import failed, reading, refused
from tests.gui.film.person import shown


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


def test_a_hidden_answer_shows_the_film_and_nothing_of_the_model(panel):
    panel.show_answer(reading())
    assert has_heat(panel)
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
