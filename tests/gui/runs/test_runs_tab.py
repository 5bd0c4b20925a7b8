"""The Runs tab as a person uses it."""

import shutil
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtWidgets import QComboBox, QPushButton, QTableView

from core.metrics.intervals import Figure
from core.models.model_header import read_header
from core.runs.run_comparison import Comparison, Pair
from core.runs.run_list import list_runs, runs_folder
from core.runs.run_listing import RunListing
from core.system.product import NOTICE
from gui.runs import runs_tab
from gui.runs.runs_tab import EMPTY, RunsTab
from gui.widgets import messages
from gui.widgets.curve_plot import CurvePlot
from tests.factories import QUICK
from tests.gui.fake_jobs import ignore, lasting, record
from tests.gui.person import click
from tests.gui.runs.examples import run


@pytest.fixture
def three_runs(window, train_once):
    """The Runs tab with three short trainings."""
    epochs = {"first": 2, "second": 3, "third": 1}
    recipes = [replace(QUICK, name=name, epochs=count, image_size_px=32) for name, count in epochs.items()]
    shutil.copytree(train_once("three-runs", *recipes), runs_folder())
    return window.runs_tab


def visit(qtbot, window):
    with qtbot.waitSignal(window.runs_tab.listed, timeout=20_000):
        window.tabs.setCurrentWidget(window.runs_tab)


def shown(qtbot, window, act):
    with qtbot.waitSignal(window.jobs.ended, timeout=20_000):
        act()


def choose(tab, *rows):
    model = tab.view.selectionModel()
    model.clearSelection()
    for row in rows:
        index = tab.view.model().index(row, 0)
        model.select(index, QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows)


def test_runs_are_compared_named_noted_continued_and_exported(qtbot, window, three_runs, tmp_path, monkeypatch):
    visit(qtbot, window)
    assert three_runs.view.model().rowCount() == 3
    assert not three_runs.findChild(QPushButton, "compare").isEnabled()
    choose(three_runs, 0, 1, 2)
    shown(qtbot, window, lambda: click(qtbot, three_runs, "compare"))
    assert three_runs.sentence.text().count("AUC") == 3
    assert "not a diagnosis" in three_runs.sentence.text()
    table = three_runs.findChild(QTableView, "differences").model()
    cells = [[table.index(row, column).data() for column in range(4)] for row in range(table.rowCount())]
    assert [row[0] for row in cells] == ["Test accuracy, n = 4", "Test AUC, n = 4", "Epochs"]
    assert sorted(cells[2][1:]) == ["1", "2", "3"]
    assert len(three_runs.plots.findChild(CurvePlot, "Validation loss").names()) == 3

    choose(three_runs, 0)
    for name, text in (("rename", "Our best"), ("note", "from <b>Ana</b>")):
        monkeypatch.setattr(messages, "ask_text", lambda *_, text=text: text)
        choose(three_runs, 0)
        shown(qtbot, window, lambda name=name: click(qtbot, three_runs, name))
    assert "Our best" in {run.card.name for run in list_runs(runs_folder())}

    choose(three_runs, 0)
    monkeypatch.setattr(messages, "choose_new_file", lambda *_: tmp_path / "mine.safetensors")
    shown(qtbot, window, lambda: click(qtbot, three_runs, "export_model"))
    assert read_header(tmp_path / "mine.safetensors").classes == ("NORMAL", "PNEUMONIA")
    click(qtbot, three_runs, "use_model")
    assert window.session.model.name == "best.safetensors"
    click(qtbot, three_runs, "continue_from")
    assert window.tabs.currentWidget() is window.training_tab
    assert window.training_tab.findChild(QComboBox, "start").currentText().endswith("best.safetensors")


def test_a_run_goes_to_the_trash_only_when_that_is_confirmed(qtbot, window, three_runs, monkeypatch):
    visit(qtbot, window)
    choose(three_runs, 1)
    monkeypatch.setattr(messages, "ask_delete", lambda *_: False)
    click(qtbot, three_runs, "delete")
    assert len(list_runs(runs_folder())) == 3
    monkeypatch.setattr(messages, "ask_delete", lambda *_: True)
    shown(qtbot, window, lambda: click(qtbot, three_runs, "delete"))
    assert len(list_runs(runs_folder())) == 2
    assert three_runs.view.model().rowCount() == 2


ALL = {"compare", "rename", "note", "continue_from", "use_model", "export_model", "export_onnx", "delete"}


OF_ONE = {"rename", "note", "delete"}


@pytest.fixture
def runs(tmp_path):
    """A finished run with its model, another, an interrupted one, and one without an epoch."""
    runs = (
        run("first", tmp_path, note="from <b>Ana</b>"),
        run("second", tmp_path, uses=3),
        run("third", tmp_path, metrics=None, is_resumable=True, uses=0),
        run("fourth", tmp_path, epochs=(), metrics=None, uses=0),
    )
    runs[0].folder.mkdir()
    (runs[0].folder / "best.safetensors").touch()
    return runs


@pytest.fixture
def tab(qtbot, session, work, runs):
    tab = RunsTab(session, work)
    qtbot.addWidget(tab)
    tab.show_runs(RunListing(runs))
    return tab


def select(tab, *rows):
    selection = tab.view.selectionModel()
    selection.clearSelection()
    for row in rows:
        index = tab.view.model().index(row, 0)
        selection.select(index, QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows)


def enabled(tab):
    return {name for name, button in tab.buttons.items() if button.isEnabled()}


def cells(tab, name):
    table = tab.findChild(QTableView, name).model()
    return [
        [table.index(row, column).data() for column in range(table.columnCount())] for row in range(table.rowCount())
    ]


def test_runs_are_listed_with_state_figures_and_use(tab):
    first, second, third, fourth = cells(tab, "runs")
    recipe = tab.view.model().index(0, 3).data()
    assert first == [
        "first", "2026-01-01 12:34", "finished", recipe, "0123abcd", "3", "0.900 (0.800–0.950)", "0.950 (0.900–0.990)",
        "1 time", "2.2", "from <b>Ana</b>",
    ]  # fmt: skip
    assert recipe.startswith("best ")
    assert (second[2], second[8]) == ("finished", "3 times")
    assert (third[2], third[6], third[8]) == ("interrupted", "", "")
    assert fourth[2] == "no epoch finished"


def test_runs_that_cannot_be_read_are_named(tab):
    assert tab.sentence.text() == EMPTY
    tab.show_runs(RunListing((), (Path("runs/torn\u202e"), Path("runs/new"))))
    assert tab.sentence.text().endswith("left unchanged: torn\\u202E, new.")
    assert cells(tab, "runs") == []


@pytest.mark.parametrize(
    ("rows", "buttons"),
    [
        ((), set()),
        ((0,), ALL - {"compare"}),
        ((1,), OF_ONE),  # its model is gone
        ((2,), OF_ONE | {"continue_from"}),
        ((3,), OF_ONE),
        ((0, 1), {"compare"}),
        ((0, 2), set()),  # one of them is not finished
    ],
)
def test_what_can_be_done_depends_on_the_selection(tab, rows, buttons):
    select(tab, *rows)
    assert enabled(tab) == buttons


def test_several_runs_are_selected_with_mouse_and_control_key(qtbot, tab):
    tab.show()
    view = tab.view
    for row, modifier in ((0, Qt.KeyboardModifier.NoModifier), (1, Qt.KeyboardModifier.ControlModifier)):
        at = view.visualRect(view.model().index(row, 0)).center()
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, modifier, at)
    assert enabled(tab) == {"compare"}
    assert tab.plots.findChild(CurvePlot, "Validation AUC").names() == ("first", "second")


def test_at_most_four_runs_are_compared(tab, tmp_path):
    tab.show_runs(RunListing(tuple(run(str(number), tmp_path) for number in range(5))))
    select(tab, 0, 1, 2, 3)
    assert enabled(tab) == {"compare"}
    select(tab, 0, 1, 2, 3, 4)
    assert enabled(tab) == set()
    assert len(tab.plots.findChild(CurvePlot, "Validation loss").names()) == 4


def test_a_running_job_disables_everything(qtbot, tab, work):
    select(tab, 0)
    work.start(lasting, ignore)
    assert enabled(tab) == set()
    with qtbot.waitSignal(work.ended):
        work.cancel()
    assert enabled(tab) == ALL - {"compare"}


def test_the_list_is_read_again_after_a_change_also_while_a_job_runs(qtbot, tab, session, work, runs, monkeypatch):
    listing = RunListing((run("new"), *runs))
    monkeypatch.setattr(runs_tab, "read_listing", lambda _root: listing)
    select(tab, 1)
    work.start(lasting, ignore)
    with qtbot.waitSignal(tab.listed):
        session.runs_changed.emit()
    assert [row[0] for row in cells(tab, "runs")] == ["new", "first", "second", "third", "fourth"]
    assert tab.plots.findChild(CurvePlot, "Validation loss").names() == ("second",)  # is still selected
    with qtbot.waitSignal(work.ended):
        work.cancel()


def test_a_list_read_before_a_change_is_not_shown_after_it(qtbot, tab, session, work, runs, monkeypatch):
    begun, may_end = threading.Event(), threading.Event()

    def read_listing(_root):
        if begun.is_set():
            return RunListing(runs[1:])
        begun.set()
        may_end.wait(10)
        return RunListing(runs)

    monkeypatch.setattr(runs_tab, "read_listing", read_listing)
    monkeypatch.setattr(messages, "ask_delete", lambda *_: True)
    record(monkeypatch, runs_tab, "delete_run_job", RunListing(runs[1:]))
    session.runs_changed.emit()
    begun.wait(10)
    select(tab, 0)
    with qtbot.waitSignal(work.ended):
        click(qtbot, tab, "delete")
    with qtbot.waitSignal(tab.listed):
        may_end.set()
    assert [row[0] for row in cells(tab, "runs")] == ["second", "third", "fourth"]


def test_the_same_list_leaves_a_comparison_on_the_screen(tab, runs):
    select(tab, 0, 1)
    tab.show_comparison(Comparison((runs[1], runs[0]), (), 44, (None, None), (None, None), ()))
    tab.show_runs(RunListing(runs))
    assert tab.sentence.text() != EMPTY
    assert enabled(tab) == {"compare"}


def test_a_new_training_is_compared_with_earlier_ones_on_the_same_data(qtbot, tab, session, work, runs, monkeypatch):
    comparisons = record(monkeypatch, runs_tab, "compare_runs_job")
    other = run("other data")
    other = replace(other, card=replace(other.card, data_fingerprint="ffffffff"))
    new = run("new")
    monkeypatch.setattr(runs_tab, "read_listing", lambda _root: RunListing((new, other, *runs)))
    with qtbot.waitSignal(work.ended):
        session.compare_run(new.folder)
    assert comparisons == [([runs[1], runs[0], new],)]


def test_without_an_earlier_training_that_is_said(qtbot, tab, session, monkeypatch):
    new = run("new")
    monkeypatch.setattr(runs_tab, "read_listing", lambda _root: RunListing((new,)))
    with qtbot.waitSignal(tab.listed):
        session.compare_run(new.folder)
    qtbot.waitUntil(lambda: tab.sentence.text().startswith("There is no earlier finished training"))


def test_the_older_run_is_compared_first(qtbot, tab, work, runs, monkeypatch):
    comparisons = record(monkeypatch, runs_tab, "compare_runs_job")
    select(tab, 0, 1)
    with qtbot.waitSignal(work.ended):
        click(qtbot, tab, "compare")
    assert comparisons == [([runs[1], runs[0]],)]


def test_a_comparison_has_sentences_figures_and_differing_settings(tab, runs):
    pair = Pair(runs[1], runs[0], None, None, "first has a better AUC than second.")
    figures = (Figure(0.8, 0.7, 0.9), None)
    comparison = Comparison(
        (runs[1], runs[0]), (("epochs", "2", "3"), ("start", "random", "bundled")), 44, figures, figures, (pair,)
    )
    tab.show_comparison(comparison)
    assert tab.sentence.text() == f"first has a better AUC than second.\n{NOTICE}"
    assert cells(tab, "differences") == [
        ["Test accuracy, n = 44", "0.800 (0.700–0.900)", ""], ["Test AUC, n = 44", "0.800 (0.700–0.900)", ""],
        ["Epochs", "2", "3"], ["Starts from", "nothing (random)", "bundled model"],
    ]  # fmt: skip
    without_auc = Comparison((runs[1], runs[0]), (), 44, figures, (None, None), (pair,))
    tab.show_comparison(without_auc)
    assert [row[0] for row in cells(tab, "differences")] == ["Test accuracy, n = 44"]


@pytest.mark.parametrize(("button", "before", "after"), [
    ("rename", "first", ("ours", "from <b>Ana</b>")), ("note", "from <b>Ana</b>", ("first", "ours")),
])  # fmt: skip
def test_name_and_note_are_changed_separately(qtbot, tab, work, runs, monkeypatch, button, before, after):
    changes = record(monkeypatch, runs_tab, "rename_run_job")
    select(tab, 0)
    monkeypatch.setattr(messages, "ask_text", lambda *_: None)
    click(qtbot, tab, button)
    assert changes == []
    asked = []
    monkeypatch.setattr(messages, "ask_text", lambda _parent, _title, text: asked.append(text) or "ours")
    with qtbot.waitSignal(work.ended):
        click(qtbot, tab, button)
    assert asked == [before]
    assert changes == [(runs[0], *after)]


def test_a_run_and_its_model_are_passed_on(qtbot, tab, session, runs):
    select(tab, 0)
    with qtbot.waitSignal(session.continuation_wanted) as wanted:
        click(qtbot, tab, "continue_from")
    assert wanted.args == [runs[0]]
    click(qtbot, tab, "use_model")
    assert session.model == runs[0].folder / "best.safetensors"
    assert tab.sentence.text() == "Films are now read with the model of first."


def test_a_model_is_exported_under_the_name_of_its_folder(qtbot, tab, work, runs, monkeypatch):
    exports = record(monkeypatch, runs_tab, "export_model_job", Path("folder/ours"))
    asked = []
    monkeypatch.setattr(messages, "choose_new_file", lambda _parent, *rest: asked.append(rest[1]) or Path("ours"))
    select(tab, 0)
    with qtbot.waitSignal(work.ended):
        click(qtbot, tab, "export_model")
    assert asked == ["first.safetensors"]
    assert exports == [(runs[0], Path("ours"))]
    assert tab.sentence.text() == f"Written: {Path('folder/ours')}"


def test_a_model_is_exported_for_other_programs(qtbot, tab, work, runs, monkeypatch):
    exports = record(monkeypatch, runs_tab, "export_onnx_job", Path("folder/ours"))
    asked = []
    monkeypatch.setattr(messages, "choose_new_file", lambda _parent, *rest: asked.append(rest[1:]) or Path("ours"))
    select(tab, 0)
    with qtbot.waitSignal(work.ended):
        click(qtbot, tab, "export_onnx")
    assert asked == [("first.onnx", "ONNX (*.onnx)")]
    assert exports == [(runs[0].model, Path("ours"))]
    assert tab.sentence.text() == f"Written: {Path('folder/ours')}"


def test_a_new_list_forgets_selection_curves_and_comparison(tab, runs):
    select(tab, 0)
    tab.show_comparison(Comparison((runs[1], runs[0]), (), 44, (None, None), (None, None), ()))
    tab.show_runs(RunListing(runs[1:]))
    assert enabled(tab) == set()
    assert cells(tab, "differences") == []
    assert tab.plots.findChild(CurvePlot, "Validation loss").names() == ()
    assert tab.sentence.text() == EMPTY
