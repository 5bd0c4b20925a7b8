"""The curves of several runs over one another."""

from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt

from core.runs.epoch_log import EpochEnded
from gui.runs.run_plots import RunPlots
from gui.widgets.curve_plot import CURVE_STYLES, CurvePlot


def run(name, losses, best=None):
    epochs = [
        EpochEnded(number, len(losses), 1.0, 0.8, loss, 0.7, 1 - loss, 0.9, 0.6, 1e-3, 30.0, 5.0, number == best)
        for number, loss in enumerate(losses, 1)
    ]
    return SimpleNamespace(card=SimpleNamespace(name=name), epochs=epochs, best_epoch=best)


@pytest.fixture
def plots(qtbot):
    made = RunPlots()
    qtbot.addWidget(made)
    made.resize(900, 300)
    made.show()
    return made


def curves(plots, title):
    return plots.findChild(CurvePlot, title)


def test_each_run_has_its_curve_in_both_plots(plots):
    plots.show_runs([run("<b>first", [0.5, 0.4]), run("second", [0.6])])
    for title in ("Validation loss", "Validation AUC"):
        assert curves(plots, title).names() == ("<b>first", "second")
    plots.show_runs([])
    assert curves(plots, "Validation loss").names() == ()


def test_values_of_an_epoch_are_read_with_the_keyboard(plots, qtbot):
    plots.show_runs([run("first", [0.5, 0.4]), run("second", [0.6, 0.3])])
    loss = curves(plots, "Validation loss")
    loss.setFocus()
    qtbot.keyClick(loss, Qt.Key.Key_Right)
    assert loss.reading.text() == "Epoch 1\nfirst 0.500\nsecond 0.600"
    qtbot.keyClick(loss, Qt.Key.Key_Right)
    assert loss.reading.text() == "Epoch 2\nfirst 0.400\nsecond 0.300"


def test_more_runs_than_can_be_told_apart_are_not_drawn(plots):
    plots.show_runs([run(f"run {number}", [0.5]) for number in range(len(CURVE_STYLES) + 2)])
    assert len(curves(plots, "Validation loss").names()) == len(CURVE_STYLES)
