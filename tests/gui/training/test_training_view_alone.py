"""The events of a training on the screen."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QTableView

from core.datasets.events import FilmLeftOut
from core.jobs.events import Noted, Progressed, Stage
from core.system.errors import Reason
from core.training.events import BatchEnded, TrainingStarted, TrialEnded
from gui.training.training_view import TrainingView
from tests.factories import QUICK
from tests.gui.runs.examples import epoch

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
    qtbot.waitUntil(lambda: view.plots.loss.names() == ("training", "validation"))


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
        (TrainingStarted(Path("run"), ("a", "b"), 24, 8, 9, 3, "cpu"), "24 training, 8 validation, 9 test films; cpu"),
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
    assert log(view) == [line]
