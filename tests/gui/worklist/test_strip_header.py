"""The line above the list."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from gui.worklist.strip_header import StripHeader


@pytest.fixture
def header(qtbot):
    made = StripHeader()
    qtbot.addWidget(made)
    made.resize(284, 28)
    made.show()
    return made


def test_the_folder_is_named_and_its_films_are_counted(header):
    header.show_list(Path("/films/Ward 3"), False)
    header.show_count(20, 20)
    assert (header.title.text(), header.count.text()) == ("Ward 3", "20 films")
    assert header.title.toolTip().count(str(Path("/films/Ward 3")))
    header.show_count(7, 20)
    assert header.count.text() == "7 of 20"
    header.show_list(None, False)
    header.show_count(0, 0)
    assert header.title.text() == ""
    assert not header.count.isVisible()


def test_a_long_name_makes_the_strip_no_wider(header):
    name = "first" + "-" * 60 + "last"
    header.show_list(Path("/films") / name, False)
    assert header.title.text() == name
    assert header.minimumSizeHint().width() < 240
    header.resize(240, header.height())
    assert header.title.geometry().right() < header.table.geometry().left()


def test_blind_reading_is_said_and_the_folder_is_not(header):
    header.show_list(Path("/films/PNEUMONIA"), True)
    assert "Blind reading" in header.title.text()
    assert "PNEUMONIA" not in header.title.text() + header.title.toolTip() + header.title.accessibleName()


def test_the_button_asks_for_the_table_and_back(header, qtbot):
    with qtbot.waitSignal(header.table_wanted) as wanted:
        qtbot.mouseClick(header.table, Qt.MouseButton.LeftButton)
    assert wanted.args == [True]
    with qtbot.assertNotEmitted(header.table_wanted):
        header.check_table(False)
    assert not header.table.isChecked()
    assert header.table.accessibleName() == "Table view"
