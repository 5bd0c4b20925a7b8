"""Files and folders dropped on a field."""

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QLabel

from gui.widgets.drop_area import DropArea

COPY, LEFT, NONE = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def area(qtbot):
    made = DropArea("Drop <b>films</b>")
    qtbot.addWidget(made)
    made.show()
    return made


def carried(*urls):
    data = QMimeData()
    data.setUrls([QUrl(url) for url in urls])
    return data


def is_welcome(area, data):
    event = QDragEnterEvent(QPoint(5, 5), COPY, data, LEFT, NONE)
    event.ignore()
    QApplication.sendEvent(area, event)
    return event.isAccepted()


def test_a_local_file_is_welcome_and_handed_on(area, qtbot, tmp_path):
    data = carried(QUrl.fromLocalFile(str(tmp_path / "fílm 1.png")))
    assert is_welcome(area, data)
    with qtbot.waitSignal(area.dropped) as dropped:
        QApplication.sendEvent(area, QDropEvent(QPointF(5, 5), COPY, data, LEFT, NONE))
    assert dropped.args == [Path(tmp_path / "fílm 1.png")]


def test_text_and_addresses_of_the_network_are_not(area):
    text = QMimeData()
    text.setText("/films")
    assert not is_welcome(area, text)
    assert not is_welcome(area, carried("https://example.org/film.png"))
    assert not is_welcome(area, carried())


def test_its_words_are_no_markup_and_read_aloud(area):
    label = area.findChild(QLabel)
    assert label.textFormat() is Qt.TextFormat.PlainText
    assert area.accessibleName() == label.text() == "Drop <b>films</b>"
