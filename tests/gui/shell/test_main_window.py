"""The window as a person uses it."""

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QSpinBox

from core.screening.events import ScreeningResult
from core.training.events import TrainingResult
from gui.state.settings import Mouse, Theme, load_settings
from gui.widgets import messages
from tests.factories import write_few_films
from tests.gui.fake_jobs import ignore, lasting
from tests.gui.person import click, job_ended


def test_first_use_from_films_to_worklist(
    qtbot, window, tiny_network, no_shortcut_probe, dataset_folder, tmp_path, monkeypatch
):
    (dataset_folder / "NORMAL" / "<b>bold<b>.png").write_bytes(b"")
    with qtbot.waitSignal(window.jobs.ended, timeout=20_000):
        window.dataset_tab.open(dataset_folder)
    assert "24 films of 24 patients, 1 unreadable" in window.dataset_tab.summary.text()

    window.tabs.setCurrentWidget(window.training_tab)
    form = window.training_tab.form
    form.findChild(QSpinBox, "epochs").setValue(1)
    form.findChild(QSpinBox, "image_size_px").setValue(64)
    form.findChild(QComboBox, "start").setCurrentText("random")
    with qtbot.waitSignal(window.jobs.ended, timeout=50_000) as shown:
        click(qtbot, window.training_tab, "start")
    assert isinstance(shown.args[0], TrainingResult)
    assert "not a diagnosis" in window.training_tab.view.status.text()
    assert "ROC AUC" in window.training_tab.view.log.toPlainText()

    window.tabs.setCurrentWidget(window.classify_tab)
    with qtbot.waitSignal(window.jobs.ended, timeout=20_000) as shown:
        window.classify_tab.open(dataset_folder)
    assert isinstance(shown.args[0], ScreeningResult)
    assert len(window.classify_tab.room.opened.rows) == 25
    monkeypatch.setattr(messages, "choose_new_file", lambda *_: tmp_path / "export.csv")
    with qtbot.waitSignal(window.jobs.ended, timeout=20_000):
        window.classify_tab.toolbar.export.menu().actions()[0].trigger()
    assert len((tmp_path / "export.csv").read_text().splitlines()) == 26

    window.classify_tab.open(next((dataset_folder / "PNEUMONIA").iterdir()))
    pane = window.classify_tab.room.pane
    qtbot.waitUntil(lambda: pane.verdict is not None, timeout=20_000)
    assert "Pneumonia" in pane.verdict.words
    assert "not a diagnosis" in pane.verdict.details


def test_a_wrong_choice_is_a_sentence(qtbot, window, errors, tmp_path):
    with qtbot.waitSignal(window.jobs.ended):
        window.dataset_tab.open(tmp_path / "nowhere")
    assert "does not exist" in errors[0]


def test_closing_in_the_middle_asks_stops_and_closes(qtbot, window, monkeypatch):
    def job(cancel):
        while not cancel.wait(0.01):
            yield 1

    monkeypatch.setattr(messages, "ask_stop_and_close", lambda _parent: True)
    window.jobs.start(job, ignore)
    window.close()
    assert window.isVisible()
    qtbot.waitUntil(lambda: not window.isVisible())


@pytest.mark.parametrize("answer", [True, False])
def test_the_job_may_end_while_it_is_asked_whether_to_stop(qtbot, window, monkeypatch, answer):
    def ask(_parent):
        with qtbot.waitSignal(window.jobs.ended):
            window.jobs.cancel()
        return answer

    monkeypatch.setattr(messages, "ask_stop_and_close", ask)
    window.jobs.start(lasting, ignore)
    assert window.close() is answer
    assert window.jobs.is_closed is answer


def test_cancel_says_so_at_once(qtbot, window):
    def job(cancel):
        while not cancel.wait(0.01):
            yield 1

    window.jobs.start(job, ignore)
    with qtbot.waitSignal(window.jobs.ended):
        qtbot.mouseClick(window.strip.stop, Qt.MouseButton.LeftButton)
        assert window.strip.sentence.text() == "Stopping after this batch…"
        assert not window.strip.stop.isEnabled()
    assert window.strip.sentence.text() == "Ready. Nothing leaves this computer."
    assert not window.strip.stop.isVisible()


@pytest.mark.parametrize("theme", [Theme.DARK, Theme.LIGHT])
def test_each_tab_paints(window, theme, tmp_path):
    window.set_theme(theme)
    for number in range(window.tabs.count()):
        window.tabs.setCurrentIndex(number)
        path = tmp_path / f"{number}.png"
        window.grab().save(str(path))
        assert np.asarray(Image.open(path).convert("L")).std() > 3


def test_a_folder_given_during_the_welcome_is_screened_afterwards(window, qtbot, tmp_path):
    films = write_few_films(tmp_path / "films")
    with qtbot.waitSignal(window.jobs.ended, timeout=60_000):
        window.show_welcome()
        window.open_path(films)
        assert window.strip.sentence.text() == "films will be opened after the welcome."
    with job_ended(qtbot, window, ScreeningResult) as shown:
        qtbot.mouseClick(window.welcome.begin, Qt.MouseButton.LeftButton)
    assert shown.args[0].found == 2
    assert window.tabs.currentWidget() is window.classify_tab


def test_a_path_is_opened_whatever_runs(window, qtbot, tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr(window.classify_tab, "open", opened.append)
    with qtbot.waitSignal(window.jobs.ended):
        window.jobs.start(lasting, ignore)
        window.open_path(tmp_path)
        assert opened == [tmp_path]
        window.jobs.cancel()


def test_the_mouse_and_the_place_are_kept(window, qtbot):
    window.view_menu.mouses[Mouse.PACS].trigger()
    window.tabs.setCurrentWidget(window.training_tab)
    window.resize(1010, 610)
    window.close()
    kept = load_settings()
    assert (kept.mouse, kept.tab) == (Mouse.PACS, "training_tab")
    assert (kept.window.width, kept.window.height, kept.window.is_maximised) == (1010, 610, False)
    assert not window.view_menu.mouses[Mouse.STANDARD].isChecked()


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # offscreen, a menu cannot grab the keyboard
def test_the_menus_open_by_the_keyboard(window, qtbot):
    with qtbot.waitActive(window):
        window.activateWindow()
    qtbot.keyPress(window, Qt.Key.Key_Alt)
    qtbot.keyRelease(window, Qt.Key.Key_Alt)
    assert window.tabs.menus.hasFocus()
    qtbot.keyClick(window.tabs.menus, Qt.Key.Key_Down)
    assert window.view_menu.isVisible()
    qtbot.keyClick(window.view_menu, Qt.Key.Key_Escape)
    assert not window.view_menu.isVisible()
