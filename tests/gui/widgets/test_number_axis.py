"""Ticks of plots in the window's language."""

import pytest

from core.system.language import Language
from gui.widgets.curve_plot import CurvePlot
from gui.widgets.hover_plot import HoverPlot
from gui.widgets.number_axis import NumberAxis, number_axes


@pytest.mark.parametrize(
    ("language", "ticks"), [(Language.ENGLISH, ["0.25", "0.50"]), (Language.FRENCH, ["0,25", "0,50"])]
)
def test_ticks_are_numbers_of_the_language(qtbot, speak, language, ticks):
    speak(language)
    for axis in number_axes().values():
        assert axis.tickStrings([0.25, 0.5], 1, 0.05) == ticks


def test_plots_have_such_axes(qtbot):
    curves, hover = CurvePlot("Loss", "Loss"), HoverPlot("ROC", "False positive rate", "Sensitivity")
    for plot in (curves, hover):
        qtbot.addWidget(plot)
    plots = (curves.findChildren(type(hover.view).__mro__[1])[0], hover.view)
    assert all(isinstance(plot.getAxis(name), NumberAxis) for plot in plots for name in ("left", "bottom"))
