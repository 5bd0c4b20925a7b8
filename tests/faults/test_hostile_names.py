"""Names and texts from outside stand literally in every file and on every widget, whatever markup they hold."""

import csv
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from PySide6.QtCore import Qt
from PySide6.QtGui import Qt as QtText
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QApplication, QLabel, QMessageBox

import main
from core.documents.document import Document, Table
from core.documents.html import render_html
from core.documents.pdf import render_pdf
from core.exports.excel import write_excel
from core.films.phantoms import draw_phantom
from core.models.model_header import read_header
from core.screening.events import LedgerRow, ScreeningResult, Status
from core.screening.folder_listing import path_of_name, relative_name
from core.screening.results_csv import read_rows
from core.screening.screening import screen
from core.system.csv_text import FORMULA_STARTS
from core.system.exit_status import FAILED
from core.system.safe_text import escape_name, escape_unprintable
from gui.jobs.worker import JobError
from gui.widgets import messages
from tests.factories import drained, write_dicom
from tests.faults.hostile_names import CLASSES, FOLDER, NAMES, write_model, write_named_films
from tests.gui.conftest import errors, open_window, window  # noqa: F401

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse most of these names")
MARKUP = ("<img", "<table", "<b>")


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return write_model(tmp_path_factory.mktemp("m") / FOLDER / "<b>%s=\u202emodel.safetensors")


def test_every_name_has_a_row_of_its_own_and_leads_back_to_its_file(tmp_path, model, cancel):
    folder, output, heat = tmp_path / FOLDER, tmp_path / "=r%s<b>.csv", tmp_path / "heat"
    names = write_named_films(folder)
    _, result = drained(screen(folder, output, model, cancel, heatmaps=heat))
    assert result.found == result.scored == len(NAMES)
    assert sorted(os.fspath(path_of_name(folder, row.file).name) for row in result.rows) == names
    cells = list(csv.reader(io.StringIO(output.read_text("utf-8"))))
    assert len(cells) == len(NAMES) + 1
    assert not [cell for row in cells for cell in row if cell.startswith(FORMULA_STARTS)]
    assert {row[3] for row in cells[1:]} <= {name if name[0] != "=" else "'" + name for name in CLASSES}
    assert tuple(read_rows(output, CLASSES, result.rows[0].model)) == result.rows
    assert len(list(heat.iterdir())) == len(NAMES)
    write_excel(tmp_path / "r.xlsx", result.rows, CLASSES, [("Model", result.rows[0].model)])
    sheet = load_workbook(tmp_path / "r.xlsx")["Worklist"]
    assert [cell.data_type for cell in sheet["A"]] == ["s"] * (len(NAMES) + 1)
    assert sheet["A2"].value == result.rows[0].file


def test_a_name_in_the_ledger_is_the_name_of_one_file_only(tmp_path):
    for name in (b"\xe9", b"\\xe9", b"\\x5cxe9", b"\\\xe9", "é".encode(), b"\\x5c", b"a\\xZZ"):
        path = tmp_path / os.fsdecode(name)
        assert path_of_name(tmp_path, relative_name(path, tmp_path)) == path
    assert (
        len({relative_name(tmp_path / os.fsdecode(name), tmp_path) for name in (b"\xe9", b"\\xe9", b"\\x5cxe9")}) == 3
    )


def test_paper_and_page_hold_the_names_and_no_markup_of_theirs(tmp_path):
    rows = tuple((escape_name(os.fsdecode(name)), CLASSES[0]) for name in NAMES)
    document = Document(FOLDER, CLASSES[1], (Table(("File", "Class"), rows),), "foot")
    page = render_html(document)
    assert "<img src=x" not in page
    assert "<table><tr><td>x" not in page
    assert "\u202e" not in page
    text = "".join(part.extract_text() for part in PdfReader(io.BytesIO(render_pdf(document))).pages)
    assert "<img src=x onerror=y>.png" in text.replace("\n", "")


def test_the_command_line_prints_no_control_of_a_terminal(tmp_path, capsys):
    for name in ("esc\x1b[2J", "turn\u202e", os.fsdecode(b"\xe9")):
        assert main.main(["screen", str(tmp_path / name), "--output", str(tmp_path / "r.csv")]) == FAILED
        told = capsys.readouterr().err
        assert "is not a folder" in told
        assert escape_unprintable(told) == told


def test_a_terminal_without_utf_8_gets_every_sentence(tmp_path):
    folder = tmp_path / os.fsdecode(b"dataset-\xe9")
    (folder / "NORMAL").mkdir(parents=True)
    done = subprocess.run(
        [sys.executable, "main.py", "audit", folder], cwd=Path(main.__file__).parent, capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii:strict", "XDG_CACHE_HOME": str(tmp_path / "c")}, check=False,
    )  # fmt: skip
    assert done.returncode == FAILED
    assert b"contains no films" in done.stderr
    assert b"Traceback" not in done.stderr


def widgets_with_markup():
    """Every label and tooltip on the screen that Qt would take for markup that came from outside."""
    wrong = []
    for widget in QApplication.allWidgets():
        if isinstance(widget, QLabel):
            text, form = widget.text(), widget.textFormat()
            is_rich = form is Qt.TextFormat.RichText or (
                form is Qt.TextFormat.AutoText and QtText.mightBeRichText(text)
            )
            if is_rich and any(mark in text for mark in MARKUP[:2]):
                wrong.append((widget.objectName(), text))
        tip = widget.toolTip()
        if QtText.mightBeRichText(tip) and any(mark in tip for mark in MARKUP):
            wrong.append((widget.objectName(), tip))
        if "\u202e" in tip or (isinstance(widget, QLabel) and "\u202e" in widget.text()):
            wrong.append((widget.objectName(), "turns what follows"))
    return wrong


def shown(qtbot, window, kind):  # noqa: F811
    return qtbot.waitSignal(window.jobs.ended, timeout=60_000, check_params_cb=lambda result: isinstance(result, kind))


def test_no_widget_of_the_window_takes_a_name_for_markup(qtbot, window, tmp_path, model):  # noqa: F811
    folder = tmp_path / FOLDER
    write_named_films(folder)
    write_dicom(
        folder / "<table>.dcm",
        draw_phantom(7, True, 128),
        PatientName="<img src=x>DOE^JANE",
        Manufacturer="<table>Maker",
    )
    window.session.use_model(model)
    window.tabs.setCurrentWidget(window.classify_tab)
    tab = window.classify_tab
    with shown(qtbot, window, ScreeningResult):
        tab.open(folder)
    assert not widgets_with_markup()
    view = tab.room.strip.rows
    view.flush()  # the rows that came last have no place yet
    texts = [view.index(row, 0).data() for row in range(view.rowCount())]
    assert "<img src=x onerror=y>.png" in texts
    assert not [text for text in texts if escape_unprintable(text) != text]
    for name in ("<table>.dcm", "<img src=x onerror=y>.png", r"caf\xe9.png", r"\u202Egnp.turned.png"):
        tab.room.strip.select_file(view.row(texts.index(name)).file)
        qtbot.waitUntil(lambda: tab.room.pane.verdict is not None, timeout=20_000)
        overlays = tab.room.pane.overlays
        assert name in overlays.caption.full_text
        assert "DOE" not in tab.room.pane.verdict.details + overlays.details_line.full_text
        assert not widgets_with_markup()
    tab.room.strip.add(LedgerRow("<b>x</b>", Status.FAILED, "damaged", None, None, None, "<img src=x>"))
    assert not widgets_with_markup()


def test_the_walk_would_find_markup(qtbot):
    label = QLabel("<img src=x>.png")
    label.setToolTip("<table>x")
    qtbot.addWidget(label)
    assert len(widgets_with_markup()) == 2


def test_a_message_shows_markup_as_letters(qtbot, monkeypatch):
    shown = []
    monkeypatch.setattr(QMessageBox, "exec", lambda box: shown.append((box.textFormat(), box.text())))
    parent = QLabel("x", textFormat=Qt.TextFormat.PlainText)
    qtbot.addWidget(parent)
    messages.show_error(parent, JobError("<img src=x>\u202e cannot be read.", ""))
    messages.ask_delete(parent, "<table>run")
    assert [form for form, _ in shown] == [Qt.TextFormat.PlainText] * 2
    assert shown[0][1] == r"<img src=x>\u202E cannot be read."


def test_a_model_with_odd_names_says_them_as_they_are(model):
    header = read_header(model)
    assert header.classes == CLASSES
    document = QTextDocument()
    from core.documents.html import render_html_body
    from core.models.model_card import build_card_document

    document.setHtml(render_html_body(build_card_document(header)))
    assert '<img src="x">' in document.toPlainText()
    assert "\ufffc" not in document.toPlainText()  # what stands for a picture
