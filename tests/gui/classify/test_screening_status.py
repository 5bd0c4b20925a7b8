"""How far a screening has come, and how it ended."""

from pathlib import Path

import pytest

from core.jobs.events import Noted, Progressed, Severity, Stage
from core.screening.events import FilmAnswered, ScreeningResult, ScreeningStarted
from core.system.product import NOTICE
from gui.classify.screening_status import ScreeningStatus
from tests.gui.classify.examples import ROWS

FOLDER = Path("/films/<b>x")


@pytest.fixture
def status(qtbot):
    made = ScreeningStatus()
    qtbot.addWidget(made)
    return made


def screened(completed=True):
    return ScreeningResult(Path("r.csv"), completed, 5, 3, 1, 1, "Not validated here.", ("Films look unlike.",), ROWS)


def bar(status):
    return status.progress.value(), status.progress.maximum()


def test_at_first_it_says_what_the_program_is_not(status):
    assert status.sentence.text() == NOTICE


def test_files_are_counted_with_the_time_left(status):
    status.show_event(Progressed(Stage.LOADING_NETWORK, 0, None), FOLDER)
    assert status.progress.maximum() == 0  # it moves to and fro
    status.show_event(ScreeningStarted(5, ROWS[:2], ("NORMAL", "PNEUMONIA")), FOLDER)
    assert bar(status) == (2, 5)
    status.show_event(FilmAnswered(ROWS[2], 3, 5, 130.0), FOLDER)
    assert bar(status) == (3, 5)
    text = status.sentence.text()
    assert "3 of 5 files" in text
    assert "2 min" in text
    assert NOTICE in text


def test_a_watched_folder_is_named_as_it_is(status):
    status.show_event(Progressed(Stage.WATCHING, 7, None), FOLDER)
    assert "/films/<b>x" in status.sentence.text()
    assert "7 files" in status.sentence.text()
    assert status.progress.maximum() == 0


def test_a_warning_is_said_and_a_note_is_not(status):
    status.show_event(Noted("The cache cannot be kept.", Severity.WARNING), FOLDER)
    assert status.sentence.text() == "The cache cannot be kept."
    status.show_event(Noted("The computer is kept awake."), FOLDER)
    assert status.sentence.text() == "The cache cannot be kept."


def test_the_end_is_said_with_all_that_must_be_known_and_stays(status):
    status.show_screening(screened())
    for part in ("5 files", "3 scored", "1 refused", "1 failed", "Films look unlike.", "Not validated here.", NOTICE):
        assert part in status.sentence.text()
    assert bar(status) == (1, 1)
    end = status.sentence.text()
    status.show_event(Progressed(Stage.LOADING_NETWORK, 0, None), None)  # one film is read
    status.show_idle()
    assert status.sentence.text() == end
    status.reset()
    status.show_idle()
    assert status.sentence.text() == NOTICE


def test_a_screening_that_was_stopped_says_how_to_go_on(status):
    status.show_screening(screened(completed=False))
    assert "Open worklist" in status.sentence.text()
    status.show_screening(screened())
    assert "Open worklist" not in status.sentence.text()
