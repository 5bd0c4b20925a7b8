"""The tabs, and which of them shows a result."""

from pathlib import Path

import pytest

from core.models.decision import Decision
from gui.dataset import dataset_tab
from gui.evaluate import evaluate_tab
from gui.shell.main_tabs import MainTabs
from gui.state.session import Room
from gui.widgets.theme import DARK, LIGHT
from tests.gui.evaluate.examples import summary
from tests.gui.fake_jobs import ignore, lasting, record
from tests.gui.runs.examples import run


@pytest.fixture
def tabs(qtbot, session, work):
    tabs = MainTabs(session, work)
    qtbot.addWidget(tabs, before_close_func=MainTabs.close_viewers)
    return tabs


def test_tabs_turn_to_what_is_wanted_and_reload_runs_and_model(qtbot, tabs, session, work, monkeypatch):
    audits = record(monkeypatch, dataset_tab, "audit_job")
    loads = record(monkeypatch, evaluate_tab, "show_model_job")
    for tab, ended in ((tabs.runs, tabs.runs.listed), (tabs.evaluate, work.ended)):
        with qtbot.waitSignal(ended):
            tabs.setCurrentWidget(tab)
    tabs.setCurrentWidget(tabs.classify)
    assert len(loads) == 1
    session.continue_from(run("first"))
    assert tabs.currentWidget() is tabs.training
    with qtbot.waitSignal(work.ended):
        session.open_list(Path("labels.csv"))
    assert tabs.currentWidget() is tabs.dataset
    assert audits == [(Path("labels.csv"), None)]


def test_a_tab_opened_while_a_job_runs_is_loaded_after_it(qtbot, tabs, work, monkeypatch):
    loads = record(monkeypatch, evaluate_tab, "show_model_job")
    with qtbot.waitSignal(work.ended):
        work.start(lasting, ignore)
        tabs.setCurrentWidget(tabs.evaluate)
        work.cancel()
    with qtbot.waitSignal(work.ended):
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
