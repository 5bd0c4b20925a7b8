"""A training as it goes."""

import itertools
from dataclasses import replace
from pathlib import Path

import pytest
from pyqtgraph import PlotWidget
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QTableView

from core.datasets.entries import FilmLeftOut
from core.jobs.events import Noted, Progressed, Stage
from core.recipes.recipe import BEST, FAST
from core.runs.epoch_log import EpochEnded
from core.system.errors import Reason
from core.training.events import BatchEnded, TrainingStarted, TrialEnded
from gui.training.training_view import TrainingView
from tests.factories import QUICK
from tests.gui.fake_jobs import ignore
from tests.gui.runs.examples import epoch


def test_the_time_left_is_said(qtbot, window, tab):
    def job(cancel):
        yield BatchEnded(1, 9, 1, 2, 0.5, 31.4, 754, may_end_early=True)
        cancel.wait()

    window.jobs.start(job, ignore, show_event=tab.show_event)
    qtbot.waitUntil(lambda: "31 films/s · at most 13 min left" in tab.view.status.text())
    with qtbot.waitSignal(window.jobs.ended):
        window.jobs.cancel()


def ended(number, loss, is_best, sensitivity=0.9):
    return EpochEnded(number, 9, loss, 0.8, loss + 0.1, 0.7, 0.85, sensitivity, 0.6, 1e-3, 30.0, 5.0, is_best)


def test_values_of_an_epoch_stand_beside_its_curves(qtbot, tab):
    plots = tab.view.plots
    for number, loss in enumerate((0.7, 0.5, 0.4), start=1):
        tab.show_event(ended(number, loss, is_best=number < 3))
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
    tab.show_event(replace(ended(1, 0.7, True), validation_sensitivity=None, validation_specificity=None))
    qtbot.waitUntil(lambda: tab.view.plots.validation.names() == ("AUC",))


STARTED = "24 training, 8 validation, 9 test films; cpu\n3 epochs of the last layer, then 2 of the whole network"
BATCH = BatchEnded(2, 3, 5, 10, 0.4567, 31.4, 754, may_end_early=False)


@pytest.fixture
def view(qtbot):
    view = TrainingView()
    qtbot.addWidget(view)
    return view


def cells(view):
    table = view.findChild(QTableView, "epochs").model()
    return [
        [table.index(row, column).data() for column in range(table.columnCount())] for row in range(table.rowCount())
    ]


def log(view):
    return view.log.toPlainText().splitlines()


def test_a_stage_is_named_with_its_films(view):
    view.show_event(Progressed(Stage.DECODING, 3, 20), True)
    assert view.status.text() == "Decoding films…"
    assert (view.progress.value(), view.progress.maximum()) == (3, 20)
    view.show_event(Progressed(Stage.DOWNLOADING, 0, None), True)
    assert (view.progress.minimum(), view.progress.maximum()) == (0, 0)


def test_batches_move_the_bar_over_all_epochs(view):
    view.show_event(BATCH, True)
    assert view.status.text() == "Epoch 2 of 3 · loss 0.457 · 31 films/s · about 13 min left"
    assert (view.progress.value(), view.progress.maximum()) == (15, 30)


def test_epochs_are_also_counted_in_their_part_of_the_training(qtbot, view):
    recipe = replace(FAST, epochs=1)
    view.show_event(TrainingStarted(Path("run"), ("a", "b"), 24, 8, 9, 21, "cpu", recipe), True)
    view.show_event(replace(BATCH, epochs=21), True)
    assert view.status.text().startswith("Last layer 2 of 20 · Epoch 2 of 21 · loss")
    view.show_event(replace(BATCH, epoch=21, epochs=21), True)
    assert view.status.text().startswith("Whole network 1 of 1 · Epoch 21 of 21 · loss")
    assert view.plots.loss.phase_begin() == 20.5
    view.show_event(TrainingStarted(Path("run"), ("a", "b"), 24, 8, 9, 24, "cpu", BEST), True)
    assert view.plots.loss.phase_begin() is None


def test_a_paused_training_keeps_its_status(view):
    view.status.setText("Stopping after this batch…")
    view.show_event(BATCH, False)
    assert view.status.text() == "Stopping after this batch…"
    assert view.progress.value() == 15


def test_epochs_are_a_table_with_the_kept_ones_marked(qtbot, view):
    view.show_event(epoch(1, 0.7, is_best=True), True)
    view.show_event(epoch(2, 0.8), True)
    assert cells(view) == [
        ["1", "0.700", "0.800", "0.700", "0.800", "0.650", "0.900", "0.600", "0.001", "45", "30.000", "★"],
        ["2", "0.800", "0.800", "0.800", "0.800", "0.600", "0.900", "0.600", "0.001", "45", "30.000", ""],
    ]
    assert log(view) == ["Epoch 1: validation loss 0.700, AUC 0.650", "Epoch 2: validation loss 0.800, AUC 0.600"]

    def read_second_epoch():
        view.plots.loss.choose_epoch(2)
        return view.plots.loss.reading.text()

    qtbot.waitUntil(lambda: read_second_epoch() == "Epoch 2\ntraining 0.800\nvalidation 0.800")


def test_another_training_begins_an_empty_table(view):
    view.show_event(epoch(1, 0.7), True)
    view.show_event(epoch(2, 0.6), True)
    view.show_event(epoch(1, 0.5), True)
    assert [row[:2] for row in cells(view)] == [["1", "0.500"]]
    assert len(log(view)) == 3  # the log goes on
    view.clear()
    assert cells(view) == log(view) == []


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (TrainingStarted(Path("run"), ("a", "b"), 24, 8, 9, 3, "cpu", replace(QUICK, frozen_epochs=3)), STARTED),
        (TrialEnded(4, QUICK, 0.91234, False, Path("run")), "Trial 4 finished: validation AUC 0.912"),
        (TrialEnded(5, QUICK, 0.5, True, Path("run")), "Trial 5 stopped early: validation AUC 0.500"),
        (Noted("The batch size was halved to 16."), "The batch size was halved to 16."),
        (
            FilmLeftOut(Path("a/torn\u202e.png"), Reason.DAMAGED, "It ends too early."),
            "Left out: torn\\u202E.png (damaged). It ends too early.",
        ),
    ],
)
def test_what_happens_is_logged(view, event, line):
    view.show_event(event, True)
    assert log(view) == line.splitlines()
