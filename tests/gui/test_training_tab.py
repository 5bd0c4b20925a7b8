"""Preview, rate finder and search as a person uses them."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDoubleSpinBox, QPushButton

from core.events import RateCurve, SearchResult
from gui import messages
from gui.rate_dialog import RateDialog


def press(qtbot, parent, name):
    qtbot.mouseClick(parent.findChild(QPushButton, name), Qt.MouseButton.LeftButton)


@pytest.fixture
def tab(qtbot, window, dataset_folder, quick_recipe):
    assert not window.training_tab.findChild(QPushButton, "preview").isEnabled()
    with qtbot.waitSignal(window.job_shown, timeout=20_000):
        window.dataset_tab.open(dataset_folder)
    window.tabs.setCurrentWidget(window.training_tab)
    window.training_tab.form.show_recipe(replace(quick_recipe, epochs=1))
    return window.training_tab


def test_preview_follows_the_form(qtbot, tab):
    preview = tab.preview_window
    with qtbot.waitSignal(preview.work.succeeded, timeout=20_000):
        press(qtbot, tab, "preview")
    plain = [label.pixmap().toImage() for label in preview.films]
    assert all(image == plain[0] for image in plain)
    with qtbot.waitSignal(preview.work.succeeded, timeout=20_000):
        tab.form.findChild(QDoubleSpinBox, "rotation_degrees").setValue(20)
    turned = [label.pixmap().toImage() for label in preview.films]
    assert turned[0] != plain[0]
    assert turned[0] != turned[1]
    with qtbot.waitSignal(preview.work.succeeded, timeout=20_000):
        press(qtbot, preview, "again")
    assert preview.films[0].pixmap().toImage() != turned[0]
    preview.close()


def test_rate_finder_fills_the_form(qtbot, window, tab):
    with qtbot.waitSignal(window.job_shown, timeout=60_000) as shown:
        press(qtbot, tab, "find_rate")
    assert isinstance(shown.args[0], RateCurve)
    tab.findChild(RateDialog, "rate_dialog").reject()
    tab.show_curve(RateCurve((1e-5, 1e-3, 1e-1), (1.0, 0.5, 2.0), 2e-3))
    dialogs = [one for one in tab.findChildren(RateDialog) if one.isVisible()]
    assert "2.0e-03" in dialogs[0].sentence.text()
    dialogs[0].accept()
    assert tab.form.recipe().learning_rate == pytest.approx(2e-3)
    assert isinstance(dialogs[0], QDialog)


def test_search_puts_the_best_recipe_into_the_form(qtbot, window, tab, monkeypatch):
    monkeypatch.setattr(messages, "ask_hours", lambda *_: 1e-4)  # time for one trial, which may end
    with qtbot.waitSignal(window.job_shown, timeout=60_000) as shown:
        press(qtbot, tab, "search")
    assert isinstance(shown.args[0], SearchResult)
    assert shown.args[0].finished >= 1
    assert tab.form.recipe().learning_rate == pytest.approx(shown.args[0].recipe.learning_rate, abs=1e-6)
    assert "validation AUC" in tab.status.text()
    with qtbot.waitSignal(window.job_shown, timeout=20_000):
        window.tabs.setCurrentWidget(window.runs_tab)
    assert window.runs_tab.view.model().rowCount() >= 1
