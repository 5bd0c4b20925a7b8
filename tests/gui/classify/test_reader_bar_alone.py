"""Where and when the keys of the reader work."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from gui.classify.reader_bar import ReaderBar

SIGNALS = ("agreed", "disagreed", "note_wanted", "undo_wanted")


@pytest.fixture
def area(qtbot):
    """The part of the window in which the keys work, beside a field outside it."""
    page = QWidget()
    qtbot.addWidget(page)
    area, outside = QWidget(focusPolicy=Qt.FocusPolicy.StrongFocus), QLineEdit(objectName="outside")
    layout = QVBoxLayout(page)
    layout.addWidget(area)
    layout.addWidget(outside)
    bar = ReaderBar(area, area)
    bar.show_classes(("NORMAL", "R&D <b>"))
    with qtbot.waitActive(page):
        page.show()
        page.activateWindow()
    area.setFocus()
    yield area
    page.close()


@pytest.fixture
def bar(area):
    return area.findChild(ReaderBar)


@pytest.fixture
def asked(bar):
    """Everything that the reader asked for."""
    asked = []
    bar.called.connect(asked.append)
    for name in SIGNALS:
        getattr(bar, name).connect(lambda name=name: asked.append(name))
    return asked


def test_keys_outside_the_area_are_only_text(qtbot, area, asked):
    outside = area.parent().findChild(QLineEdit, "outside")
    outside.setFocus()
    qtbot.keyClicks(outside, "a1u")
    assert asked == []
    assert outside.text() == "a1u"


@pytest.mark.parametrize(
    ("can_call", "can_compare", "can_undo", "works"),
    [
        (True, True, True, ["NORMAL", "unsure", "agreed", "disagreed", "note_wanted", "undo_wanted"]),
        (True, False, False, ["NORMAL", "unsure", "note_wanted"]),
        (False, True, True, ["undo_wanted"]),
        (False, False, False, []),
    ],
)
def test_only_what_makes_sense_works(qtbot, area, bar, asked, can_call, can_compare, can_undo, works):
    bar.set_enabled(can_call, can_compare, can_undo)
    for key in ("1", "U", "A", "D", "N"):
        qtbot.keyClick(area, key)
    qtbot.keyClick(area, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert asked == works
