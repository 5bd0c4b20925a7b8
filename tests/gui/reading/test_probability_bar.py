"""The film's place on the model's scale."""

import numpy as np
import pytest

from gui.reading.decision_marks import COLOURS
from gui.reading.probability_bar import MARK_PX, ProbabilityBar
from tests.gui.film.person import shown
from tests.gui.reading.examples import CAUTIOUS, LIKELY, UNLIKELY

WIDTH = 300


@pytest.fixture
def bar(qtbot):
    made = ProbabilityBar()
    qtbot.addWidget(made)
    made.setFixedWidth(WIDTH)
    made.setStyleSheet("background: black")
    return made


def columns_of(bar, colour, tolerance=40):
    wanted = np.array([int(colour[start : start + 2], 16) for start in (1, 3, 5)])
    return np.nonzero((np.abs(shown(bar) - wanted).sum(axis=2) < tolerance).any(axis=0))[0]


def place(fraction):
    return pytest.approx(MARK_PX / 2 + 1 + fraction * (WIDTH - MARK_PX - 2), abs=2)


@pytest.mark.parametrize("verdict", [LIKELY, UNLIKELY])
def test_the_mark_stands_at_the_films_place(bar, verdict):
    bar.show_verdict(verdict)
    columns = columns_of(bar, COLOURS[verdict.decision])
    assert (columns.min() + columns.max()) / 2 == place(verdict.position)
    assert np.ptp(columns) == pytest.approx(MARK_PX, abs=3)


def test_both_limits_are_marked(bar):
    bar.show_verdict(LIKELY)
    middle = bar.height() // 2
    row = shown(bar)[middle - 5].sum(axis=1)  # above the line, where only limits and the mark are
    bright = np.nonzero(row > 300)[0]
    for limit in LIKELY.limits:
        assert min(bright, key=lambda column: abs(column - limit * WIDTH)) == place(limit)


def test_a_film_without_a_place_has_no_bar(bar):
    bar.show_verdict(LIKELY)
    bar.show_verdict(CAUTIOUS)
    assert len(np.unique(shown(bar).reshape(-1, 3), axis=0)) == 1
    bar.show_verdict(None)
    assert len(np.unique(shown(bar).reshape(-1, 3), axis=0)) == 1
