"""An evaluation on the screen: numbers, plots, and the films behind them."""

import re
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from core.metrics.figure_labels import DEFINITIONS
from core.metrics.figures import compute_class_figures, predictive_values_at
from gui.evaluate.confusion_table import Cell
from gui.evaluate.evaluation_panels import BY_BAYES, NOTHING, FiguresPanel, FilmsPanel, PlotsPanel, figure_rows
from gui.widgets.figure_list import FigureLine
from gui.widgets.hover_plot import HoverPlot
from tests.core.evaluation.evaluations import build_evaluation
from tests.gui.evaluate.examples import evaluation, evaluation_of_three_classes


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


def test_every_number_of_a_german_evaluation_has_a_decimal_comma(german, tab, evaluated):
    made_in_english = evaluated.point
    told = [label.text().replace(made_in_english, "") for label in tab.findChildren(QLabel)]
    named = [widget.accessibleName() for widget in tab.findChildren(QWidget)]
    numbers = [text for text in told + named if re.search(r"\d[.,]\d", text)]
    assert len(numbers) > 10
    assert not [text for text in numbers if re.search(r"(?<![\d.])\d\.\d(?!\d\d\b)", text)]
    for plot in (tab.plots.curves.findChildren(HoverPlot)[0], tab.plots.reliability):
        assert "0,2" in plot.view.getAxis("bottom").tickStrings([0.2], 1, 0.2)


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


@pytest.fixture
def figures(qtbot):
    panel = FiguresPanel()
    qtbot.addWidget(panel)
    panel.resize(900, 500)
    panel.show()
    return panel


@pytest.fixture
def plots(qtbot):
    panel = PlotsPanel()
    qtbot.addWidget(panel)
    return panel


@pytest.fixture
def films(qtbot):
    panel = FilmsPanel()
    qtbot.addWidget(panel, before_close_func=FilmsPanel.close_viewer)
    return panel


def show(qtbot, panel, result):
    """Show an evaluation, and wait until its figures are laid out."""
    panel.show_evaluation(result)
    qtbot.waitUntil(lambda: bool(lines(panel)))


def lines(panel):
    return [line.accessibleName() for line in panel.findChildren(FigureLine) if line.isVisible()]


def test_every_figure_has_its_films_and_definition():
    rows = {row.name: row for row in figure_rows(evaluation())}
    assert list(rows) == [
        "Sensitivity", "Specificity", "Accuracy", "Balanced accuracy", "F1", "PPV", "NPV", "ROC AUC", "PR AUC",
        "Brier", "ECE", "PPV at 10 % prevalence", "NPV at 10 % prevalence",
    ]  # fmt: skip
    assert [rows[name].films for name in ("Sensitivity", "Specificity", "PPV", "NPV", "Accuracy")] == [3, 3, 3, 3, 6]
    assert rows["Sensitivity"].value_text == "0.667 (0.208–0.939)"
    assert rows["F1"].value_text == "not defined"
    assert rows["Accuracy"].definition == DEFINITIONS["accuracy"]
    assert rows["NPV at 10 % prevalence"].definition == BY_BAYES


def test_films_are_those_that_a_figure_is_based_on():
    uneven = evaluation(figures=replace(evaluation().figures, confusion=((10, 1), (2, 7))))
    rows = {row.name: row.films for row in figure_rows(uneven)}
    assert (rows["Sensitivity"], rows["Specificity"], rows["PPV"], rows["NPV"]) == (9, 11, 8, 12)


def test_several_classes_have_figures_each_and_no_predictive_values():
    names = [row.name for row in figure_rows(evaluation_of_three_classes())]
    assert names[:4] == ["Accuracy", "Balanced accuracy", "Macro F1", "Macro AUC"]
    assert names[-3:] == ["VIRUS: Sensitivity", "VIRUS: Specificity", "VIRUS: ROC AUC"]
    assert not any("PPV" in name for name in names)


def test_the_notes_say_on_which_films_and_what_to_know_first(qtbot, figures):
    assert figures.notes.text() == NOTHING
    show(qtbot, figures, evaluation(warnings=("Trained despite leaks.",), looks=3))
    first, frequencies, warning, validation = figures.notes.text().splitlines()
    assert first.startswith("n = 6 films of 5 patients. Threshold 0.5000. This model has been evaluated")
    assert "3 times" in first
    assert "at 10 % prevalence" in frequencies
    assert (warning, validation) == ("Trained despite leaks.", "Not validated here.")
    assert lines(figures)[0] == "Sensitivity: 0.667 (0.208–0.939), n = 3"


def test_another_prevalence_changes_the_predictive_values(qtbot, figures):
    show(qtbot, figures, evaluation())
    figures.prevalence.setValue(50)
    (ppv,) = [line for line in lines(figures) if line.startswith("PPV at")]
    assert ppv.startswith("PPV at 50 % prevalence: 0.667 ")
    assert "at 50 % prevalence" in figures.notes.text()


def test_several_classes_have_no_prevalence(figures):
    figures.show_evaluation(evaluation_of_three_classes())
    assert not figures.prevalence.isEnabled()
    assert len(figures.confusion.findChildren(Cell)) == 9
    figures.show_evaluation(evaluation())
    assert figures.prevalence.isEnabled()


def test_a_cell_asks_for_its_films_most_confident_first(qtbot, figures):
    figures.show_evaluation(evaluation())
    with qtbot.waitSignal(figures.films_wanted) as wanted:
        qtbot.mouseClick(figures.confusion.findChild(Cell, "cell_1_1"), Qt.MouseButton.LeftButton)
    indices, title = wanted.args
    np.testing.assert_array_equal(indices, [5, 4])
    assert title == "True PNEUMONIA, predicted PNEUMONIA"


def test_cleared_figures_are_gone(qtbot, figures):
    show(qtbot, figures, evaluation())
    figures.clear()
    assert figures.notes.text() == NOTHING
    assert not figures.confusion.isVisible()
    assert lines(figures) == []
    figures.prevalence.setValue(50)
    assert figures.notes.text() == NOTHING


def test_plots_are_drawn_at_the_threshold_of_the_evaluation_which_stays(qtbot, plots):
    plots.show_evaluation(evaluation())
    assert plots.curves.roc.reading.text() == "threshold 0.500 · sensitivity 0.667 · specificity 0.667"
    with qtbot.assertNotEmitted(plots.curves.threshold_moved):
        qtbot.keyClick(plots.curves.roc, Qt.Key.Key_Left)
    assert "PNEUMONIA" in plots.scores.caption.text()
    assert "review band" in plots.scores.caption.text()
    assert "before calibration" in plots.reliability.caption.text()


@pytest.mark.parametrize(("plot", "word"), [("scores", "score histogram"), ("reliability", "reliability diagram")])
def test_a_bar_and_a_point_ask_for_their_films(qtbot, plots, plot, word):
    plots.show_evaluation(evaluation())
    part = getattr(plots, plot)
    qtbot.keyClick(part, Qt.Key.Key_Left)  # the last: film 5 of probability 0.9
    for _ in range(1 if plot == "scores" else 0):
        qtbot.keyClick(part, Qt.Key.Key_Left)
    with qtbot.waitSignal(plots.films_wanted) as wanted:
        qtbot.keyClick(part, Qt.Key.Key_Return)
    indices, title = wanted.args
    np.testing.assert_array_equal(indices, [5])
    assert word in title


def test_plots_of_several_classes_and_of_nothing_are_a_sentence(plots):
    parts = (plots.curves, plots.reliability, plots.scores)
    plots.show_evaluation(evaluation())
    assert not any(part.isHidden() for part in parts)
    plots.show_evaluation(evaluation_of_three_classes())
    assert "two classes only" in plots.sentence.text()
    assert all(part.isHidden() for part in parts)
    plots.show_evaluation(evaluation())
    plots.clear()
    assert plots.sentence.text() == NOTHING
    assert all(part.isHidden() for part in parts)


def test_films_are_shown_in_order_with_what_the_model_said(films):
    films.show_films(evaluation(), [5, 3], "Films of one bar")
    table = films.grid.table
    assert [table.film(row).path.name for row in range(table.rowCount())] == ["5.png", "3.png"]
    assert [table.index(row).data() for row in range(2)] == ["→ PNEUMONIA 0.900", "→ NORMAL 0.300"]
    assert films.title.text().startswith("Films of one bar: 2 films. Below each film: the predicted class and the prob")
    assert "probability of PNEUMONIA" in films.title.text()


def test_with_several_classes_the_probability_is_that_of_the_predicted_one(films):
    films.show_films(evaluation_of_three_classes(), [3], "Mistakes")
    assert films.grid.table.index(0).data() == "→ NORMAL 0.600"
    assert "Mistakes: 1 film. Below each film: the predicted class and its probability." in films.title.text()


def test_cleared_films_are_gone(films):
    films.show_films(evaluation(), [5], "x")
    films.clear()
    assert films.grid.table.rowCount() == 0
    assert films.title.text() == NOTHING
