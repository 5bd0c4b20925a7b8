"""How far a screening is, and what has to be known of a list."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.jobs.events import Progressed, Stage
from core.screening.events import FilmAnswered, ScreeningStarted
from core.screening.seen_films import SeenFilms
from gui.classify.screening_line import HEIGHT_PX, ScreeningLine, format_result, list_notes
from gui.reading.open_list import OpenList
from tests.gui.classify.examples import CLASSES, MODEL, ROWS, book, screening


@pytest.fixture
def opened():
    made = OpenList(Path("films"), Path("r.csv"), None, book(), SeenFilms(lambda _: None), classes=CLASSES)
    made.rows = {row.file: row for row in ROWS}
    made.result = screening(drift=("These films look different.",))
    return made


def test_the_line_has_its_three_pixels_and_follows_the_screening(qtbot):
    line = ScreeningLine()
    qtbot.addWidget(line)
    assert (line.height(), line.maximum(), line.value()) == (HEIGHT_PX, 1, 0)
    line.begin("Screening films")
    assert (line.maximum(), line.accessibleDescription()) == (0, "Screening films")
    line.show_event(ScreeningStarted(5, ROWS[:2], CLASSES))
    line.show_event(FilmAnswered(ROWS[2], 3, 5, None))
    assert (line.maximum(), line.value()) == (5, 3)
    line.show_event(Progressed(Stage.CHECKING_FILMS, 0, None))
    assert line.maximum() == 0
    line.end()
    assert (line.maximum(), line.value(), line.accessibleDescription()) == (1, 0, "")


def test_notes_begin_with_what_warns(opened):
    notes, is_warning = list_notes(opened, MODEL)
    assert notes[0] == "These films look different."
    assert notes[-1] == format_result(opened.result)
    assert is_warning


def test_a_list_of_another_model_than_the_chosen_one_warns(opened):
    opened.result = screening()
    assert not list_notes(opened, MODEL)[1]
    notes, is_warning = list_notes(opened, "ours 87654321")
    assert notes[0] == f"These films were screened with {MODEL}, not with the model chosen above."
    assert is_warning


def test_a_blind_list_and_none_have_no_notes(opened):
    opened.is_blind = True
    assert list_notes(opened, MODEL) == list_notes(None, MODEL) == ((), False)


def test_a_screening_that_was_stopped_says_how_to_go_on():
    assert "continue" in format_result(replace(screening(), completed=False))
