"""The histogram of scores, with the films behind each bar."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocument

from core.metrics.curves import SCORE_BINS, bin_numbers, score_histogram
from gui.evaluate.scores_plot import ScoresPlot
from tests.gui.evaluate.predictions import HOSTILE, answers
from tests.gui.plots import click_at, show_widget


@pytest.fixture
def scores(qtbot):
    made = show_widget(qtbot, ScoresPlot(), (620, 420))
    made.set_classes("NORMAL", "PNEUMONIA")
    made.show_histogram(score_histogram(*answers()), 0.5, (0.3, 0.6))
    return made


def films_of(number, side):
    labels, probabilities = answers()
    return np.flatnonzero((bin_numbers(probabilities, SCORE_BINS) == number) & (labels == side))


@pytest.mark.parametrize(("side", "up", "name"), [(0, -0.5, "NORMAL"), (1, 0.5, "PNEUMONIA")])
def test_a_click_on_a_bar_gives_exactly_its_films(qtbot, scores, side, up, name):
    wanted = films_of(10, side)
    assert len(wanted)
    with qtbot.waitSignal(scores.films_chosen) as chosen:
        click_at(scores, 0.52, up)
    np.testing.assert_array_equal(chosen.args[0], wanted)
    films = "1 film" if len(wanted) == 1 else f"{len(wanted)} films"
    assert scores.reading.text() == f"0.50 to 0.55: {films} of class {name}"


def test_every_film_is_in_one_bar_and_empty_bars_do_not_open(qtbot, scores):
    found = []
    scores.films_chosen.connect(found.extend)
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
        qtbot.keyClick(scores, key)
        for _ in range(SCORE_BINS):
            qtbot.keyClick(scores, Qt.Key.Key_Left)
        for _ in range(SCORE_BINS):
            qtbot.keyClick(scores, Qt.Key.Key_Return)
            qtbot.keyClick(scores, Qt.Key.Key_Right)
    assert sorted(found) == list(range(300))
    assert not len(films_of(19, 0))
    with qtbot.assertNotEmitted(scores.films_chosen):
        click_at(scores, 0.97, -0.5)


def test_scores_of_nothing_and_of_one_class(qtbot, scores):
    none = np.zeros(0)
    scores.show_histogram(score_histogram(none.astype(np.int64), none), 0.5)
    assert "No films" in scores.reading.text()
    qtbot.keyClick(scores, Qt.Key.Key_Right)
    with qtbot.assertNotEmitted(scores.films_chosen):
        click_at(scores, 0.5, 0.5)
    scores.show_histogram(score_histogram(np.ones(3, np.int64), np.array([0.1, 0.12, 1.0])), 0.5)
    with qtbot.waitSignal(scores.films_chosen) as chosen:
        click_at(scores, 0.12, 0.5)
    np.testing.assert_array_equal(chosen.args[0], [0, 1])


def test_hostile_class_names_stand_literally_in_the_caption(scores):
    scores.set_classes(*HOSTILE)
    document = QTextDocument()
    document.setHtml(scores.caption.text())
    assert all(name in document.toPlainText() for name in HOSTILE)
