"""The list beside the film, and which film is current."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy

from gui.worklist.list_strip import ListStrip, strip_width_px
from gui.worklist.row_kinds import RowKind
from gui.worklist.worklist_filter import WorklistFilter
from tests.gui.worklist.examples import BY_PROBABILITY, ROWS, book, call, refused, scored
from tests.gui.worklist.person import click_chip, click_row, files


@pytest.fixture
def chosen(strip):
    """The files of which the strip said that they became current."""
    seen = []
    strip.row_chosen.connect(lambda row: seen.append(row.file))
    return seen


def record(strip, calls, file, reader="NORMAL"):
    calls.record(call(file, reader))
    strip.refresh(file)


@pytest.mark.parametrize(
    ("screen", "width"), [(1280, 240), (1365, 240), (1366, 264), (1919, 264), (1920, 300), (3840, 300)]
)
def test_the_strip_is_as_wide_as_the_screen_allows(screen, width):
    assert strip_width_px(screen) == width


def test_the_width_is_fixed(strip):
    assert strip.minimumWidth() == strip.maximumWidth() == strip_width_px(strip.screen().availableGeometry().width())


def test_a_click_makes_a_film_current_once(strip, chosen, qtbot):
    assert strip.current_row() is None
    click_row(qtbot, strip.view, 1)
    click_row(qtbot, strip.view, 1)
    assert chosen == [BY_PROBABILITY[1]]
    assert strip.current_row().file == BY_PROBABILITY[1]
    assert strip.position_of(strip.current_row()) == (2, 5)


def test_moves_end_at_the_first_and_last_film(strip, chosen):
    strip.move_by(1)
    strip.move_by(-1)
    strip.move_by(2)
    strip.move_by(99)
    strip.move_by(1)
    strip.move_to_end(False)
    strip.move_to_end(True)
    assert chosen == [BY_PROBABILITY[number] for number in (0, 2, 4, 0, 4)]


def test_the_next_uncalled_film_is_behind_the_current_one_or_at_the_start(strip, calls, chosen):
    record(strip, calls, BY_PROBABILITY[1])
    for _ in range(3):
        assert strip.move_to_uncalled()
    assert chosen == [BY_PROBABILITY[number] for number in (0, 2, 0)]
    record(strip, calls, BY_PROBABILITY[2])
    assert not strip.move_to_uncalled()  # the current one is the last
    record(strip, calls, BY_PROBABILITY[0])
    assert not strip.move_to_uncalled()
    assert len(chosen) == 3


def test_calls_leave_the_current_film_and_the_order_as_they_are(blind_strip, calls, qtbot):
    strip, chosen = blind_strip, []
    strip.row_chosen.connect(lambda row: chosen.append(row.file))
    order = files(strip.rows)
    for file in order:
        strip.select_file(file)
        record(strip, calls, file)
        assert strip.current_row().file == file
        assert files(strip.rows) == order
    assert chosen == order


def test_films_called_under_the_filter_uncalled_stay_where_they_are(strip, calls, chosen, qtbot):
    click_chip(qtbot, strip.filters, RowKind.NOT_CALLED)
    order = files(strip.rows)
    for file in order:
        assert strip.move_to_uncalled()
        assert strip.current_row().file == file
        record(strip, calls, file)
    assert not strip.move_to_uncalled()
    assert chosen == files(strip.rows) == order
    click_chip(qtbot, strip.filters, RowKind.NOT_CALLED)
    assert files(strip.rows) == []
    assert strip.current_row().file == order[-1]  # it is still on the screen


def test_rows_that_come_and_go_leave_the_current_film(strip, chosen):
    strip.select_file(BY_PROBABILITY[2])
    strip.add(scored("first.png", 0.99))
    strip.add(scored("last.png", 0.01))
    strip.rows.flush()
    strip.remove(BY_PROBABILITY[0])
    strip.remove(BY_PROBABILITY[1])
    assert chosen == [BY_PROBABILITY[2]]
    assert [index.row() for index in strip.view.selectionModel().selectedRows()] == [1]
    assert strip.position_of(strip.current_row()) == (2, 5)


def test_a_film_whose_row_goes_is_current_again_when_it_comes_back(strip, chosen):
    strip.select_file(BY_PROBABILITY[1])
    strip.remove(BY_PROBABILITY[1])
    assert strip.current_row() is None
    assert not strip.view.selectionModel().hasSelection()
    assert chosen == [BY_PROBABILITY[1]]
    strip.add(scored(BY_PROBABILITY[1], 0.95))
    assert chosen == [BY_PROBABILITY[1]] * 2
    strip.rows.flush()
    assert strip.position_of(strip.current_row()) == (1, 5)
    assert strip.view.selectionModel().isRowSelected(0)


def test_after_a_film_went_the_arrows_go_on_beside_it(strip, chosen):
    strip.select_file(BY_PROBABILITY[2])
    strip.remove(BY_PROBABILITY[2])
    strip.move_by(1)
    assert chosen[-1] == BY_PROBABILITY[3]
    strip.remove(BY_PROBABILITY[3])
    strip.move_by(-1)
    assert chosen[-1] == BY_PROBABILITY[1]


def test_a_replaced_row_is_chosen_again_only_if_it_is_current(strip, chosen):
    strip.select_file("leg.png")
    strip.add(refused("torn.dcm"))
    assert chosen == ["leg.png"]
    row = scored("leg.png", 0.97)
    with_row = []
    strip.row_chosen.connect(with_row.append)
    strip.add(row)
    assert with_row == [row]
    assert strip.current_row() is row
    assert strip.position_of(row) == (1, 5)
    assert strip.view.selectionModel().isRowSelected(0)


def test_sorting_and_filters_leave_the_current_film(strip, chosen, qtbot):
    strip.select_file(BY_PROBABILITY[1])
    strip.rows.sort(0, Qt.SortOrder.DescendingOrder)
    click_chip(qtbot, strip.filters, RowKind.LIKELY)
    assert strip.current_row().file == BY_PROBABILITY[1]
    assert strip.position_of(strip.current_row()) == (0, 1)
    click_chip(qtbot, strip.filters, RowKind.ALL)
    assert strip.view.selectionModel().isRowSelected(strip.rows.number_of(BY_PROBABILITY[1]))
    assert chosen == [BY_PROBABILITY[1]]


def test_from_a_film_that_the_filter_hides_the_arrows_go_to_its_neighbours(strip, chosen, qtbot):
    strip.select_file(BY_PROBABILITY[1])
    strip.filters.search.setText("png")
    click_chip(qtbot, strip.filters, RowKind.UNLIKELY)
    strip.move_by(1)
    assert chosen[-1] == BY_PROBABILITY[2]
    click_chip(qtbot, strip.filters, RowKind.LIKELY)
    strip.move_by(-1)
    assert chosen[-1] == BY_PROBABILITY[0]
    click_chip(qtbot, strip.filters, RowKind.REVIEW)
    assert strip.move_to_uncalled()
    assert chosen[-1] == BY_PROBABILITY[1]


def test_a_file_that_the_filter_hides_is_shown_to_be_chosen(strip, chosen, qtbot):
    qtbot.keyClicks(strip.filters.search, "torn")
    strip.select_file(BY_PROBABILITY[0])
    assert (strip.filters.search.text(), files(strip.rows)) == ("", BY_PROBABILITY)
    strip.select_file("notes.txt")
    assert files(strip.rows) == ["notes.txt"]
    strip.select_file("none.png")
    assert chosen == [BY_PROBABILITY[0], "notes.txt"]


def test_a_row_can_be_chosen_as_soon_as_it_is_added(strip, chosen):
    strip.add(scored("new.png", 0.95))
    strip.select_file("new.png")
    assert chosen == ["new.png"]
    assert strip.position_of(strip.current_row()) == (1, 6)


def test_another_list_begins_without_filter_and_current_film(strip, chosen, qtbot):
    strip.select_file(BY_PROBABILITY[0])
    strip.filters.search.setText("a")
    click_chip(qtbot, strip.filters, RowKind.LIKELY)
    strip.rows.sort(0)
    strip.show_list(None, ROWS, book(), False, "seed")
    assert files(strip.rows) == BY_PROBABILITY
    assert strip.current_row() is None
    assert strip.filters.chips[RowKind.ALL].isChecked()
    assert strip.filters.search.text() == ""
    assert chosen == [BY_PROBABILITY[0]]


def test_blind_reading_hides_names_until_called(blind_strip, calls):
    row = blind_strip.table.row("PNEUMONIA/a.png")
    assert blind_strip.display_name(row).startswith("Film ")
    assert "Blind" in blind_strip.header.title.text()
    record(blind_strip, calls, row.file)
    assert blind_strip.display_name(row) == "a.png"
    blind_strip.set_blind(False)
    assert blind_strip.display_name(row) == "PNEUMONIA/a.png"
    assert "Blind" not in blind_strip.header.title.text()


def test_the_order_of_blind_reading_is_that_of_its_seed(strip, calls):
    films = [scored(f"{number:02}.png", number / 20) for number in range(20)]
    orders = []
    for seed in ("one", "two", "one"):
        strip.show_list(None, films, calls, True, seed)
        orders.append(files(strip.rows))
    assert orders[0] == orders[2] != orders[1]


def test_films_are_counted_above_the_list(strip, qtbot):
    assert strip.header.count.text() == "5 films"
    click_chip(qtbot, strip.filters, RowKind.LIKELY)
    qtbot.waitUntil(lambda: strip.header.count.text() == "1 of 5")
    strip.add(scored("new.png", 0.95))
    qtbot.waitUntil(lambda: strip.header.count.text() == "2 of 6")


def test_the_search_leads_to_the_list_and_the_button_to_the_table(strip, qtbot):
    strip.activateWindow()
    strip.filters.search.setFocus()
    qtbot.waitUntil(strip.filters.search.hasFocus)
    qtbot.keyClick(strip.filters.search, Qt.Key.Key_Return)
    assert strip.view.hasFocus()
    wanted = QSignalSpy(strip.table_wanted)
    qtbot.mouseClick(strip.header.table, Qt.MouseButton.LeftButton)
    assert wanted.at(0) == [True]


def test_20000_rows_and_more_that_come_keep_the_window_free(qtbot, monkeypatch):
    """Each row that comes costs its own place only: the views are not laid out again for it."""
    strip = ListStrip()
    qtbot.addWidget(strip, before_close_func=lambda _strip: strip.close_thumbnails())
    films = [scored(f"{number:05}.png", number % 997 / 997) for number in range(20_000)]
    strip.show_list(None, films, book(*(call(row.file) for row in films[:-1])), False)
    strip.show()
    asked = []
    count_rows = WorklistFilter.rowCount
    monkeypatch.setattr(WorklistFilter, "rowCount", lambda *called: asked.append(1) or count_rows(*called))
    for number in range(50):
        strip.add(scored(f"new-{number}.png", number / 50))
    qtbot.waitUntil(lambda: count_rows(strip.rows) == 20_050)
    strip.grab()
    assert 0 < len(asked) < 5_000
    assert strip.move_to_uncalled()
