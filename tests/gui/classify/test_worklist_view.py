"""The table of the worklist."""

import pytest
from PySide6.QtCore import Qt

from core.screening.reader_calls import CallBook
from gui.classify.worklist_filter import RowKind, WorklistFilter
from gui.classify.worklist_table import DECISION, FILM, WorklistTable
from gui.classify.worklist_view import MIN_WIDTHS_PX, WorklistView
from tests.gui.classify.examples import ROWS


@pytest.fixture
def view(qtbot):
    table = WorklistTable()
    table.show_folder(None, ROWS, CallBook((), lambda _: None))
    made = WorklistView(WorklistFilter(table))
    qtbot.addWidget(made)
    made.resize(900, 500)
    made.show()
    yield made
    table.close()


def files(view):
    return [view.model().row(number).file for number in range(view.model().rowCount())]


def test_the_most_probable_come_first(view):
    assert files(view)[:3] == ["likely.png", "review.png", "unlikely.png"]


def test_a_row_is_selected_with_the_keyboard_one_at_a_time(view, qtbot):
    assert view.selected_row() is None
    view.setFocus()
    for key, file in ((Qt.Key.Key_End, files(view)[-1]), (Qt.Key.Key_Up, files(view)[-2])):
        qtbot.keyClick(view, key, Qt.KeyboardModifier.ControlModifier)
        assert view.selected_row().file == file
    assert len(view.selectionModel().selectedRows()) == 1


def test_a_file_is_selected_where_it_is_shown(view):
    view.select_file("torn.dcm")
    assert view.selected_row().file == "torn.dcm"
    view.model().set_kind(RowKind.LIKELY)
    view.select_file("unlikely.png")
    assert view.selected_row() is None or view.selected_row().file == "likely.png"


def test_the_next_row_follows_and_the_last_has_none(view):
    order = files(view)
    view.select_file(order[0])
    view.select_next(view.selected_row())
    assert view.selected_row().file == order[1]
    view.select_file(order[-1])
    view.select_next(view.selected_row())
    assert view.selected_row().file == order[-1]


def test_columns_hold_their_words(view):
    header = view.horizontalHeader()
    assert all(header.sectionSize(column) >= width for column, width in MIN_WIDTHS_PX.items())
    assert header.sectionSize(DECISION) >= view.fontMetrics().horizontalAdvance("▽ unlikely")
    assert header.sectionSize(FILM) > 100
