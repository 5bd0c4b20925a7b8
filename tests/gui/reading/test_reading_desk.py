"""The desk knows which film is on the screen, and nothing is done with one that is not."""

from dataclasses import replace

import pytest

from core.models.model_header import bundled_model_path, read_header
from core.screening.seen_films import SeenFilms
from gui.reading.call_recorder import CallRecorder
from gui.reading.film_pane import FilmPane
from gui.reading.key_sheet import list_keys
from gui.reading.open_list import OpenList
from gui.reading.reading_desk import ReadingDesk
from gui.reading.reading_keys import KEYS
from tests.factories import draw_film
from tests.gui.classify.examples import CLASSES, book, refused, scored


@pytest.fixture
def opened(tmp_path):
    for seed, name in enumerate(("a.png", "b.png")):
        draw_film(seed, seed, 120).save(tmp_path / name)
    seen = SeenFilms(lambda _: None)
    seen.load(())
    made = OpenList(tmp_path, tmp_path / "r.csv", None, book(), seen, classes=CLASSES)
    made.rows = {row.file: row for row in (scored("a.png", 0.9), scored("b.png", 0.1), refused("c.txt"))}
    return made


@pytest.fixture
def desk(qtbot, opened):
    pane = FilmPane()
    qtbot.addWidget(pane)
    pane.resize(900, 600)
    pane.show()
    made = ReadingDesk(pane, pane)
    made.show_list(opened)
    yield made
    made.close()


def choose(qtbot, desk, opened, name):
    desk.choose(opened.rows[name], name, ())
    qtbot.waitUntil(lambda: desk.shown.is_painted or desk.shown.is_unreadable)


def test_a_film_can_be_called_once_it_is_painted(qtbot, desk, opened):
    desk.choose(opened.rows["a.png"], "a.png", ())
    assert not desk.can_call
    qtbot.waitUntil(lambda: desk.shown.is_painted)
    assert desk.can_call
    desk.choose(opened.rows["b.png"], "b.png", ())
    assert not desk.can_call
    assert desk.shown.row.file == "b.png"


def test_a_film_that_is_hidden_from_view_cannot_be_called(qtbot, desk, opened):
    choose(qtbot, desk, opened, "a.png")
    desk.parent().hide()
    assert not desk.can_call
    assert not desk.can_note


def test_a_file_without_a_picture_shows_its_reason(qtbot, desk, opened):
    choose(qtbot, desk, opened, "c.txt")
    assert desk.parent().verdict.words == "Refused: not an image"
    assert not desk.can_call


def test_a_row_that_is_withdrawn_takes_its_film_away(qtbot, desk, opened):
    choose(qtbot, desk, opened, "a.png")
    desk.withdraw(opened.rows["a.png"])
    assert desk.shown.row is None
    assert desk.parent().verdict is None


def test_after_closing_no_film_is_on_the_screen(qtbot, desk, opened):
    choose(qtbot, desk, opened, "a.png")
    desk.close()
    assert not desk.can_call
    desk.show_answer()


def test_calls_are_refused_while_no_film_is_on_the_screen(qtbot, desk, opened):
    recorder = CallRecorder(desk, desk)
    recorder.show_list(opened)
    desk.choose(opened.rows["a.png"], "a.png", ())
    recorder.call("NORMAL")
    recorder.agree()
    assert len(opened.book) == 0
    qtbot.waitUntil(lambda: desk.shown.is_painted)
    with qtbot.waitSignal(recorder.recorded):
        recorder.call("NORMAL")
    assert [call.file for call in opened.book.calls()] == ["a.png"]
    recorder.show_list(None)
    recorder.note(opened.rows["a.png"], "of no list")
    recorder.undo()
    assert opened.book.find("a.png").note == ""


@pytest.mark.parametrize("code", ["", "of an earlier film"])
def test_a_film_beside_an_answer_is_seen_whatever_the_list_knows_of_it(qtbot, desk, opened, code):
    opened.rows["a.png"] = replace(opened.rows["a.png"], film=code)
    choose(qtbot, desk, opened, "a.png")
    assert opened.seen.has_seen(desk.shown.film.code)
    opened.is_blind = True
    choose(qtbot, desk, opened, "b.png")
    assert not opened.seen.has_seen(desk.shown.film.code)


def test_every_key_is_on_the_sheet_once():
    shown = [key for key, _ in list_keys()]
    assert len(shown) == len(set(shown))
    assert len(shown) == len({key.name for key in KEYS if not key.name.startswith("class_")}) + 1


def test_another_list_says_nothing_of_the_film_before(qtbot, desk, opened):
    choose(qtbot, desk, opened, "a.png")
    verdicts, show = [], desk.parent().show_verdict
    desk.parent().show_verdict = lambda verdict, *more: verdicts.append(verdict) or show(verdict, *more)
    other = OpenList(opened.folder, opened.output, None, book(), opened.seen, header=read_header(bundled_model_path()))
    desk.show_list(other)
    assert [verdict for verdict in verdicts if verdict is not None] == []
    assert desk.shown.row is None
