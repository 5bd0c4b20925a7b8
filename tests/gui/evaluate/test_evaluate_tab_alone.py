"""The Evaluate tab with jobs that end at once."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialog

from core.datasets.preparation import AS_IT_IS
from core.models.operating_point import Goal, Wish
from core.system.app_folders import data_folder
from core.system.product import NOTICE
from gui.evaluate import evaluate_tab
from gui.evaluate.acceptance_dialog import AcceptanceDialog
from gui.evaluate.evaluate_tab import EvaluateTab
from gui.evaluate.evaluation_panels import NOTHING
from gui.evaluate.operating_panel import NO_POINT
from gui.jobs.evaluation_jobs import AcceptanceOrder, SaveResult
from gui.jobs.jobs import Jobs
from gui.state.session import Session
from gui.widgets import messages
from tests.gui.dataset.examples import ROOT, audit
from tests.gui.evaluate.examples import SOURCE, acceptance, evaluation, predictions, summary
from tests.gui.evaluate.predictions import answers
from tests.gui.fake_jobs import ignore, lasting, record
from tests.gui.person import click

VALIDATION = predictions(*answers(100))


@pytest.fixture
def work(qapp):
    return Jobs()


@pytest.fixture
def session(qapp):
    return Session()


@pytest.fixture
def tab(qtbot, session, work):
    tab = EvaluateTab(session, work)
    qtbot.addWidget(tab, before_close_func=EvaluateTab.close_viewer)
    return tab


def enabled(tab):
    return {name for name, button in tab.buttons.items() if button.isEnabled()}


ALWAYS = {"evaluate_folder", "evaluate_list", "acceptance"}


def test_what_can_be_done_grows_with_what_there_is(qtbot, tab, session, work):
    assert enabled(tab) == ALWAYS
    session.open_dataset(ROOT, audit())
    assert enabled(tab) == ALWAYS | {"evaluate_dataset"}
    tab.show_model(summary(validation=VALIDATION))
    assert enabled(tab) == ALWAYS | {"evaluate_dataset", "card"}
    assert tab.operating.use.isEnabled()
    tab.show_evaluation(evaluation())
    assert enabled(tab) == ALWAYS | {"evaluate_dataset", "card", "save_report"}
    work.start(lasting, ignore)
    assert enabled(tab) == {"cancel_evaluation"}
    assert not tab.operating.use.isEnabled()
    assert not tab.status.progress.isHidden()
    with qtbot.waitSignal(work.succeeded):
        click(qtbot, tab, "cancel_evaluation")
    assert enabled(tab) == ALWAYS | {"evaluate_dataset", "card", "save_report"}
    assert tab.status.progress.isHidden()


def test_films_are_evaluated_with_the_model_in_use(qtbot, tab, session, work, monkeypatch):
    evaluations = record(monkeypatch, evaluate_tab, "evaluate_job")
    monkeypatch.setattr(messages, "choose_folder", lambda *_: Path("reported"))
    monkeypatch.setattr(messages, "choose_file", lambda *_: Path("labels.csv"))
    session.open_dataset(ROOT, audit())
    session.accept_leaks(True)
    session.use_model(Path("ours.safetensors"))
    for button in ("evaluate_dataset", "evaluate_folder", "evaluate_list"):
        with qtbot.waitSignal(work.succeeded):
            click(qtbot, tab, button)
    model = Path("ours.safetensors")
    assert evaluations == [
        (model, ROOT, session.preparation), (model, Path("reported"), AS_IT_IS), (model, Path("labels.csv"), AS_IT_IS),
    ]  # fmt: skip


def test_an_evaluation_shows_its_figures_and_lists_the_mistakes(tab):
    tab.show_evaluation(evaluation())
    assert tab.panels.currentWidget() is tab.figures
    assert tab.status.sentence.text() == f"6 films evaluated. {NOTICE}"
    table = tab.films.grid.table
    assert [table.film(row).path.name for row in range(table.rowCount())] == ["2.png", "3.png"]
    tab.figures.confusion.cell_chosen.emit(0, 0)
    assert tab.panels.currentWidget() is tab.films
    assert [table.film(row).path.name for row in range(table.rowCount())] == ["0.png", "1.png"]


def test_figures_are_those_of_the_model_in_use_or_none(tab, session):
    tab.show_model(summary())
    tab.show_evaluation(evaluation())
    tab.show_model(summary())  # loaded again
    assert "n = 6" in tab.figures.notes.text()
    tab.show_model(summary("resnet 87654321"))  # another operating point has another name
    assert tab.figures.notes.text() == tab.plots.sentence.text() == tab.films.title.text() == NOTHING
    tab.show_evaluation(evaluation())
    session.use_model(Path("other.safetensors"))
    assert tab.figures.notes.text() == NOTHING
    assert tab.model.text() == ""
    assert "card" not in enabled(tab)


def test_the_model_has_its_mark_and_its_operating_point(qtbot, tab, work, monkeypatch):
    points = record(monkeypatch, evaluate_tab, "choose_point_job")
    tab.show_model(summary("<b> 12345678", is_accepted=True, validation=VALIDATION))
    assert tab.model.text() == "<b> 12345678 · ✓ Not validated here."
    assert tab.operating.now.text() == "In use: Threshold 0.5000."
    tab.operating.wish.setCurrentText("threshold 0.4")
    tab.operating.error.setCurrentText("10 of 100")
    with qtbot.waitSignal(work.succeeded):
        click(qtbot, tab, "use_point")
    with qtbot.waitSignal(work.succeeded):
        click(qtbot, tab, "own_point")
    assert points == [(None, Wish(Goal.THRESHOLD, 0.4), 0.1), (None, None, None)]
    tab.show_model(summary(validation=None))
    assert tab.model.text().startswith("resnet 12345678 · ! ")
    assert tab.operating.sentence.text().startswith(NO_POINT)
    assert not tab.operating.own.isEnabled()


def test_a_report_has_the_prevalence_on_the_screen(qtbot, tab, monkeypatch):
    saved = []
    monkeypatch.setattr(tab.documents, "save_report", saved.append)
    tab.show_evaluation(evaluation())
    tab.figures.prevalence.setValue(2.5)
    click(qtbot, tab, "save_report")
    assert saved[0].at_prevalence.prevalence == pytest.approx(0.025)
    tab.show_saved(SaveResult(Path("out\u202e.pdf")))
    assert tab.status.sentence.text() == "Written: out\\u202E.pdf"


def test_an_acceptance_test_runs_on_what_was_ordered(qtbot, tab, work, monkeypatch):
    tests = record(monkeypatch, evaluate_tab, "acceptance_job")
    monkeypatch.setattr(AcceptanceDialog, "exec", lambda _dialog: QDialog.DialogCode.Rejected)
    click(qtbot, tab, "acceptance")
    assert tests == []

    def fill(dialog):
        dialog.set_source(SOURCE)
        return QDialog.DialogCode.Accepted

    monkeypatch.setattr(AcceptanceDialog, "exec", fill)
    with qtbot.waitSignal(work.succeeded):
        click(qtbot, tab, "acceptance")
    ((model, order, folder),) = tests
    assert (model, order) == (None, AcceptanceOrder(SOURCE, 0.85, 0.75, ""))
    assert folder.parent == data_folder() / "acceptances"


def test_the_outcome_of_an_acceptance_test_is_shown_and_the_model_loaded_again(qtbot, tab, work, monkeypatch):
    loads = record(monkeypatch, evaluate_tab, "show_model_job")
    saved = []
    monkeypatch.setattr(tab.documents, "save_form", saved.append)
    result = acceptance(evaluation())
    with qtbot.waitSignal(work.succeeded):
        tab.show_acceptance(result)
    assert loads == [(None,)]
    assert "n = 6" in tab.figures.notes.text()
    click(qtbot, tab, "save_form")
    assert saved == [result]
