"""A training as it goes."""

import itertools
from dataclasses import replace
from pathlib import Path

import pytest
from pyqtgraph import PlotWidget
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QTableView

from core.datasets.events import FilmLeftOut
from core.jobs.events import Noted, Progressed, Stage
from core.runs.epoch_log import EpochEnded
from core.system.errors import Reason
from core.training.events import BatchEnded, TrainingStarted, TrialEnded
from gui.training.training_view import HEADINGS, TrainingView


def test_the_time_left_is_said(qtbot, window, tab):
    def job(cancel):
        yield BatchEnded(1, 9, 1, 2, 0.5, 31.4, 754, may_end_early=True)
        cancel.wait()

    window.jobs.start(job, tab.show_event)
    qtbot.waitUntil(lambda: "31 films/s · at most 13 min left" in tab.view.status.text())
    with qtbot.waitSignal(window.job_shown):
        window.jobs.cancel()


def epoch(number, loss, is_best, sensitivity=0.9):
    return EpochEnded(number, 9, loss, 0.8, loss + 0.1, 0.7, 0.85, sensitivity, 0.6, 1e-3, 30.0, 5.0, is_best)


def test_values_of_an_epoch_stand_beside_its_curves(qtbot, tab):
    plots = tab.view.plots
    for number, loss in enumerate((0.7, 0.5, 0.4), start=1):
        tab.show_event(epoch(number, loss, is_best=number < 3))
    qtbot.waitUntil(lambda: plots.loss.names() == ("training", "validation"))
    assert not plots.loss.reading.isVisible()
    plots.loss.setFocus()
    qtbot.keyClick(plots.loss, Qt.Key.Key_Right)
    assert plots.loss.reading.text() == "Epoch 1\ntraining 0.700\nvalidation 0.800"
    qtbot.keyClick(plots.loss, Qt.Key.Key_Right)
    assert plots.loss.reading.text().startswith("Epoch 2\n")
    canvas = plots.validation.findChild(PlotWidget)
    box = canvas.getPlotItem().vb
    qtbot.waitUntil(lambda: box.viewRange()[0][0] < 2 < box.viewRange()[0][1])
    places = itertools.cycle((1.2, 2.1, 2.0))

    def read_beside_the_second_epoch():
        """Move on; the canvas drops a move that follows another within 10 ms."""
        there = box.mapViewToScene(QPointF(next(places), sum(box.viewRange()[1]) / 2))
        qtbot.mouseMove(canvas.viewport(), canvas.mapFromScene(there))
        return plots.validation.reading.text() == "Epoch 2\nAUC 0.850\nsensitivity 0.900\nspecificity 0.600"

    qtbot.waitUntil(read_beside_the_second_epoch)
    assert plots.validation.reading.isVisible()


def test_figures_that_several_classes_lack_have_no_curve(qtbot, tab):
    tab.show_event(replace(epoch(1, 0.7, True), validation_sensitivity=None, validation_specificity=None))
    qtbot.waitUntil(lambda: tab.view.plots.validation.names() == ("AUC",))


@pytest.fixture
def view(qtbot):
    made = TrainingView()
    qtbot.addWidget(made)
    made.show()
    return made


def test_progress_goes_over_all_epochs(view):
    view.show_event(Progressed(Stage.DECODING, 3, 12), is_running=True)
    assert (view.progress.value(), view.progress.maximum()) == (3, 12)
    view.show_event(BatchEnded(2, 9, 4, 5, 0.5, 31.4, 754, False), is_running=True)
    assert (view.progress.value(), view.progress.maximum()) == (1 * 5 + 4, 9 * 5)
    assert "Epoch 2 of 9" in view.status.text()


def test_the_status_of_a_pause_is_not_written_over(view):
    view.status.setText("Paused")
    view.show_event(BatchEnded(2, 9, 4, 5, 0.5, 31.4, 754, False), is_running=False)
    assert view.status.text() == "Paused"


def test_epochs_are_rows_and_a_new_training_begins_with_none(view):
    model = view.findChild(QTableView, "epochs").model()
    for number in (1, 2):
        view.show_event(epoch(number, 0.5, is_best=number == 1), is_running=True)
    assert model.rowCount() == 2
    kept = len(HEADINGS) - 1
    assert [model.index(row, kept).data() for row in range(2)] == ["★", ""]
    assert model.index(0, 1).data() == "0.500"
    view.show_event(epoch(1, 0.7, is_best=True), is_running=True)
    assert model.rowCount() == 1
    view.clear()
    assert model.rowCount() == 0
    assert view.log.toPlainText() == ""


def test_the_log_says_what_happened_with_names_as_they_are(view, tmp_path):
    view.show_event(TrainingStarted(tmp_path, ("A", "B"), 70, 15, 16, 9, "cpu"), is_running=True)
    view.show_event(Noted("The computer is kept awake."), is_running=True)
    view.show_event(FilmLeftOut(Path("<b>cut.png"), Reason.DAMAGED, "It is cut off."), is_running=True)
    lines = view.log.toPlainText().splitlines()
    assert "70" in lines[0]
    assert "16" in lines[0]
    assert lines[1] == "The computer is kept awake."
    assert "<b>cut.png" in lines[2]
    assert "It is cut off." in lines[2]


@pytest.mark.parametrize(("pruned", "word"), [(True, "stopped early"), (False, "finished")])
def test_trials_of_a_search_are_told_apart(view, tmp_path, pruned, word):
    view.show_event(TrialEnded(3, None, 0.9, pruned, tmp_path), is_running=True)
    assert word in view.log.toPlainText()
    assert "0.900" in view.log.toPlainText()
