"""An acceptance test, from its dialog to its form."""

from pathlib import Path

from pypdf import PdfReader
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog

from core.evaluation.evaluation import AcceptanceResult
from gui.evaluate.acceptance_dialog import AcceptanceDialog
from gui.widgets import messages
from tests.gui.person import job_ended


def test_an_acceptance_test_ends_with_a_form_and_a_mark(tab, window, films, qtbot, tmp_path, monkeypatch):
    def filled(dialog):
        dialog.set_source(films)
        dialog.sensitivity.setValue(0.99)
        qtbot.keyClicks(dialog.signed_by, "Dr. X")
        qtbot.mouseClick(dialog.start, Qt.MouseButton.LeftButton)
        return QDialog.DialogCode(dialog.result())

    monkeypatch.setattr(AcceptanceDialog, "exec", filled)
    with job_ended(qtbot, window, AcceptanceResult) as seen:
        qtbot.mouseClick(tab.buttons["acceptance"], Qt.MouseButton.LeftButton)
    result = seen.args[0]
    assert not result.acceptance.passed  # 22 films cannot show 0.99
    assert result.acceptance.signed_by == "Dr. X"
    qtbot.waitUntil(lambda: "Not accepted here" in tab.model.text())
    qtbot.waitUntil(lambda: tab.buttons["save_form"].isEnabled())
    monkeypatch.setattr(messages, "choose_new_file", lambda *_: tmp_path / "form.pdf")
    with job_ended(qtbot, window, Path):
        qtbot.mouseClick(tab.buttons["save_form"], Qt.MouseButton.LeftButton)
    assert len(PdfReader(tmp_path / "form.pdf").pages) == 1
