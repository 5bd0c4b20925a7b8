"""What a person sees and does in the list."""

from PySide6.QtCore import Qt


def files(rows):
    """The files shown, in their order."""
    return [rows.row(number).file for number in range(rows.rowCount())]


def click_row(qtbot, view, number, modifier=Qt.KeyboardModifier.NoModifier):
    place = view.visualRect(view.model().index(number, 0)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, modifier, place)


def click_chip(qtbot, bar, kind):
    qtbot.mouseClick(bar.chips[kind], Qt.MouseButton.LeftButton)
