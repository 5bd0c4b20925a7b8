"""The film of the selected row on the reading panel."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget

from gui.classify import selected_film
from gui.classify.reading_panel import ReadingPanel
from gui.classify.selected_film import SelectedFilm
from gui.classify.worklist import Worklist
from gui.state.session import Session
from tests.gui.classify.examples import CLASSES, FOLDER, MODEL, ROWS, book, reading, refusal
from tests.gui.fake_jobs import ignore, lasting, record

LIKELY, REVIEW, NOTES = FOLDER / "likely.png", FOLDER / "review.png", "notes.txt"


@pytest.fixture
def worklist(qtbot):
    area = QWidget()
    worklist = Worklist(area, area)
    qtbot.addWidget(area, before_close_func=lambda _: worklist.close_thumbnails())
    worklist.show_folder(FOLDER, ROWS, book())
    worklist.show_classes(CLASSES)
    worklist.filters.no_films.click()
    return worklist


@pytest.fixture
def panel(qtbot):
    panel = ReadingPanel()
    qtbot.addWidget(panel, before_close_func=ReadingPanel.close_films)
    return panel


@pytest.fixture
def started(monkeypatch):
    """Film and model of each reading that was started."""
    return record(monkeypatch, selected_film, "read_film_job")


@pytest.fixture
def film(worklist, panel, work, started):
    """Follows the selection, as in the window."""
    film = SelectedFilm(worklist, panel, Session(worklist), work, ignore)
    worklist.row_chosen.connect(film.show_row)
    return film


def test_a_scored_film_is_read_once(qtbot, film, worklist, work, started):
    with qtbot.waitSignal(work.succeeded):
        worklist.select_file("likely.png")
    assert started == [(LIKELY, None, False)]
    film.show_reading(reading())
    worklist.select_file(NOTES)
    worklist.select_file("likely.png")  # still known
    assert len(started) == 1


def test_the_answer_is_shown_and_announced(qtbot, film, worklist, work, panel):
    with qtbot.waitSignal(work.succeeded):
        worklist.select_file("likely.png")
    with qtbot.waitSignal(film.shown):
        film.show_reading(reading())
    assert panel.verdict.text() == "PNEUMONIA · ▲ likely"
    assert film.reading.path == LIKELY


def test_a_refused_file_shows_its_reason_and_reads_nothing(film, worklist, panel, started):
    worklist.select_file(NOTES)
    assert panel.verdict.text() == "Refused: not an image"
    assert started == []


def test_a_film_selected_during_a_job_is_read_afterwards(qtbot, film, worklist, work, started):
    work.start(lasting, ignore)
    worklist.select_file("likely.png")
    worklist.select_file("review.png")  # only the last counts
    film.read_pending()
    assert started == []
    with qtbot.waitSignal(work.succeeded):
        work.cancel()
    with qtbot.waitSignal(work.succeeded):
        film.read_pending()
    assert started == [(REVIEW, None, False)]
    film.read_pending()
    assert len(started) == 1


def test_a_refused_file_selected_during_a_job_replaces_the_pending_film(qtbot, film, worklist, work, started):
    work.start(lasting, ignore)
    worklist.select_file("likely.png")
    worklist.select_file(NOTES)
    with qtbot.waitSignal(work.succeeded):
        work.cancel()
    film.read_pending()
    assert started == []


def test_a_blind_reader_sees_the_film_without_the_answer(qtbot, film, worklist, work, panel):
    worklist.reader.blind.click()
    with qtbot.waitSignal(work.succeeded):
        worklist.select_file("likely.png")
    film.show_reading(reading())
    assert panel.verdict.text() == "Answer hidden"
    worklist.record_call("NORMAL")  # reveals it
    assert panel.verdict.text() == "PNEUMONIA · ▲ likely"


def test_an_answer_of_another_model_warns_of_it_first(qtbot, film, worklist, work, panel):
    with qtbot.waitSignal(work.succeeded):
        worklist.select_file("likely.png")
    film.show_reading(reading(model="other 1", cautions=("Rotated.",)))
    lines = panel.details.text().splitlines()
    assert lines[1].startswith(f"⚠ The films were screened with {MODEL}, but other 1 is in use now")
    assert lines[2] == "⚠ Rotated."
    film.show_reading(reading())
    assert "⚠" not in panel.details.text()


def test_a_film_that_is_not_the_selected_row_is_shown_with_its_answer(film, worklist, panel):
    worklist.reader.blind.click()
    film.show_reading(reading(path=Path("elsewhere.png")))
    assert panel.verdict.text() == "PNEUMONIA · ▲ likely"


def test_another_folder_forgets_every_film(qtbot, film, worklist, work, panel):
    with qtbot.waitSignal(work.succeeded):
        worklist.select_file("likely.png")
    film.show_reading(reading())
    film.clear()
    assert (film.reading, film.refusal) == (None, None)
    assert panel.verdict.text() == "No film is open."
    assert panel.film.film_view.film_size.width() == 64  # an empty film


def test_a_film_that_changed_is_read_again(qtbot, film, worklist, work, started):
    with qtbot.waitSignal(work.succeeded):
        worklist.select_file("likely.png")
    film.show_reading(reading(film="0123"))
    worklist.select_file(NOTES)
    worklist.add(replace(ROWS[0], film="4567"))
    with qtbot.waitSignal(work.succeeded):
        worklist.select_file("likely.png")
    assert len(started) == 2


def test_a_film_opened_alone_leaves_no_other_row_to_call(qtbot, film, worklist, work):
    with qtbot.waitSignal(work.succeeded):
        worklist.select_file("likely.png")
    film.show_reading(reading(path=Path("elsewhere.png")))
    assert worklist.selected_row() is None
    assert not worklist.reader.agree.isEnabled()
    with qtbot.waitSignal(work.succeeded):
        worklist.select_file("likely.png")
    film.show_refusal(refusal())
    assert worklist.selected_row() is None


def test_a_film_of_the_list_that_is_opened_alone_selects_its_row_and_stays_blind(film, worklist, panel):
    worklist.reader.blind.click()
    film.show_reading(reading("review.png", 0.5))
    assert worklist.selected_row().file == "review.png"
    assert panel.verdict.text() == "Answer hidden"


def test_a_film_that_comes_late_does_not_change_the_selection(qtbot, film, worklist, work, panel):
    work.start(lasting, ignore)
    worklist.select_file("review.png")
    film.show_reading(reading("likely.png"))
    assert worklist.selected_row().file == "review.png"
    assert "likely.png" not in panel.details.text()
    with qtbot.waitSignal(work.succeeded):
        work.cancel()


def test_a_film_is_called_only_when_it_is_on_the_panel(qtbot, film, worklist, work):
    with qtbot.waitSignal(work.succeeded):
        worklist.select_file("likely.png")
    assert not worklist.reader.agree.isEnabled()
    worklist.record_call("NORMAL")
    assert len(worklist.book) == 0
    film.show_reading(reading())
    assert worklist.reader.agree.isEnabled()
    with qtbot.waitSignal(work.succeeded):  # the next film is read
        worklist.record_call("NORMAL")
    assert worklist.book.find("likely.png").reader == "NORMAL"


def test_a_film_that_changed_since_its_row_is_not_called(qtbot, film, worklist, work, panel):
    worklist.add(replace(ROWS[0], film="0123"))
    with qtbot.waitSignal(work.succeeded):
        worklist.select_file("likely.png")
    film.show_reading(reading(film="4567"))
    assert "Screen the folder again to call it" in panel.details.text()
    worklist.record_call("NORMAL")
    assert len(worklist.book) == 0
