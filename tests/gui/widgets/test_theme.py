"""Both themes on the plots and tables of an evaluation."""

import pytest

from core.metrics.intervals import Figure
from gui.evaluate.confusion_table import Cell, ConfusionTable
from gui.evaluate.reliability_plot import ReliabilityPlot
from gui.evaluate.scores_plot import ScoresPlot
from gui.evaluate.threshold_plots import ThresholdPlots
from gui.widgets.figure_list import FigureLine, FigureList, FigureRow
from gui.widgets.theme import DARK, LIGHT
from tests.gui.plots import show_widget


@pytest.mark.parametrize("make", [ThresholdPlots, ReliabilityPlot, ScoresPlot, ConfusionTable, FigureList])
def test_both_themes_paint_and_differ(qtbot, make):
    widget = show_widget(qtbot, make())
    if make is ConfusionTable:
        widget.show_counts(((3, 0), (0, 2)), ("a", "b"))
    if make is FigureList:
        widget.show_figures([FigureRow("a", "0.5", Figure(0.5, 0.4, 0.6), 3, "")])
    qtbot.waitUntil(lambda: all(part.isVisible() for kind in (Cell, FigureLine) for part in widget.findChildren(kind)))
    painted = []
    for colours in (DARK, LIGHT):
        widget.set_colours(colours)
        picture = widget.grab().toImage()
        seen = {picture.pixelColor(x, y).name() for x in range(0, picture.width(), 7) for y in range(0, 60, 3)}
        painted.append(seen)
    assert DARK.panel in painted[0]
    assert LIGHT.panel in painted[1]
    assert DARK.panel not in painted[1]
