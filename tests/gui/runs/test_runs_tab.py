"""The Runs tab as a person uses it."""

import shutil
from dataclasses import replace

import pytest
from PySide6.QtCore import QItemSelectionModel
from PySide6.QtWidgets import QComboBox, QPushButton, QTableView

from core.models.model_header import read_header
from core.runs.run_list import list_runs, runs_folder
from gui.widgets import messages
from gui.widgets.curve_plot import CurvePlot
from tests.factories import QUICK
from tests.gui.person import click


@pytest.fixture
def runs(window, train_once):
    """The Runs tab with three short trainings."""
    epochs = {"first": 2, "second": 3, "third": 1}
    recipes = [replace(QUICK, name=name, epochs=count, image_size_px=32) for name, count in epochs.items()]
    shutil.copytree(train_once("three-runs", *recipes), runs_folder())
    return window.runs_tab


def shown(qtbot, window, act):
    with qtbot.waitSignal(window.job_shown, timeout=20_000):
        act()


def choose(tab, *rows):
    model = tab.view.selectionModel()
    model.clearSelection()
    for row in rows:
        index = tab.view.model().index(row, 0)
        model.select(index, QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows)


def test_runs_are_compared_named_noted_continued_and_exported(qtbot, window, runs, tmp_path, monkeypatch):
    shown(qtbot, window, lambda: window.tabs.setCurrentWidget(runs))
    assert runs.view.model().rowCount() == 3
    assert not runs.findChild(QPushButton, "compare").isEnabled()
    choose(runs, 0, 1, 2)
    shown(qtbot, window, lambda: click(qtbot, runs, "compare"))
    assert runs.sentence.text().count("AUC") == 3
    assert "not a diagnosis" in runs.sentence.text()
    table = runs.findChild(QTableView, "differences").model()
    cells = [[table.index(row, column).data() for column in range(4)] for row in range(table.rowCount())]
    assert [row[0] for row in cells] == ["Test accuracy, n = 4", "Test AUC, n = 4", "Epochs"]
    assert sorted(cells[2][1:]) == ["1", "2", "3"]
    assert len(runs.plots.findChild(CurvePlot, "Validation loss").names()) == 3

    choose(runs, 0)
    for name, text in (("rename", "Our best"), ("note", "from <b>Ana</b>")):
        monkeypatch.setattr(messages, "ask_text", lambda *_, text=text: text)
        choose(runs, 0)
        shown(qtbot, window, lambda name=name: click(qtbot, runs, name))
    assert "Our best" in {run.card.name for run in list_runs(runs_folder())}

    choose(runs, 0)
    monkeypatch.setattr(messages, "choose_new_file", lambda *_: tmp_path / "mine.safetensors")
    shown(qtbot, window, lambda: click(qtbot, runs, "export_model"))
    assert read_header(tmp_path / "mine.safetensors").classes == ("NORMAL", "PNEUMONIA")
    click(qtbot, runs, "use_model")
    assert window.session.model.name == "best.safetensors"
    click(qtbot, runs, "continue_from")
    assert window.tabs.currentWidget() is window.training_tab
    assert window.training_tab.findChild(QComboBox, "start").currentText().endswith("best.safetensors")


def test_a_run_goes_to_the_trash_only_when_that_is_confirmed(qtbot, window, runs, monkeypatch):
    shown(qtbot, window, lambda: window.tabs.setCurrentWidget(runs))
    choose(runs, 1)
    monkeypatch.setattr(messages, "ask_delete", lambda *_: False)
    click(qtbot, runs, "delete")
    assert len(list_runs(runs_folder())) == 3
    monkeypatch.setattr(messages, "ask_delete", lambda *_: True)
    shown(qtbot, window, lambda: click(qtbot, runs, "delete"))
    assert len(list_runs(runs_folder())) == 2
    assert runs.view.model().rowCount() == 2
