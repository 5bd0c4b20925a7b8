"""Rate finder and search as a person uses them."""

import pytest
from PySide6.QtWidgets import QDialog

from core.runs.run_list import runs_folder
from core.training import rate_finder
from core.training.events import RateCurve, SearchResult
from gui.training.rate_dialog import RateDialog
from gui.widgets import messages
from tests.gui.person import click


def test_rate_finder_fills_the_form(qtbot, window, tab, tiny_network, monkeypatch):
    monkeypatch.setattr(rate_finder, "STEPS", 20)
    with qtbot.waitSignal(window.job_shown, timeout=100_000) as shown:
        click(qtbot, tab, "find_rate")
    assert isinstance(shown.args[0], RateCurve)
    tab.findChild(RateDialog, "rate_dialog").reject()
    tab.show_rate_curve(RateCurve((1e-5, 1e-3, 1e-1), (1.0, 0.5, 2.0), 2e-3))
    dialogs = [one for one in tab.findChildren(RateDialog) if one.isVisible()]
    assert "2.0e-03" in dialogs[0].sentence.text()
    dialogs[0].accept()
    assert tab.form.recipe().learning_rate == pytest.approx(2e-3)
    assert isinstance(dialogs[0], QDialog)


def test_search_puts_the_best_recipe_into_the_form(qtbot, window, tab, tiny_network, monkeypatch):
    monkeypatch.setattr(messages, "ask_hours", lambda *_: 1e-4)  # time for one trial, which may end
    with qtbot.waitSignal(window.job_shown, timeout=100_000) as shown:
        click(qtbot, tab, "search")
    assert isinstance(shown.args[0], SearchResult)
    assert shown.args[0].finished >= 1
    assert tab.form.recipe().learning_rate == pytest.approx(shown.args[0].recipe.learning_rate, abs=1e-6)
    assert "validation AUC" in tab.view.status.text()
    with qtbot.waitSignal(window.job_shown, timeout=100_000) as shown:
        click(qtbot, tab, "resume_search")
    assert shown.args[0].finished + shown.args[0].pruned >= 2
    assert len(list(runs_folder().glob("search-*"))) == 1
    with qtbot.waitSignal(window.job_shown, timeout=20_000):
        window.tabs.setCurrentWidget(window.runs_tab)
    assert window.runs_tab.view.model().rowCount() >= 2


def test_continuing_a_search_that_never_was_says_so(qtbot, window, tab, monkeypatch, errors):
    monkeypatch.setattr(messages, "ask_hours", lambda *_: 1)
    with qtbot.waitSignal(window.job_shown, timeout=20_000):
        click(qtbot, tab, "resume_search")
    assert errors == ["There is no earlier search on this dataset. Start one with Search."]
