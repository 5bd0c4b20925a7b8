"""A short notice over a widget."""

import pytest
from PySide6.QtWidgets import QWidget

from gui.widgets import toast
from gui.widgets.toast import Toast


@pytest.fixture
def area(qtbot):
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(600, 400)
    made.show()
    return made


def test_it_is_over_the_widget_and_goes_by_itself(area, qtbot, monkeypatch):
    monkeypatch.setattr(toast, "MILLISECONDS", 30)
    notice = Toast(area)
    assert not notice.isVisible()
    notice.say("<b>Written</b>: a.csv")
    assert notice.isVisible()
    assert notice.text() == notice.accessibleDescription() == "<b>Written</b>: a.csv"
    assert area.rect().contains(notice.geometry())
    assert area.size().width() == 600
    qtbot.waitUntil(lambda: not notice.isVisible())


def test_a_long_notice_is_wrapped_and_stays_inside_when_the_widget_shrinks(area):
    notice = Toast(area)
    notice.say("a long notice of many words " * 12)
    area.resize(420, 300)
    assert area.rect().contains(notice.geometry())
