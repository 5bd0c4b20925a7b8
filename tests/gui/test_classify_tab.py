"""The room of screening, used with the keyboard: worklist, blind reading, calls, exports, a watched folder."""

import csv
import shutil
from dataclasses import replace

import pytest
from openpyxl import load_workbook
from PIL import Image
from pypdf import PdfReader
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from core.datasets.events import AuditResult
from core.films.phantoms import draw_phantom
from core.models.decision import Decision
from core.models.model_header import bundled_model_path, read_header
from core.models.site_record import LocalPoint, save_point
from core.screening.events import FilmReading, ScreeningResult
from core.screening.reader_calls import calls_path, read_calls
from gui.classify.worklist_table import HIDDEN, LABEL, PROBABILITY, READER, Kind
from gui.jobs.screening_jobs import Exported, WorklistOpened
from gui.jobs.worker import JobError
from gui.widgets import messages


@pytest.fixture
def films(tmp_path):
    """Six phantoms, a text, and a name that looks like markup."""
    folder = tmp_path / "films"
    folder.mkdir()
    for seed in range(6):
        Image.fromarray(draw_phantom(seed, seed % 2 == 1, 128)).save(folder / f"film-{seed}.png")
    shutil.copy(folder / "film-1.png", folder / "<b>x&.png")
    (folder / "notes.txt").write_text("no film")
    return folder


def shown(qtbot, window, kind):
    return qtbot.waitSignal(window.job_shown, timeout=60_000, check_params_cb=lambda result: isinstance(result, kind))


@pytest.fixture
def tab(window, qtbot, films):
    window.tabs.setCurrentWidget(window.classify_tab)
    with shown(qtbot, window, ScreeningResult):
        window.classify_tab.open(films)
    return window.classify_tab


def texts(tab, column):
    model = tab.worklist.view.model()
    return [model.index(row, column).data() for row in range(model.rowCount())]


def choose(tab, window, qtbot, row):
    with shown(qtbot, window, FilmReading):
        tab.worklist.view.selectRow(row)


def press(qtbot, tab, key, modifier=Qt.KeyboardModifier.NoModifier):
    tab.worklist.view.setFocus()
    qtbot.keyClick(tab.worklist.view, key, modifier)


def test_the_likeliest_comes_first_and_every_file_is_there(tab):
    assert len(texts(tab, 0)) == 8
    assert "<b>x&.png" in texts(tab, 0)
    probabilities = [float(text.strip("<> ")) for text in texts(tab, PROBABILITY) if text]
    assert probabilities == sorted(probabilities, reverse=True)
    assert len(probabilities) == 7
    assert "7 scored, 1 refused, 0 failed" in tab.status.sentence.text()


def test_filter_and_search_count_what_they_show(tab, qtbot):
    tab.worklist.kind.setCurrentText(Kind.REFUSED.value)
    assert texts(tab, 0) == ["notes.txt"]
    tab.worklist.kind.setCurrentText(Kind.ALL.value)
    qtbot.keyClicks(tab.worklist.search, "FILM-3")
    assert texts(tab, 0) == ["film-3.png"]
    assert tab.worklist.count.text() == "1 of 8"


def test_calls_by_keyboard_are_kept_at_once_and_undone(tab, window, qtbot):
    tab.worklist.view.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    first = texts(tab, 0)[0]
    choose(tab, window, qtbot, 0)
    with shown(qtbot, window, FilmReading):
        press(qtbot, tab, Qt.Key.Key_A)  # agrees and goes on to the next film
    assert texts(tab, READER)[0] == texts(tab, LABEL)[0]
    assert tab.worklist.chosen().file == texts(tab, 0)[1]
    with shown(qtbot, window, FilmReading):
        press(qtbot, tab, Qt.Key.Key_D)
    assert texts(tab, READER)[1].startswith("≠ ")
    tab.worklist.kind.setCurrentText(Kind.DISAGREEMENTS.value)
    assert len(texts(tab, 0)) == 1
    tab.worklist.kind.setCurrentText(Kind.ALL.value)
    qtbot.waitUntil(lambda: "2 films called" in tab.worklist.agreement.text())
    book = calls_path(tab.result.output)
    qtbot.waitUntil(lambda: book.exists() and len(read_calls(book)) == 2)
    press(qtbot, tab, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert texts(tab, READER)[1] == ""
    qtbot.waitUntil(lambda: len(read_calls(book)) == 3)
    assert read_calls(book)[-1].reader == ""
    assert read_calls(book)[0].file == first


def test_blind_first_hides_the_answer_until_the_call_is_kept(tab, window, qtbot):
    qtbot.mouseClick(tab.worklist.reader.blind, Qt.MouseButton.LeftButton)
    assert set(texts(tab, PROBABILITY)) <= {HIDDEN, ""}
    tab.worklist.kind.setCurrentText(Kind.LIKELY.value)
    assert texts(tab, 0) == []  # a filter must not tell either
    tab.worklist.kind.setCurrentText(Kind.ALL.value)
    choose(tab, window, qtbot, 0)
    assert tab.reading.verdict.text() == "Answer hidden"
    assert not tab.worklist.reader.agree.isEnabled()
    row = tab.worklist.chosen()
    press(qtbot, tab, Qt.Key.Key_2)
    assert tab.reading.verdict.text().startswith("PNEUMONIA · ")
    assert tab.worklist.chosen() is row
    call = tab.worklist.book.of(row.file)
    assert (call.reader, call.blind) == ("PNEUMONIA", True)


def test_notes_are_kept_with_the_film(tab, window, qtbot, monkeypatch):
    choose(tab, window, qtbot, 0)
    monkeypatch.setattr(messages, "ask_text", lambda *_: "=look again")
    press(qtbot, tab, Qt.Key.Key_N)
    row = tab.worklist.chosen()
    assert tab.worklist.book.of(row.file).note == "=look again"
    qtbot.keyClicks(tab.worklist.search, "look again")
    assert texts(tab, 0) == [row.file]


def test_a_refused_file_says_why(tab, window):
    tab.worklist.choose_file("notes.txt")
    assert tab.reading.verdict.text() == "Refused: not an image"
    assert not tab.buttons["override"].isEnabled()


@pytest.mark.parametrize("number", range(4))
def test_exports(tab, window, qtbot, tmp_path, monkeypatch, number):
    choose(tab, window, qtbot, 0)
    press(qtbot, tab, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: window.jobs.state.value == "idle", timeout=60_000)
    path = tmp_path / ("export" + (".csv", ".xlsx", ".pdf", ".csv")[number])
    monkeypatch.setattr(messages, "choose_new_file", lambda *_: path)
    with shown(qtbot, window, Exported):
        tab.export.menu().actions()[number].trigger()
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


def test_disagreements_open_as_a_dataset(tab, window, qtbot, errors):
    tab.worklist.view.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    tab.export.menu().actions()[-2].trigger()
    qtbot.waitUntil(lambda: bool(errors))
    assert "There is no disagreement yet" in errors[0]
    for key in (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_1, Qt.Key.Key_2):
        if tab.worklist.chosen() is None:
            choose(tab, window, qtbot, 0)
        press(qtbot, tab, key)
        qtbot.waitUntil(lambda: window.jobs.state.value == "idle", timeout=60_000)
    with shown(qtbot, window, AuditResult) as seen:
        tab.export.menu().actions()[-1].trigger()
    assert window.tabs.currentWidget() is window.dataset_tab
    assert len(seen.args[0].dataset.films) == 4


def test_an_earlier_worklist_opens_with_its_calls(tab, window, qtbot, films, monkeypatch):
    choose(tab, window, qtbot, 0)
    name = tab.worklist.chosen().file
    press(qtbot, tab, Qt.Key.Key_U)
    ledger = tab.result.output
    qtbot.waitUntil(lambda: calls_path(ledger).exists() and window.jobs.state.value == "idle", timeout=60_000)
    monkeypatch.setattr(messages, "choose_file", lambda *_: ledger)
    monkeypatch.setattr(messages, "choose_folder", lambda *_: films)
    with shown(qtbot, window, WorklistOpened) as seen:
        qtbot.mouseClick(tab.buttons["open_worklist"], Qt.MouseButton.LeftButton)
    assert len(seen.args[0].result.rows) == 8
    assert tab.worklist.book.of(name).reader == "unsure"


def test_a_watched_folder_tells_of_likely_findings_and_ends_complete(window, qtbot, films):
    tab = window.classify_tab
    window.tabs.setCurrentWidget(tab)
    with qtbot.waitSignal(tab.likely_found, timeout=60_000, raising=False):
        tab.watch(films)
    qtbot.waitUntil(lambda: tab.worklist.table.rowCount() == 8, timeout=60_000)
    qtbot.waitUntil(lambda: "Watching" in tab.status.sentence.text(), timeout=60_000)
    with shown(qtbot, window, ScreeningResult) as seen:
        qtbot.mouseClick(tab.buttons["cancel"], Qt.MouseButton.LeftButton)
    assert seen.args[0].completed
    assert seen.args[0].output.exists()


def test_the_model_is_called_what_its_answers_call_it(tab, window, qtbot):
    choose(tab, window, qtbot, 0)
    name = tab.worklist.chosen().model
    assert tab.model.model.text() == f"Model: {name}, bundled"
    save_point(read_header(bundled_model_path()), LocalPoint("by hand", 0.2, (0.1, 0.3), None, "2026-01-01"))
    window.tabs.setCurrentWidget(window.dataset_tab)
    window.tabs.setCurrentWidget(tab)
    assert name not in tab.model.model.text()
    with shown(qtbot, window, ScreeningResult):
        tab.open(tab.worklist.table.path_of(tab.worklist.chosen()).parent)
    assert tab.model.model.text() == f"Model: {tab.result.rows[0].model}, bundled"


def test_a_film_that_cannot_be_read_leaves_no_work_that_seems_to_go_on(tab, window, qtbot, films, errors):
    before = tab.status.sentence.text()
    with shown(qtbot, window, JobError):
        tab.open(films / "notes.txt")
    assert len(errors) == 1
    assert tab.status.sentence.text() == before


def test_an_answer_by_another_model_than_the_worklist_says_so(tab, window, qtbot, tmp_path):
    choose(tab, window, qtbot, 0)
    assert "Screen the folder again" not in tab.reading.details.text()
    shutil.copy(bundled_model_path(), tmp_path / "other.safetensors")
    window.session.use_model(tmp_path / "other.safetensors")
    choose(tab, window, qtbot, 1)
    assert "⚠ The films were screened by pneumonia-resnet18 " in tab.reading.details.text()


def test_what_is_no_model_is_refused_when_it_is_chosen(window, qtbot, tmp_path, monkeypatch, errors):
    tab, wrong, right = window.classify_tab, tmp_path / "wrong.safetensors", tmp_path / "ours" / "right.safetensors"
    window.tabs.setCurrentWidget(tab)
    wrong.write_text("no model")
    right.parent.mkdir()
    shutil.copy(bundled_model_path(), right)
    chosen = iter([right, wrong])
    monkeypatch.setattr(messages, "choose_file", lambda *_: next(chosen))
    for _ in range(2):
        qtbot.mouseClick(tab.findChild(QPushButton, "choose_model"), Qt.MouseButton.LeftButton)
    assert window.session.model == right
    assert tab.model.model.text().startswith("Model: right ")
    assert tab.model.model.text().endswith(", in ours")
    assert len(errors) == 1
    assert "cannot be used as a model" in errors[0]
    qtbot.mouseClick(tab.findChild(QPushButton, "bundled"), Qt.MouseButton.LeftButton)
    assert window.session.model is None


def test_the_answer_on_a_normal_film_names_the_class_that_its_probability_is_of(tab, window, qtbot):
    with shown(qtbot, window, FilmReading) as seen:
        tab.worklist.view.selectRow(0)
    reading = seen.args[0]
    assert reading.finding == "PNEUMONIA"
    tab.show_reading(replace(reading, label="NORMAL", probability=0.0123, decision=Decision.UNLIKELY))
    assert tab.reading.verdict.text() == "PNEUMONIA · ▽ unlikely"
    assert "called NORMAL · probability of PNEUMONIA 0.012" in tab.reading.details.text()
