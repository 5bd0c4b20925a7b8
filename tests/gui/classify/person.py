"""What a person does in the Classify tab."""

from PySide6.QtCore import Qt

from core.screening.events import FilmReading
from tests.gui.person import job_shown


def texts(tab, column):
    model = tab.worklist.view.model()
    return [model.index(row, column).data() for row in range(model.rowCount())]


def choose(tab, window, qtbot, row):
    with job_shown(qtbot, window, FilmReading):
        tab.worklist.view.selectRow(row)


def press(qtbot, tab, key, modifier=Qt.KeyboardModifier.NoModifier):
    tab.worklist.view.setFocus()
    qtbot.keyClick(tab.worklist.view, key, modifier)
