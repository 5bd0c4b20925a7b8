"""What a person does in the Classify tab."""

from PySide6.QtCore import Qt

from core.screening.reader_calls import calls_path, read_calls


def texts(tab, column):
    """The shown texts of a column of the table."""
    rows = tab.room.strip.rows
    return [rows.index(row, column).data() for row in range(rows.rowCount())]


def wait_for_film(qtbot, tab):
    """Wait until the chosen film is on the screen; gives its name."""
    qtbot.waitUntil(lambda: tab.room.desk.shown.is_painted, timeout=20_000)
    return tab.room.desk.shown.row.file


def choose(qtbot, tab, number):
    """Click a row of the list and wait for its film; gives its name."""
    view = tab.room.strip.view
    place = view.visualRect(tab.room.strip.rows.index(number, 0)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    return wait_for_film(qtbot, tab)


def press(qtbot, tab, key, modifier=Qt.KeyboardModifier.NoModifier):
    """Press and release a key in the list."""
    qtbot.keyClick(tab.room.strip.view, key, modifier)


def written_calls(tab):
    """The calls on the disk, of the open list, once all are written."""
    tab.opener.writer.close()
    path = calls_path(tab.room.opened.output)
    return read_calls(path) if path.exists() else []
