"""An evaluation on the screen: numbers, plots, and the films behind them."""

import numpy as np
from PySide6.QtCore import Qt


def test_figures_open_the_films_behind_them(tab, evaluated, qtbot):
    assert tab.panels.currentWidget() is tab.figures
    assert f"n = {evaluated.figures.n} films" in tab.figures.notes.text()
    truth, called = max(
        ((t, c) for t in (0, 1) for c in (0, 1)), key=lambda cell: evaluated.figures.confusion[cell[0]][cell[1]]
    )
    cell = tab.figures.confusion.findChild(object, f"cell_{truth}_{called}")
    qtbot.mouseClick(cell, Qt.MouseButton.LeftButton)
    assert tab.panels.currentWidget() is tab.films
    shown = [tab.films.grid.table.film(row).path for row in range(tab.films.grid.table.rowCount())]
    assert shown == [evaluated.films[index].path for index in evaluated.films_in_cell(truth, called)]
    assert shown


def test_prevalence_changes_what_a_call_is_worth(tab, evaluated):
    ten = tab.figures.notes.text()
    assert "at 10 % prevalence" in ten
    tab.figures.prevalence.setValue(1)
    assert "at 1 % prevalence" in tab.figures.notes.text()


def test_bars_open_their_films(tab, evaluated, qtbot):
    tab.panels.setCurrentWidget(tab.plots)
    chosen = np.array([3, 5])
    tab.plots.scores.films_chosen.emit(chosen)
    assert tab.panels.currentWidget() is tab.films
    assert tab.films.grid.table.rowCount() == 2
    assert tab.films.grid.table.film(0).path == evaluated.films[3].path


def test_all_parts_can_be_seen(tab, evaluated, qtbot):
    tab.panels.setCurrentWidget(tab.plots)
    for plot in (tab.plots.curves, tab.plots.reliability, tab.plots.scores):
        assert plot.isVisible()
        assert plot.width() > 200
        assert plot.height() > 100
