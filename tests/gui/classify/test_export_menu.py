"""Exports of a screening."""

import csv

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from PySide6.QtCore import Qt

from gui.jobs.screening_jobs import ExportResult
from gui.widgets import messages
from tests.gui.classify.person import choose, press
from tests.gui.person import job_shown


@pytest.mark.parametrize("number", range(4))
def test_exports(tab, window, qtbot, tmp_path, monkeypatch, number):
    choose(tab, window, qtbot, 0)
    press(qtbot, tab, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: window.jobs.state.value == "idle", timeout=60_000)
    path = tmp_path / ("export" + (".csv", ".xlsx", ".pdf", ".csv")[number])
    monkeypatch.setattr(messages, "choose_new_file", lambda *_: path)
    with job_shown(qtbot, window, ExportResult):
        tab.controls.export.menu().actions()[number].trigger()
    if path.suffix == ".pdf":
        text = "".join(page.extract_text() for page in PdfReader(path).pages)
        assert "not a diagnosis" in text
        assert "Not validated here" in text
    elif path.suffix == ".xlsx":
        rows = list(load_workbook(path)["Worklist"].iter_rows(values_only=True))
        assert len(rows) == 9
        assert rows[0][-2:] == ("reader", "note")
        assert sum(bool(row[-2]) for row in rows[1:]) == 1
    else:
        with path.open(newline="") as stream:
            rows = list(csv.DictReader(stream))
        assert len(rows) == (8 if number == 0 else 1)
