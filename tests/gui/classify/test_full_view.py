"""Which parts are hidden while the film has the whole screen."""

import pytest
from PySide6.QtWidgets import QWidget

from gui.classify.full_view import FullView


@pytest.fixture
def parts(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    made = [QWidget(window), QWidget(window)]
    for part in made:
        part.show()
    return window, *made


def test_parts_and_list_go_and_come_back_as_they_were(qtbot, parts):
    _, bar, strip = parts
    view = FullView([bar], strip)
    with qtbot.waitSignal(view.wanted) as wanted:
        view.toggle()
    assert wanted.args == [True]
    assert bar.isVisible()  # until the window says so
    view.show(True)
    assert not bar.isVisible()
    assert not strip.isVisible()
    view.show(False)
    assert bar.isVisible()
    assert strip.isVisible()


def test_a_list_that_was_hidden_stays_hidden(parts):
    _, bar, strip = parts
    view = FullView([bar], strip)
    view.toggle_list()
    view.show(True)
    view.show(False)
    assert bar.isVisible()
    assert not strip.isVisible()
    view.toggle_list()
    assert strip.isVisible()
