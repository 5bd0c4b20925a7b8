"""Accession number, study date and patient of each film, in the table."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt

from core.screening.file_state import FilmPlace
from gui.worklist import row_studies
from gui.worklist.columns import ACCESSION, FILM, PATIENT, STUDY_COLUMNS, STUDY_DATE, cell_text
from gui.worklist.row_kinds import RowKind
from gui.worklist.row_studies import NO_NUMBERS, RowStudies
from gui.worklist.table_view import FILM_PX, TableView
from tests.factories import write_dicom
from tests.gui.worklist.examples import scored
from tests.gui.worklist.person import files

FILMS = 40  # more than are read at once
ROWS = tuple(scored(f"{number:02}.dcm", 0.9 - number / 100) for number in range(FILMS))


@pytest.fixture
def folder(tmp_path):
    for number in range(FILMS):
        tags = {"AccessionNumber": f"ACC{FILMS - number:02}", "StudyDate": f"202402{1 + number % 28:02}"}
        pixels = np.zeros((8, 8), np.uint8)
        write_dicom(tmp_path / f"{number:02}.dcm", pixels, PatientID=f"MRN-{number // 2}", **tags)
    return tmp_path


@pytest.fixture
def view(qtbot, strip):
    made = TableView(strip.rows, strip.view.selectionModel())
    qtbot.addWidget(made)
    made.resize(1200, 500)
    return made


def show(qtbot, strip, folder, calls, is_blind=False):
    """Open the list; return when all headers were read."""
    strip.show_list(folder, ROWS, calls, is_blind, "seed")
    qtbot.waitUntil(lambda: bool(strip.table.studies.find(ROWS[-1].file).accession))


@pytest.mark.parametrize("is_blind", [False, True])
def test_the_table_has_them_also_in_blind_reading(qtbot, strip, view, folder, calls, is_blind):
    view.show()
    assert all(view.isColumnHidden(column) for column in STUDY_COLUMNS)  # pictures have none
    show(qtbot, strip, folder, calls, is_blind)
    assert not any(view.isColumnHidden(column) for column in STUDY_COLUMNS)
    header = view.horizontalHeader()
    assert all(view.columnWidth(column) >= header.sectionSizeHint(column) for column in STUDY_COLUMNS)
    view.resize(600, 500)
    assert view.columnWidth(FILM) == FILM_PX  # the table scrolls, and names stay readable
    row = strip.table.row("03.dcm")
    shown = [cell_text(strip.table, row, column) for column in (ACCESSION, STUDY_DATE, PATIENT)]
    assert shown == ["ACC37", "2024-02-04", "MRN-1"]
    assert (cell_text(strip.table, row, FILM) == "03.dcm") != is_blind


def test_a_number_that_no_film_has_has_no_column(qtbot, strip, view, folder, calls):
    for row in ROWS:
        write_dicom(folder / row.file, np.zeros((8, 8), np.uint8), PatientID="MRN")
    view.show()
    strip.show_list(folder, ROWS, calls, False)
    qtbot.waitUntil(lambda: bool(strip.table.studies.find(ROWS[-1].file).patient))
    assert [view.isColumnHidden(column) for column in (ACCESSION, STUDY_DATE, PATIENT)] == [True, True, False]


def test_nothing_is_read_before_the_table_is_shown(qtbot, strip, view, folder, calls):
    strip.show_list(folder, ROWS, calls, False)
    with qtbot.waitSignal(strip.table.studies.arrived):
        assert not strip.table.studies.known
        view.show()


def test_rows_are_sorted_by_them_as_they_are_read(qtbot, strip, view, folder, calls):
    view.show()
    strip.show_list(folder, ROWS, calls, False)
    strip.rows.sort(ACCESSION, Qt.SortOrder.AscendingOrder)
    qtbot.waitUntil(lambda: bool(strip.table.studies.find(ROWS[-1].file).accession))
    assert files(strip.rows) == [row.file for row in ROWS][::-1]
    strip.rows.sort(STUDY_DATE, Qt.SortOrder.DescendingOrder)
    assert files(strip.rows)[0] == "27.dcm"


def test_the_search_finds_films_by_them(qtbot, strip, folder, calls):
    strip.show_list(folder, ROWS, calls, False)
    strip.rows.show_only(RowKind.ALL, "mrn-19")
    qtbot.waitUntil(lambda: sorted(files(strip.rows)) == ["38.dcm", "39.dcm"])
    strip.rows.show_only(RowKind.ALL, "2024-02-04")
    assert sorted(files(strip.rows)) == ["03.dcm", "31.dcm"]


def test_a_film_that_changed_is_read_again(qtbot, strip, view, folder, calls):
    view.show()
    show(qtbot, strip, folder, calls)
    write_dicom(folder / "03.dcm", np.zeros((8, 8), np.uint8), AccessionNumber="NEW")
    strip.remove("03.dcm")
    strip.add(ROWS[3])
    qtbot.waitUntil(lambda: strip.table.studies.find("03.dcm").accession == "NEW")


def test_what_was_read_of_an_earlier_list_is_not_shown_of_the_next(qtbot, folder, tmp_path_factory):
    studies = RowStudies()
    studies.open_folder(folder)
    studies.ask([ROWS[0]])
    studies.open_folder(tmp_path_factory.mktemp("other"))
    with qtbot.waitSignal(studies.arrived) as arrived:
        studies.ask([ROWS[1]])
    assert arrived.args == [(ROWS[1].file,)]
    assert not studies.known
    studies.close()


def test_a_film_that_cannot_be_looked_for_has_no_numbers_and_the_others_have_theirs(qtbot, folder):
    lost = replace(ROWS[0], file="n" * 300, place=FilmPlace(moved_to="moved.dcm"))  # no disk has a name of that length
    studies = RowStudies()
    studies.open_folder(folder)
    with qtbot.waitSignal(studies.arrived):
        studies.ask([lost, ROWS[1]])
    assert studies.find(lost.file) == NO_NUMBERS
    assert studies.find(ROWS[1].file).accession == "ACC39"
    studies.close()


def test_after_a_fault_the_next_films_are_read(qtbot, folder, monkeypatch):
    studies = RowStudies()
    studies.open_folder(folder)
    with monkeypatch.context() as faulty, qtbot.waitSignal(studies.arrived) as arrived:
        faulty.setattr(row_studies, "find_film", lambda folder, row: folder / {ROWS[1].file: row.file}[row.file])
        studies.ask([ROWS[0]])
        studies.ask([ROWS[1]])
    assert arrived.args == [(ROWS[1].file,)]
    studies.close()
