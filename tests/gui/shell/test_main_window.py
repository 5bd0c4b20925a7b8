"""The window as a person uses it."""

import numpy as np
import pytest
from PIL import Image
from PySide6.QtWidgets import QComboBox, QSpinBox

from core.screening.events import FilmReading, ScreeningResult
from core.training.events import TrainingResult
from gui.jobs.jobs import JobState
from gui.state.settings import Theme
from gui.widgets import messages
from tests.factories import write_few_films
from tests.gui.person import click


def test_first_use_from_films_to_worklist(
    qtbot, window, tiny_network, no_shortcut_probe, dataset_folder, tmp_path, monkeypatch
):
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
        window.classify_tab.controls.export.menu().actions()[0].trigger()
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
        window.jobs.cancel()
        assert "Stopping" in window.statusBar().currentMessage()


@pytest.mark.parametrize("theme", [Theme.DARK, Theme.LIGHT])
def test_each_tab_paints(window, theme, tmp_path):
    window.set_theme(theme)
    for number in range(window.tabs.count()):
        window.tabs.setCurrentIndex(number)
        path = tmp_path / f"{number}.png"
        window.grab().save(str(path))
        assert np.asarray(Image.open(path).convert("L")).std() > 3


def test_a_folder_given_while_work_is_going_on_is_screened_afterwards(window, qtbot, tmp_path):
    films = write_few_films(tmp_path / "films")
    results = []
    window.job_shown.connect(results.append)
    with qtbot.waitSignal(window.job_shown, timeout=60_000, check_params_cb=lambda _: len(results) == 2):
        window.classify_tab.open(films)
        window.open_path(films)
        assert window.jobs.state is JobState.RUNNING
        assert "films will be opened when" in window.statusBar().currentMessage()
    assert results[-1].found == 2
