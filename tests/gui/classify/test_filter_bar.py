"""Filter and search of the worklist, with the number of rows they show."""

import pytest

from core.screening.reader_calls import CallBook
from gui.classify.filter_bar import FilterBar
from gui.classify.worklist_filter import RowKind, WorklistFilter
from gui.classify.worklist_table import WorklistTable
from tests.gui.classify.examples import ROWS, refused, scored


@pytest.fixture
def table(qapp):
    made = WorklistTable()
    made.show_folder(None, ROWS, CallBook((), lambda _: None))
    yield made
    made.close()


@pytest.fixture
def bar(qtbot, table):
    made = FilterBar(WorklistFilter(table), table)
    qtbot.addWidget(made)
    made.show()
    return made


def test_kind_and_search_count_what_they_leave(bar, qtbot):
    bar.kind.setCurrentText("Refused")
    assert bar.count.text() == "0 of 5"
    bar.kind.setCurrentText("All files")
    qtbot.keyClicks(bar.search, "PNG")
    assert bar.count.text() == "3 of 5"
    bar.search.clear()
    assert bar.count.text() == "4 of 5"


def test_what_is_no_film_is_counted_and_one_click_shows_it(bar, qtbot, table):
    assert bar.no_films.isVisible()
    assert bar.no_films.text() == "1 file is no film"
    for name, reason in (("AUTORUN.INF", "not_an_image"), ("report.dcm", "no_pixels"), ("study.zip", "packed")):
        table.add(refused(name, reason))
    assert (bar.no_films.text(), bar.count.text()) == ("3 files are no films", "5 of 8")
    bar.no_films.click()
    assert (bar.no_films.text(), bar.count.text()) == ("3 files are no films", "8 of 8")
    bar.no_films.click()
    table.add(scored("notes.txt", 0.9))  # a film was sent under its name
    table.remove("report.dcm")
    assert (bar.no_films.text(), bar.count.text()) == ("1 file is no film", "6 of 7")
    table.remove("AUTORUN.INF")
    assert not bar.no_films.isVisible()
    assert bar.count.text() == "6 of 6"


def test_rows_that_arrive_are_counted_also_where_they_are_hidden(bar, table):
    bar.kind.setCurrentText("Likely")
    assert bar.count.text() == "1 of 5"
    table.add(scored("d.png", 0.1))
    assert bar.count.text() == "1 of 6"


def test_kinds_are_offered_in_the_language_that_is_spoken(german, qtbot, table):
    bar = FilterBar(WorklistFilter(table), table)
    qtbot.addWidget(bar)
    assert bar.kind.count() == len(RowKind)
    assert bar.kind.itemText(0) == "Alle Dateien"
    bar.kind.setCurrentIndex(list(RowKind).index(RowKind.FAILED))
    assert bar.count.text() == "1 von 5"
