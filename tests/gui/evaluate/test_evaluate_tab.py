"""The room of evaluation, used as a person would."""

import json
from pathlib import Path

import pytest
from pypdf import PdfReader
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog

from core.datasets.preparation import AS_IT_IS
from core.evaluation.evaluation import Target
from core.jobs.events import Progressed, Stage
from core.models.model_in_use import ModelInUse
from core.models.operating_point import Goal, Wish
from core.system.app_folders import data_folder
from core.system.errors import JobFailed, Reason
from core.system.product import NOTICE
from gui.evaluate import evaluate_tab
from gui.evaluate.acceptance_dialog import AcceptanceDialog
from gui.evaluate.evaluate_tab import EvaluateTab
from gui.evaluate.evaluation_panels import NOTHING
from gui.evaluate.operating_panel import NO_POINT
from gui.jobs.evaluation_jobs import AcceptanceOrder
from gui.widgets import messages
from tests.gui.dataset.examples import ROOT, audit
from tests.gui.evaluate.examples import SOURCE, acceptance, evaluation, predictions, summary
from tests.gui.evaluate.predictions import answers
from tests.gui.fake_jobs import ignore, lasting, record
from tests.gui.person import click, job_ended


def test_the_room_opens_with_the_model_and_its_mark(tab):
    assert "! Not validated here" in tab.model.text()
    assert "the model's own" in tab.operating.now.text()
    assert not tab.buttons["save_report"].isEnabled()
    assert tab.operating.use.isEnabled()


def test_another_point_leaves_the_figures_and_says_at_which_they_were_measured(tab, window, evaluated, qtbot):
    before = tab.figures.notes.text()
    assert not tab.status.earlier.isVisible()
    tab.operating.wish.setCurrentText("threshold 0.9")
    with job_ended(qtbot, window, ModelInUse):
        qtbot.mouseClick(tab.operating.use, Qt.MouseButton.LeftButton)
    assert tab.figures.notes.text() == before
    assert tab.status.earlier.isVisible()
    assert evaluated.point.rstrip(".") in tab.status.earlier.text()
    assert tab.buttons["save_report"].isEnabled()
    with job_ended(qtbot, window, ModelInUse):
        qtbot.mouseClick(tab.operating.own, Qt.MouseButton.LeftButton)
    assert not tab.status.earlier.isVisible()


def test_after_an_acceptance_no_line_says_not_validated(tab, window, qtbot, films, monkeypatch):
    """The page shows the outcome in the model's line and in the notes, and "Not validated here" nowhere."""

    def fill(dialog):
        dialog.set_source(films)
        return QDialog.DialogCode.Accepted

    monkeypatch.setattr(AcceptanceDialog, "exec", fill)
    with job_ended(qtbot, window, ModelInUse):
        qtbot.mouseClick(tab.buttons["acceptance"], Qt.MouseButton.LeftButton)
    for label in (tab.model, tab.figures.notes):
        assert "ccepted here on" in label.text()
        assert "Not validated here" not in label.text()


def test_the_report_is_saved(tab, window, evaluated_here, qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr(messages, "choose_folder", lambda *_: tmp_path / "report")
    with job_ended(qtbot, window, Path):
        qtbot.mouseClick(tab.buttons["save_report"], Qt.MouseButton.LeftButton)
    assert json.loads((tmp_path / "report" / "metrics.json").read_text())["n"] == 44
    assert len(PdfReader(tmp_path / "report" / "report.pdf").pages) >= 2
    assert "report.pdf" in tab.status.sentence.text()


def test_the_card_is_shown_and_saved(tab, window, qtbot, tmp_path, monkeypatch):
    qtbot.mouseClick(tab.buttons["card"], Qt.MouseButton.LeftButton)
    assert tab.documents.card_window.isVisible()
    assert "Ethical considerations" in tab.documents.card_window.text.toPlainText()
    monkeypatch.setattr(messages, "choose_new_file", lambda *_: tmp_path / "card.pdf")
    with job_ended(qtbot, window, Path):
        tab.documents.card_window.saving_wanted.emit(tab.documents.card_window.shown)
    assert PdfReader(tmp_path / "card.pdf").metadata.title == "Model card"


VALIDATION = predictions(*answers(100))


@pytest.fixture
def tab_alone(qtbot, session, work):
    tab_alone = EvaluateTab(session, work)
    qtbot.addWidget(tab_alone, before_close_func=EvaluateTab.close_viewer)
    return tab_alone


def enabled(tab_alone):
    return {name for name, button in tab_alone.buttons.items() if button.isEnabled()}


ALWAYS = {"evaluate_folder", "evaluate_list", "acceptance"}


def test_what_can_be_done_grows_with_what_there_is(qtbot, tab_alone, session, work):
    assert enabled(tab_alone) == ALWAYS
    session.open_dataset(ROOT, audit())
    assert enabled(tab_alone) == ALWAYS | {"evaluate_dataset"}
    tab_alone.show_model(summary(validation=VALIDATION))
    assert enabled(tab_alone) == ALWAYS | {"evaluate_dataset", "card"}
    assert tab_alone.operating.use.isEnabled()
    tab_alone.show_evaluation(evaluation())
    assert enabled(tab_alone) == ALWAYS | {"evaluate_dataset", "card", "save_report"}
    work.start(lasting, ignore)
    assert enabled(tab_alone) == set()
    assert not tab_alone.operating.use.isEnabled()
    with qtbot.waitSignal(work.ended):
        work.cancel()
    assert enabled(tab_alone) == ALWAYS | {"evaluate_dataset", "card", "save_report"}


@pytest.mark.parametrize("outcome", ["fails", "is stopped"])
def test_however_a_job_ends_nothing_goes_on_moving(qtbot, tab_alone, work, monkeypatch, outcome):
    def job(cancel):
        yield Progressed(Stage.LOADING_NETWORK, 0, None)
        if outcome == "fails":
            raise JobFailed(Reason.DATASET_INVALID, "No films.")
        cancel.wait(20)

    monkeypatch.setattr(evaluate_tab, "evaluate_job", lambda *_: job)
    monkeypatch.setattr(messages, "choose_folder", lambda *_: Path("reported"))
    with qtbot.waitSignal(work.ended):
        click(qtbot, tab_alone, "evaluate_folder")
        assert work.name == "Evaluating on reported"
        if outcome != "fails":
            qtbot.waitUntil(lambda: "Loading the network" in tab_alone.status.sentence.text())
            work.cancel()
    assert tab_alone.status.sentence.text() == NOTICE


def test_a_model_that_was_replaced_while_it_was_read_is_not_shown(qtbot, tab_alone, session, work, monkeypatch):
    loads = []

    def make_job(model):
        def job(_cancel):
            loads.append(model)
            yield

        return job

    monkeypatch.setattr(evaluate_tab, "show_model_job", make_job)
    tab_alone.show()
    with qtbot.waitSignal(work.ended):
        tab_alone.refresh()
        session.evaluate_model(Path("ours.safetensors"))
    with qtbot.waitSignal(work.ended):
        tab_alone.show_model(summary("other 12345678"))
    assert tab_alone.model.text() == ""
    assert loads == [None, Path("ours.safetensors")]
    assert session.model is None


def test_a_look_at_test_films_is_counted_in_the_list_of_runs(qtbot, tab_alone, session):
    with qtbot.waitSignal(session.runs_changed):
        tab_alone.show_evaluation(evaluation())


def test_films_are_evaluated_with_the_model_in_use(qtbot, tab_alone, session, work, monkeypatch):
    evaluations = record(monkeypatch, evaluate_tab, "evaluate_job")
    monkeypatch.setattr(messages, "choose_folder", lambda *_: Path("reported"))
    monkeypatch.setattr(messages, "choose_file", lambda *_: Path("labels.csv"))
    session.open_dataset(ROOT, audit())
    session.accept_leaks(True)
    session.use_model(Path("ours.safetensors"))
    for button in ("evaluate_dataset", "evaluate_folder", "evaluate_list"):
        with qtbot.waitSignal(work.ended):
            click(qtbot, tab_alone, button)
    model = Path("ours.safetensors")
    assert evaluations == [
        (model, ROOT, session.preparation), (model, Path("reported"), AS_IT_IS), (model, Path("labels.csv"), AS_IT_IS),
    ]  # fmt: skip


def test_an_evaluation_shows_its_figures_and_lists_the_mistakes(tab_alone):
    tab_alone.show_evaluation(evaluation())
    assert tab_alone.panels.currentWidget() is tab_alone.figures
    assert tab_alone.status.sentence.text() == f"6 films evaluated. {NOTICE}"
    table = tab_alone.films.grid.table
    assert [table.film(row).path.name for row in range(table.rowCount())] == ["2.png", "3.png"]
    tab_alone.figures.confusion.cell_chosen.emit(0, 0)
    assert tab_alone.panels.currentWidget() is tab_alone.films
    assert [table.film(row).path.name for row in range(table.rowCount())] == ["0.png", "1.png"]


def test_figures_are_those_of_the_model_in_use_or_none(tab_alone, session):
    tab_alone.show_model(summary())
    tab_alone.show_evaluation(evaluation())
    tab_alone.show_model(summary())  # loaded again
    assert "n = 6" in tab_alone.figures.notes.text()
    tab_alone.show_model(summary("resnet 87654321"))  # another operating point has another name
    assert "n = 6" in tab_alone.figures.notes.text()
    assert "at an earlier operating point (Threshold 0.5000)" in tab_alone.status.earlier.text()
    session.use_model(Path("other.safetensors"))
    assert tab_alone.figures.notes.text() == tab_alone.plots.sentence.text() == tab_alone.films.title.text() == NOTHING
    tab_alone.show_evaluation(evaluation())
    session.use_model(Path("third.safetensors"))
    assert tab_alone.figures.notes.text() == NOTHING
    assert tab_alone.model.text() == ""
    assert "card" not in enabled(tab_alone)


def test_the_model_has_its_mark_and_its_operating_point(qtbot, tab_alone, work, monkeypatch):
    points = record(monkeypatch, evaluate_tab, "choose_point_job")
    tab_alone.show_model(summary("<b> 12345678", is_accepted=True, validation=VALIDATION))
    assert tab_alone.model.text() == "<b> 12345678 · ✓ Not validated here."
    assert tab_alone.operating.now.text() == "In use: Threshold 0.5000."
    tab_alone.operating.wish.setCurrentText("threshold 0.4")
    tab_alone.operating.error.setCurrentText("10 of 100")
    with qtbot.waitSignal(work.ended):
        click(qtbot, tab_alone, "use_point")
    with qtbot.waitSignal(work.ended):
        click(qtbot, tab_alone, "own_point")
    assert points == [(None, Wish(Goal.THRESHOLD, 0.4), 0.1), (None, None, None)]
    tab_alone.show_model(summary(validation=None))
    assert tab_alone.model.text().startswith("resnet 12345678 · ! ")
    assert tab_alone.operating.sentence.text().startswith(NO_POINT)
    assert not tab_alone.operating.own.isEnabled()


def test_a_report_has_the_prevalence_on_the_screen(qtbot, tab_alone, monkeypatch):
    saved = []
    monkeypatch.setattr(tab_alone.documents, "save_report", saved.append)
    tab_alone.show_evaluation(evaluation())
    tab_alone.figures.prevalence.setValue(2.5)
    click(qtbot, tab_alone, "save_report")
    assert saved[0].at_prevalence.prevalence == pytest.approx(0.025)
    tab_alone.documents.written.emit(Path("out\u202e.pdf"))
    assert tab_alone.status.sentence.text() == "Written: out\\u202E.pdf"


def test_an_acceptance_test_runs_on_what_was_ordered(qtbot, tab_alone, work, monkeypatch):
    tests = record(monkeypatch, evaluate_tab, "acceptance_job")
    monkeypatch.setattr(AcceptanceDialog, "exec", lambda _dialog: QDialog.DialogCode.Rejected)
    click(qtbot, tab_alone, "acceptance")
    assert tests == []

    def fill(dialog):
        dialog.set_source(SOURCE)
        return QDialog.DialogCode.Accepted

    monkeypatch.setattr(AcceptanceDialog, "exec", fill)
    with qtbot.waitSignal(work.ended):
        click(qtbot, tab_alone, "acceptance")
    ((model, order, folder),) = tests
    assert (model, order) == (None, AcceptanceOrder(SOURCE, Target(0.85, 0.75), ""))
    assert folder.parent == data_folder() / "acceptances"


def test_the_outcome_of_an_acceptance_test_is_shown_and_the_model_loaded_again(qtbot, tab_alone, work, monkeypatch):
    loads = record(monkeypatch, evaluate_tab, "show_model_job")
    saved = []
    monkeypatch.setattr(tab_alone.documents, "save_form", saved.append)
    result = acceptance(evaluation())
    with qtbot.waitSignal(work.ended):
        tab_alone.show_acceptance(result)
    assert loads == [(None,)]
    assert "n = 6" in tab_alone.figures.notes.text()
    click(qtbot, tab_alone, "save_form")
    assert saved == [result]


def test_each_job_has_a_name(qtbot, tab_alone, work, session, monkeypatch):
    for name in ("evaluate_job", "acceptance_job", "choose_point_job", "show_model_job"):
        record(monkeypatch, evaluate_tab, name)
    monkeypatch.setattr(messages, "choose_folder", lambda *_: Path("reported\u202e"))
    monkeypatch.setattr(
        AcceptanceDialog, "exec", lambda dialog: dialog.set_source(SOURCE) or QDialog.DialogCode.Accepted
    )
    tab_alone.show_model(summary(validation=VALIDATION))
    names = []
    work.state_changed.connect(lambda _state: names.append(work.name))
    for button in ("evaluate_folder", "acceptance", "use_point", "own_point"):
        with qtbot.waitSignal(work.ended):
            click(qtbot, tab_alone, button)
    with qtbot.waitSignal(work.ended):
        tab_alone.refresh()
    assert names[::2] == [
        "Evaluating on reported\\u202E",
        "Acceptance test",
        "Setting the operating point",
        "Setting the operating point",
        "Reading the model",
    ]
