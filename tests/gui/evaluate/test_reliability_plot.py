"""The reliability diagram, with the films behind each point."""

import numpy as np
import pytest
from PySide6.QtCore import Qt

from core.metrics.curves import reliability_bins
from gui.evaluate.reliability_plot import ReliabilityPlot
from tests.gui.evaluate.predictions import answers
from tests.gui.plots import click_at, show_widget


@pytest.fixture
def reliable(qtbot):
    made = show_widget(qtbot, ReliabilityPlot(), (620, 420))
    made.show_bins(reliability_bins(*answers()))
    return made


def test_a_click_on_a_reliability_point_gives_its_films(qtbot, reliable):
    one = reliability_bins(*answers())[6]
    with qtbot.waitSignal(reliable.films_chosen) as chosen:
        click_at(reliable, one.predicted, one.observed.value)
    np.testing.assert_array_equal(chosen.args[0], one.films)
    figure = one.observed
    interval = f"({figure.low:.2f}–{figure.high:.2f})"
    wanted = f"predicted {one.predicted:.2f}, observed {figure.value:.2f} {interval}, n = {len(one.films)}"
    assert reliable.reading.text() == wanted
    with qtbot.assertNotEmitted(reliable.films_chosen):
        click_at(reliable, 0.95, 0.05)


def test_reliability_bins_are_chosen_and_opened_by_keys(qtbot, reliable):
    bins = [one for one in reliability_bins(*answers()) if len(one.films)]
    with qtbot.assertNotEmitted(reliable.films_chosen):
        qtbot.keyClick(reliable, Qt.Key.Key_Return)
    for _ in range(3):
        qtbot.keyClick(reliable, Qt.Key.Key_Right)
    qtbot.keyClick(reliable, Qt.Key.Key_Left)
    with qtbot.waitSignal(reliable.films_chosen) as chosen:
        qtbot.keyClick(reliable, Qt.Key.Key_Return)
    np.testing.assert_array_equal(chosen.args[0], bins[1].films)


def test_reliability_of_before_is_named_and_of_nothing_is_said(qtbot, reliable):
    assert "before" not in reliable.caption.text()
    reliable.show_bins(reliability_bins(*answers()), reliability_bins(*answers(seed=2)))
    assert "before calibration" in reliable.caption.text()
    none = np.zeros(0)
    reliable.show_bins(reliability_bins(none.astype(np.int64), none))
    assert "No films" in reliable.reading.text()
    qtbot.keyClick(reliable, Qt.Key.Key_Right)
    qtbot.keyClick(reliable, Qt.Key.Key_Return)
    with qtbot.assertNotEmitted(reliable.films_chosen):
        click_at(reliable, 0.5, 0.5)
