"""Exports of a screening."""

import csv
from pathlib import Path

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from PySide6.QtCore import Qt

from core.exports.export_jobs import Export
from gui.classify.export_menu import KINDS, ExportButton
from gui.widgets import messages
from tests.gui.classify.person import choose, press
from tests.gui.person import job_ended


@pytest.mark.parametrize("number", range(4))
def test_exports(tab, window, qtbot, tmp_path, monkeypatch, number):
    choose(qtbot, tab, 0)
    press(qtbot, tab, Qt.Key.Key_1)
    path = tmp_path / ("export" + (".csv", ".xlsx", ".pdf", ".csv")[number])
    monkeypatch.setattr(messages, "choose_new_file", lambda *_: path)
    with job_ended(qtbot, window, Path):
        tab.toolbar.export.menu().actions()[number].trigger()
    if path.suffix == ".pdf":
        text = "".join(page.extract_text() for page in PdfReader(path).pages)
        assert "The reader disagreed with the model on 1 film." in text
        assert "The reader disagreed: NORMAL." in " ".join(text.split())
        assert "not a diagnosis" in text
        assert "Not validated here" in text
    elif path.suffix == ".xlsx":
        rows = list(load_workbook(path)["Worklist"].iter_rows(values_only=True))
        assert len(rows) == 9
        assert rows[0][-3:] == ("reader", "stance", "note")
        assert [row[-3:-1] for row in rows[1:] if row[-2]] == [("NORMAL", "disagrees")]
    else:
        with path.open(newline="") as stream:
            rows = list(csv.DictReader(stream))
        assert len(rows) == (8 if number == 0 else 1)
        assert [(row["reader"], row["stance"]) for row in rows if row["stance"]] == [("NORMAL", "disagrees")]


@pytest.fixture
def button(qtbot):
    made = ExportButton()
    qtbot.addWidget(made)
    return made


def actions(button):
    return [action for action in button.menu().actions() if not action.isSeparator()]


@pytest.mark.parametrize("number", range(len(KINDS)))
def test_an_export_is_wanted_and_asks_where_to_when_it_is_told_to(button, qtbot, monkeypatch, number):
    kind, (name, _) = list(KINDS.items())[number]
    asked = []
    monkeypatch.setattr(messages, "choose_new_file", lambda *given: asked.append(given) or Path("/out") / given[2])
    with qtbot.waitSignal(button.export_wanted) as wanted:
        actions(button)[number].trigger()
    assert wanted.args == [kind]
    assert asked == []
    assert button.ask_file(kind) == Path("/out") / name
    assert not asked[0][1].endswith("…")


@pytest.mark.parametrize(("number", "keeps_identity"), [(0, False), (1, True)])
def test_dicom_goes_to_a_folder_with_or_without_the_patient(button, qtbot, monkeypatch, number, keeps_identity):
    monkeypatch.setattr(messages, "choose_folder", lambda *_: Path("/out"))
    with qtbot.waitSignal(button.dicom_wanted) as wanted:
        actions(button)[len(KINDS) + number].trigger()
    assert wanted.args == [keeps_identity]
    assert button.ask_folder() == Path("/out")


@pytest.mark.parametrize(("number", "only_disagreements"), [(-2, True), (-1, False)])
def test_called_films_become_a_dataset(button, qtbot, number, only_disagreements):
    with qtbot.waitSignal(button.labels_wanted) as wanted:
        actions(button)[number].trigger()
    assert wanted.args == [only_disagreements]


@pytest.mark.parametrize(
    ("folder", "ledger", "name"),
    [
        ("/films/chest-clinic", "2026-11-30-140200-screening.csv", "chest-clinic-2026-11-30-results.csv"),
        ("/films/ward: 7?", "mine.csv", "ward_ 7_-results.csv"),
        ("/", "mine.csv", "results.csv"),
        ("/" + "long" * 40, "mine.csv", "long" * 15 + "-results.csv"),
    ],
)
def test_a_proposed_name_is_that_of_the_list_on_any_system(button, monkeypatch, folder, ledger, name):
    asked = []
    monkeypatch.setattr(messages, "choose_new_file", lambda *given: asked.append(given[2]))
    button.name_after(Path(folder), Path(ledger))
    button.ask_file(Export.CSV)
    assert asked == [name]
