"""All columns as a table, in place of the film."""

import pytest
from PySide6.QtCore import QPoint, Qt

from gui.worklist.columns import FILM, HEADINGS, PROBABILITY, READER
from gui.worklist.table_view import TableView
from tests.gui.worklist.examples import BY_PROBABILITY
from tests.gui.worklist.person import click_row, files


@pytest.fixture
def view(qtbot, strip):
    made = TableView(strip.rows, strip.view.selectionModel())
    qtbot.addWidget(made)
    made.resize(1000, 500)
    made.show()
    return made


def click_heading(qtbot, view, column):
    header = view.horizontalHeader()
    place = QPoint(header.sectionViewportPosition(column) + 20, header.height() // 2)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_a_click_on_a_heading_sorts_both_views(view, strip, qtbot):
    assert view.horizontalHeader().sortIndicatorSection() == PROBABILITY
    click_heading(qtbot, view, FILM)
    by_name = files(strip.rows)
    assert by_name in (sorted(BY_PROBABILITY, key=str.casefold), sorted(BY_PROBABILITY, key=str.casefold, reverse=True))
    click_heading(qtbot, view, FILM)
    assert files(strip.rows) == by_name[::-1]
    assert view.horizontalHeader().sortIndicatorSection() == FILM


def test_blind_reading_cannot_be_sorted(view, strip, qtbot):
    strip.set_blind(True)
    order = files(strip.rows)
    assert not view.horizontalHeader().isSortIndicatorShown()
    for column in (FILM, PROBABILITY, READER):
        click_heading(qtbot, view, column)
        assert files(strip.rows) == order
    strip.set_blind(False)
    assert view.horizontalHeader().isSortIndicatorShown()


def test_both_views_have_the_same_current_film(view, strip, qtbot):
    chosen = []
    strip.row_chosen.connect(lambda row: chosen.append(row.file))
    click_row(qtbot, view, 2)
    assert strip.current_row().file == BY_PROBABILITY[2]
    click_row(qtbot, strip.view, 0)
    assert view.currentIndex().row() == 0
    strip.move_by(1)
    assert [index.row() for index in view.selectionModel().selectedRows()] == [1]
    qtbot.keyClick(view, Qt.Key.Key_Down)
    qtbot.keyClick(view, Qt.Key.Key_End)
    assert chosen == [BY_PROBABILITY[number] for number in (2, 0, 1, 2, 4)]


def test_enter_and_a_double_click_ask_for_the_film(view, strip, qtbot):
    with qtbot.assertNotEmitted(view.film_wanted):
        qtbot.keyClick(view, Qt.Key.Key_Return)  # none is current yet
    click_row(qtbot, view, 1)
    with qtbot.waitSignal(view.film_wanted):
        qtbot.keyClick(view, Qt.Key.Key_Return)
    place = view.visualRect(strip.rows.index(1, 1)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    with qtbot.waitSignal(view.film_wanted):
        qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_every_column_shows_its_heading(view):
    header = view.horizontalHeader()
    for column in range(len(HEADINGS)):
        assert view.columnWidth(column) >= header.sectionSizeHint(column)
