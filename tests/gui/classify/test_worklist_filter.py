"""Which rows of the worklist are shown."""

import pytest

from core.screening.reader_calls import UNSURE, Call, CallBook
from gui.classify.worklist_filter import RowKind, WorklistFilter
from gui.classify.worklist_table import PROBABILITY, WorklistTable
from tests.gui.classify.examples import ROWS, failed, refused


def call(file, reader, note=""):
    return Call(file, reader, False, note, "2026-01-01T00:00:00+00:00")


@pytest.fixture
def rows(qapp):
    """The rows with calls: one agrees, one does not, one is unsure with a note."""
    calls = (call("unlikely.png", UNSURE, "Look Again"), call("likely.png", "PNEUMONIA"), call("review.png", "NORMAL"))
    table = WorklistTable()
    table.show_folder(None, ROWS, CallBook(calls, lambda _: None))
    made = WorklistFilter(table)
    made.show_no_films(True)
    made.table = table
    yield made
    table.close()


def files(rows):
    return [rows.row(number).file for number in range(rows.rowCount())]


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        (RowKind.ALL, ["likely.png", "review.png", "unlikely.png", "notes.txt", "torn.dcm"]),
        (RowKind.LIKELY, ["likely.png"]),
        (RowKind.REVIEW, ["review.png"]),
        (RowKind.UNLIKELY, ["unlikely.png"]),
        (RowKind.REFUSED, ["notes.txt"]),
        (RowKind.FAILED, ["torn.dcm"]),
        (RowKind.NOT_CALLED, []),
        (RowKind.DISAGREEMENTS, ["review.png"]),
    ],
)
def test_each_kind_has_its_rows(rows, kind, shown):
    rows.set_kind(kind)
    assert files(rows) == shown


NO_FILMS = [refused(f"{number}", reason) for number, reason in enumerate(("not_an_image", "no_pixels", "not_an_image"))]
FILMS = [refused("study.zip", "packed"), refused("hand.png", "not_a_chest_film"), failed("torn.dcm")]


def test_what_is_no_film_is_shown_only_if_it_is_wanted(rows):
    rows.table.show_folder(None, [*NO_FILMS, *FILMS], CallBook((), lambda _: None))
    assert files(rows) == ["0", "1", "2", "study.zip", "hand.png", "torn.dcm"]
    rows.show_no_films(False)
    assert files(rows) == ["study.zip", "hand.png", "torn.dcm"]
    rows.set_kind(RowKind.REFUSED)
    assert files(rows) == ["study.zip", "hand.png"]


@pytest.mark.parametrize(
    ("text", "shown"), [("look again", ["unlikely.png"]), (" TXT ", ["notes.txt"]), ("damaged", ["torn.dcm"])]
)
def test_the_search_looks_into_name_note_and_reason(rows, text, shown):
    rows.set_text(text)
    assert files(rows) == shown


def test_a_row_that_is_not_shown_has_no_place(rows):
    rows.set_kind(RowKind.REFUSED)
    assert not rows.index_of("unlikely.png").isValid()
    assert not rows.index_of("none.png").isValid()
    assert rows.index_of("notes.txt").row() == 0


def test_probabilities_are_sorted_as_numbers_and_hidden_ones_are_not(rows):
    rows.sort(PROBABILITY)
    assert files(rows)[2:] == ["unlikely.png", "review.png", "likely.png"]
    rows.table.show_folder(None, ROWS, CallBook((call("review.png", "NORMAL"),), lambda _: None))
    rows.table.set_blind(True)
    rows.sort(PROBABILITY)
    assert files(rows)[-1] == "review.png"  # the only one whose probability may be known
    rows.set_kind(RowKind.LIKELY)
    assert files(rows) == []
