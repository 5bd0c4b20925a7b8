"""The tabs, and which of them shows a result."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel

from core.models.decision import Decision
from core.runs.run_comparison import Comparison, Pair
from core.training.events import RateCurve, SearchResult, TrainingResult
from gui.dataset import dataset_tab
from gui.evaluate import evaluate_tab
from gui.jobs.evaluation_jobs import SaveResult
from gui.jobs.run_jobs import RunListing
from gui.jobs.screening_jobs import ExportResult, LabelListResult
from gui.shell.main_tabs import MainTabs
from gui.state.session import Room
from gui.training.rate_dialog import RateDialog
from gui.widgets.theme import DARK, LIGHT
from tests.factories import QUICK
from tests.gui.classify.examples import screening
from tests.gui.dataset.examples import DOUBTS, ROOT, audit
from tests.gui.evaluate.examples import evaluation, summary
from tests.gui.fake_jobs import ignore, lasting, record
from tests.gui.runs.examples import run


@pytest.fixture
def tabs(qtbot, session, work):
    tabs = MainTabs(session, work)
    qtbot.addWidget(tabs, before_close_func=MainTabs.close_viewers)
    return tabs


def test_each_result_is_shown_in_its_tab(qtbot, tabs, session, work, monkeypatch):
    record(monkeypatch, dataset_tab, "open_job")
    with qtbot.waitSignal(work.succeeded):
        tabs.dataset.open(ROOT)
    first, second = run("first"), run("second")
    pair = Pair(first, second, None, None, "first is better.")
    dataset, training, runs, evaluate, classify = tabs.dataset, tabs.training, tabs.runs, tabs.evaluate, tabs.classify
    for result, label, text in (
        (audit(), dataset.summary, "6 films of 5 patients"),
        (DOUBTS, dataset.summary, DOUBTS.sentence),
        (SearchResult(QUICK, 0.9, 2, 0), training.view.status, "validation AUC 0.900"),
        (TrainingResult(Path("run"), False, None, None, 1, None, None), training.view.status, "Stopped after 1 epoch"),
        (RunListing((first,), (Path("torn"),)), runs.sentence, "torn"),
        (Comparison((first, second), (), 4, (None, None), (None, None), (pair,)), runs.sentence, "first is better."),
        (summary(), evaluate.model, "resnet 12345678"),
        (evaluation(), evaluate.status.sentence, "6 films evaluated."),
        (SaveResult(Path("report.pdf")), evaluate.status.sentence, "report.pdf"),
        (screening(), classify.findChild(QLabel, "toast"), "5 files found"),
        (ExportResult(Path("results.csv")), classify.findChild(QLabel, "toast"), "results.csv"),
    ):  # fmt: skip
        assert text not in label.text()
        tabs.show_result(result)
        assert text in label.text()
    assert session.audit.findings[0] is DOUBTS
    tabs.show_result(RateCurve((1e-4, 1e-3), (1.0, 0.9), None))
    assert training.findChild(RateDialog).isVisible()
    tabs.show_result("an unknown result")
    tabs.show_result(None)


def test_tabs_turn_to_what_is_wanted_and_reload_runs_and_model(qtbot, tabs, session, work, monkeypatch):
    audits = record(monkeypatch, dataset_tab, "audit_job")
    loads = record(monkeypatch, evaluate_tab, "show_model_job")
    for tab, ended in ((tabs.runs, tabs.runs.reader.read), (tabs.evaluate, work.succeeded)):
        with qtbot.waitSignal(ended):
            tabs.setCurrentWidget(tab)
    tabs.setCurrentWidget(tabs.classify)
    assert len(loads) == 1
    session.continue_from(run("first"))
    assert tabs.currentWidget() is tabs.training
    with qtbot.waitSignal(work.succeeded):
        tabs.show_result(LabelListResult(Path("labels.csv")))
    assert tabs.currentWidget() is tabs.dataset
    assert audits == [(Path("labels.csv"), None)]


def test_a_tab_opened_while_a_job_runs_is_loaded_after_it(qtbot, tabs, work, monkeypatch):
    loads = record(monkeypatch, evaluate_tab, "show_model_job")
    with qtbot.waitSignal(work.succeeded):
        work.start(lasting, ignore)
        tabs.setCurrentWidget(tabs.evaluate)
        work.cancel()
    with qtbot.waitSignal(work.succeeded):
        tabs.refresh()
    tabs.refresh()
    assert len(loads) == 1


def test_a_tab_is_found_by_its_name(tabs):
    for name in ("training_tab", "classify_tab"):
        tabs.show_named(name)
        assert tabs.current_name() == name
    for name in ("", "log", "of another version"):
        tabs.show_named(name)
        assert tabs.current_name() == "classify_tab"


def test_menus_stand_beside_the_tabs_within_the_same_height(qtbot, tabs):
    tabs.menus.addMenu("Display")
    tabs.resize(1000, 600)
    with qtbot.waitExposed(tabs):
        tabs.show()
    assert tabs.menus.isVisible()
    assert not tabs.menus.isNativeMenuBar()
    assert tabs.tabBar().height() <= 34
    assert tabs.menus.geometry().bottom() <= tabs.tabBar().geometry().bottom() + 3


@pytest.mark.parametrize("room", list(Room))
def test_a_door_leads_to_each_room(tabs, session, room):
    session.go_to(room)
    assert tabs.currentWidget() is getattr(tabs, room.name.lower())


def test_colours_reach_the_tabs_and_windows_close_with_them(tabs):
    for colours in (LIGHT, DARK):
        tabs.set_colours(colours)
        assert tabs.classify.room.strip.table.tint(Decision.LIKELY).name() == colours.likely
        assert colours.text in tabs.evaluate.plots.scores.caption.text()
    tabs.evaluate.documents.show_card(summary().card)
    tabs.training.tools.preview_window.show()
    tabs.dataset.browser.viewer.show()
    windows = (tabs.evaluate.documents.card_window, tabs.training.tools.preview_window, tabs.dataset.browser.viewer)
    assert all(window.isVisible() for window in windows)
    tabs.close_viewers()
    assert not any(window.isVisible() for window in windows)
