"""Buttons and keys of the reader, without a worklist."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QShortcut
from PySide6.QtWidgets import QLineEdit, QPushButton, QVBoxLayout, QWidget

from gui.classify.reader_bar import ReaderBar
from tests.gui.person import click

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


def test_keys_call_wherever_the_focus_is_in_the_area(qtbot, area, asked):
    for key in ("1", "2", "U", "A", "D", "N"):
        qtbot.keyClick(area, key)
    qtbot.keyClick(area, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert asked == ["NORMAL", "R&D <b>", "unsure", "agreed", "disagreed", "note_wanted", "undo_wanted"]


def test_keys_outside_the_area_are_only_text(qtbot, area, asked):
    outside = area.parent().findChild(QLineEdit, "outside")
    outside.setFocus()
    qtbot.keyClicks(outside, "a1u")
    assert asked == []
    assert outside.text() == "a1u"


def test_buttons_call_too(qtbot, bar, asked):
    for name in ("class_2", "agree", "disagree", "unsure", "note_film", "undo_call"):
        click(qtbot, bar, name)
    assert asked == ["R&D <b>", "agreed", "disagreed", "unsure", "note_wanted", "undo_wanted"]


def test_class_names_are_literal_with_their_key(bar):
    assert bar.findChild(QPushButton, "class_2").text() == "R&&D <b> (2)"  # Qt shows && as &


def test_other_classes_replace_the_first(qtbot, area, bar, asked):
    bar.show_classes(("A", "B", "C"))
    qtbot.waitUntil(lambda: len(area.findChildren(QShortcut)) == 3 + 5)  # those of the first are deleted
    for key in ("1", "3"):
        qtbot.keyClick(area, key)
    assert asked == ["A", "C"]


def test_there_are_keys_for_nine_classes(qtbot, area, bar, asked):
    bar.show_classes(tuple(f"class {number}" for number in range(1, 12)))
    qtbot.keyClick(area, "9")
    assert asked == ["class 9"]
    assert bar.findChild(QPushButton, "class_10") is None


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


def test_blind_reading_is_switched_on_and_off(qtbot, bar):
    qtbot.addWidget(bar.blind)
    for is_blind in (True, False):
        with qtbot.waitSignal(bar.blind_changed) as changed:
            bar.blind.click()
        assert changed.args == [is_blind]
