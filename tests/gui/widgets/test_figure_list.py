"""Figures with their intervals."""

import pytest

from core.metrics.intervals import Figure, wilson_interval
from gui.widgets.figure_list import FigureLine, FigureList, FigureRow, format_figure_line
from gui.widgets.theme import DARK
from tests.gui.plots import show_widget


def test_figures_tell_value_films_and_definition(qtbot):
    figures = show_widget(qtbot, FigureList(), (620, 300))
    shown_figure = wilson_interval(90, 100)
    rows = (
        FigureRow(
            "Sensitivity",
            format_figure_line(shown_figure),
            shown_figure,
            100,
            "Share of <b>findings</b> that are called.",
        ),
        FigureRow("Precision", format_figure_line(None), None, 0, "Share of calls that are right."),
    )
    figures.show_figures(rows)
    first, second = figures.findChildren(FigureLine)
    assert first.accessibleName() == "Sensitivity: 0.900 (0.826–0.945), n = 100"
    assert first.accessibleDescription() == rows[0].definition
    assert "&lt;b&gt;" in first.toolTip()
    assert second.accessibleName() == "Precision: not defined, n = 0"
    figures.show_figures(rows[1:])
    assert first.accessibleName() == "Precision: not defined, n = 0"
    qtbot.waitUntil(lambda: figures.findChildren(FigureLine) == [first])


def bar_pixels(line):
    picture, accent = line.grab().toImage(), DARK.accent
    row = picture.height() // 2 - 2
    return [x for x in range(picture.width()) if picture.pixelColor(x, row).name() == accent]


def test_the_interval_bar_is_as_wide_as_the_interval(qtbot):
    figures = show_widget(qtbot, FigureList(), (1000, 300))
    spans = {"wide": (0.2, 0.8), "narrow": (0.7, 0.8), "ratio": (2.0, 5.0)}
    figures.show_figures([FigureRow(name, "", Figure(sum(span) / 2, *span), 10, "") for name, span in spans.items()])
    wide, narrow, ratio = (bar_pixels(line) for line in figures.findChildren(FigureLine))
    assert len(wide) > 4 * len(narrow) > 0
    assert wide[-1] == pytest.approx(narrow[-1], abs=1)
    assert ratio == []  # a figure that is no share has no place on 0..1
