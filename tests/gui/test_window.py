"""The window as a person uses it."""

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox, QPushButton, QSpinBox

from core.models.decision import Decision
from core.screening.events import FilmReading, LedgerRow, ScreeningResult, Status
from core.training.events import TrainingResult
from gui.classify.worklist_table import DECISION
from gui.state.settings import Theme, load_settings
from gui.widgets import messages


def click(qtbot, parent, name):
    qtbot.mouseClick(parent.findChild(QPushButton, name), Qt.MouseButton.LeftButton)


def test_first_use_from_films_to_worklist(qtbot, window, dataset_folder, tmp_path, monkeypatch):
    (dataset_folder / "NORMAL" / "<b>bold<b>.png").write_bytes(b"")
    with qtbot.waitSignal(window.job_shown, timeout=20_000):
        window.dataset_tab.open(dataset_folder)
    assert "24 films of 24 patients, 1 unreadable" in window.dataset_tab.summary.text()

    window.tabs.setCurrentWidget(window.training_tab)
    form = window.training_tab.form
    form.findChild(QSpinBox, "epochs").setValue(1)
    form.findChild(QSpinBox, "image_size_px").setValue(64)
    form.findChild(QComboBox, "start").setCurrentText("random")
    with qtbot.waitSignal(window.job_shown, timeout=50_000) as shown:
        click(qtbot, window.training_tab, "start")
    assert isinstance(shown.args[0], TrainingResult)
    assert "not a diagnosis" in window.training_tab.view.status.text()
    assert "ROC AUC" in window.training_tab.view.log.toPlainText()

    window.tabs.setCurrentWidget(window.classify_tab)
    with qtbot.waitSignal(window.job_shown, timeout=20_000) as shown:
        window.classify_tab.open(dataset_folder)
    assert isinstance(shown.args[0], ScreeningResult)
    assert window.classify_tab.worklist.view.model().rowCount() == 25
    monkeypatch.setattr(messages, "choose_new_file", lambda *_: tmp_path / "export.csv")
    with qtbot.waitSignal(window.job_shown, timeout=20_000):
        window.classify_tab.export.menu().actions()[0].trigger()
    assert len((tmp_path / "export.csv").read_text().splitlines()) == 26

    with qtbot.waitSignal(window.job_shown, timeout=20_000) as shown:
        window.classify_tab.open(next((dataset_folder / "PNEUMONIA").iterdir()))
    assert isinstance(shown.args[0], FilmReading)
    assert window.classify_tab.reading.verdict.text().startswith("PNEUMONIA · ")
    assert "not a diagnosis" in window.classify_tab.reading.details.text()


def test_a_wrong_choice_is_a_sentence(qtbot, window, errors, tmp_path):
    with qtbot.waitSignal(window.job_shown):
        window.dataset_tab.open(tmp_path / "nowhere")
    assert "does not exist" in errors[0]


def test_closing_in_the_middle_asks_stops_and_closes(qtbot, window, monkeypatch):
    def job(cancel):
        while not cancel.wait(0.01):
            yield 1

    monkeypatch.setattr(messages, "ask_stop_and_close", lambda _parent: True)
    window.jobs.start(lambda cancel: job(cancel), window.dataset_tab.show_event)
    window.close()
    assert window.isVisible()
    qtbot.waitUntil(lambda: not window.isVisible())


def test_cancel_says_so_at_once(qtbot, window):
    def job(cancel):
        while not cancel.wait(0.01):
            yield 1

    window.jobs.start(lambda cancel: job(cancel), window.dataset_tab.show_event)
    with qtbot.waitSignal(window.job_shown):
        click(qtbot, window.dataset_tab, "cancel")
        assert "Stopping" in window.statusBar().currentMessage()


def test_theme_is_kept(qtbot, window):
    next(action for action in window.findChildren(QAction) if action.data() is Theme.LIGHT).trigger()
    assert load_settings().theme is Theme.LIGHT


@pytest.mark.parametrize("theme", [Theme.DARK, Theme.LIGHT])
def test_each_tab_paints(window, theme, tmp_path):
    window.set_theme(theme)
    for number in range(window.tabs.count()):
        window.tabs.setCurrentIndex(number)
        path = tmp_path / f"{number}.png"
        window.grab().save(str(path))
        assert np.asarray(Image.open(path).convert("L")).std() > 3


def luminance(colour):
    """Relative luminance of a QColor (WCAG 2.1)."""
    parts = np.array(colour.getRgbF()[:3])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


@pytest.mark.parametrize("theme", [Theme.DARK, Theme.LIGHT])
def test_decisions_can_be_read_in_each_theme(window, theme):
    window.set_theme(theme)
    worklist = window.classify_tab.worklist
    for number, decision in enumerate(Decision):
        worklist.add(LedgerRow(f"{number}.png", Status.SCORED, "", "PNEUMONIA", 0.5, decision, "model"))
    base = luminance(worklist.view.palette().base().color())
    model = worklist.view.model()
    for row in range(model.rowCount()):
        tint = luminance(model.index(row, DECISION).data(Qt.ItemDataRole.ForegroundRole))
        assert (max(tint, base) + 0.05) / (min(tint, base) + 0.05) >= 4.5
