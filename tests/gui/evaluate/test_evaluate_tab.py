"""The room of evaluation, used as a person would."""

import json

from pypdf import PdfReader
from PySide6.QtCore import Qt

from gui.jobs.evaluation_jobs import ModelSummary, SaveResult
from gui.widgets import messages
from tests.gui.person import job_shown


def test_the_room_opens_with_the_model_and_its_mark(tab):
    assert "! Not validated here" in tab.model.text()
    assert "the model's own" in tab.operating.now.text()
    assert not tab.buttons["save_report"].isEnabled()
    assert tab.operating.use.isEnabled()


def test_another_point_makes_the_figures_void(tab, window, evaluated, qtbot):
    tab.operating.wish.setCurrentText("threshold 0.9")
    with job_shown(qtbot, window, ModelSummary):
        qtbot.mouseClick(tab.operating.use, Qt.MouseButton.LeftButton)
    assert tab.figures.notes.text() == "Nothing has been evaluated yet."
    assert not tab.buttons["save_report"].isEnabled()


def test_the_report_is_saved(tab, window, evaluated_here, qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr(messages, "choose_folder", lambda *_: tmp_path / "report")
    with job_shown(qtbot, window, SaveResult):
        qtbot.mouseClick(tab.buttons["save_report"], Qt.MouseButton.LeftButton)
    assert json.loads((tmp_path / "report" / "metrics.json").read_text())["n"] == 44
    assert len(PdfReader(tmp_path / "report" / "report.pdf").pages) >= 2
    assert "report.pdf" in tab.status.sentence.text()


def test_the_card_is_shown_and_saved(tab, window, qtbot, tmp_path, monkeypatch):
    qtbot.mouseClick(tab.buttons["card"], Qt.MouseButton.LeftButton)
    assert tab.documents.card_window.isVisible()
    assert "Ethical considerations" in tab.documents.card_window.text.toPlainText()
    monkeypatch.setattr(messages, "choose_new_file", lambda *_: tmp_path / "card.pdf")
    with job_shown(qtbot, window, SaveResult):
        tab.documents.card_window.saving_wanted.emit(tab.documents.card_window.shown)
    assert PdfReader(tmp_path / "card.pdf").metadata.title == "Model card"
