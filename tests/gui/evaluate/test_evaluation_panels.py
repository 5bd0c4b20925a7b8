"""An evaluation on the screen: numbers, plots, and the films behind them."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt

from core.metrics.figures import compute_class_figures, predictive_values_at
from gui.evaluate.confusion_table import Cell
from gui.evaluate.evaluation_panels import FiguresPanel, FilmsPanel, PlotsPanel, figure_rows
from tests.core.evaluation.evaluations import build_evaluation


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


def values(evaluation):
    return {row.name: (row.value_text.split()[0], row.films) for row in figure_rows(evaluation)}


def test_each_figure_has_its_value_and_the_films_it_rests_on():
    rows = values(build_evaluation(90, 95))  # of 100 with the finding and 100 without
    assert rows["Sensitivity"] == ("0.900", 100)
    assert rows["Specificity"] == ("0.950", 100)
    assert rows["Accuracy"] == ("0.925", 200)
    assert list(rows)[:3] == ["Sensitivity", "Specificity", "Accuracy"]
    assert rows["PPV"][1] == 95  # 90 hits and 5 false alarms
    assert rows["NPV"][1] == 105


def test_values_at_a_prevalence_and_of_each_class_follow():
    evaluation = build_evaluation(90, 95)
    labels, probabilities = evaluation.predictions.labels, evaluation.probabilities
    rare = replace(evaluation, at_prevalence=predictive_values_at(labels, probabilities, 0.5, 0.02))
    assert len([title for title in values(rare) if "2 %" in title]) == 2
    three = np.stack([1 - probabilities, probabilities / 2, probabilities / 2], axis=1)
    classes = replace(evaluation, figures=compute_class_figures(labels, three, ("A", "B", "C")))
    assert {"A: Sensitivity", "B: Sensitivity", "C: Sensitivity"} <= set(values(classes))


@pytest.fixture
def figures(qtbot):
    made = FiguresPanel()
    qtbot.addWidget(made)
    made.resize(1200, 500)
    made.show()
    made.show_evaluation(build_evaluation(90, 95))
    return made


def test_a_cell_gives_the_films_behind_it(figures, qtbot):
    with qtbot.waitSignal(figures.films_wanted) as wanted:
        qtbot.mouseClick(figures.confusion.findChild(Cell, "cell_1_0"), Qt.MouseButton.LeftButton)
    indices, title = wanted.args
    assert sorted(indices) == list(range(90, 100))  # the ten that were missed
    assert "PNEUMONIA" in title
    assert "NORMAL" in title


def test_what_was_shown_is_forgotten(figures):
    figures.clear()
    assert not figures.confusion.isVisible()
    assert "n = " not in figures.notes.text()
    figures.prevalence.setValue(20)
    assert "n = " not in figures.notes.text()


def test_curves_are_drawn_for_two_classes_and_their_bars_open(qtbot):
    plots = PlotsPanel()
    qtbot.addWidget(plots)
    plots.resize(1200, 800)
    plots.show()
    evaluation = build_evaluation(90, 95)
    plots.show_evaluation(evaluation)
    assert plots.curves.threshold == evaluation.figures.threshold
    with qtbot.waitSignal(plots.films_wanted) as wanted:
        plots.reliability.films_chosen.emit(np.array([1, 2]))
    assert wanted.args[0].tolist() == [1, 2]
    three = np.full((200, 3), 1 / 3)
    plots.show_evaluation(
        replace(evaluation, figures=compute_class_figures(evaluation.predictions.labels, three, "ABC"))
    )
    assert not plots.curves.isVisible()
    assert "two classes" in plots.sentence.text()


def test_films_are_shown_with_what_was_predicted(qtbot):
    panel = FilmsPanel()
    qtbot.addWidget(panel, before_close_func=FilmsPanel.close_viewer)
    evaluation = build_evaluation(90, 95)
    panel.show_films(evaluation, [95, 3], "Missed")
    table = panel.grid.table
    assert [table.film(row) for row in range(2)] == [evaluation.films[95], evaluation.films[3]]
    assert [table.index(row).data() for row in range(2)] == ["→ NORMAL 0.100", "→ PNEUMONIA 0.900"]
    assert panel.title.text().startswith("Missed: 2 films.")
    panel.clear()
    assert table.rowCount() == 0
