"""Pages that scroll where there is no room."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from gui.widgets.scrolling import SqueezableTabs, make_scrollable

LEAST_PX = 200


@pytest.fixture
def page(qtbot):
    made = QWidget()
    layout = QVBoxLayout(made)
    layout.addWidget(QLabel("a sentence that wraps " * 20, wordWrap=True))
    large = QPlainTextEdit()
    large.setMinimumHeight(LEAST_PX)
    layout.addWidget(large, 1)
    layout.addWidget(QPushButton("Last"))
    qtbot.addWidget(made)
    made.area = make_scrollable(made)
    yield made
    del made


def show(qtbot, page, width, height):
    page.resize(width, height)
    with qtbot.waitExposed(page):
        page.show()
    return page.area.verticalScrollBar(), page.area.horizontalScrollBar()


def test_it_is_squeezed_before_it_scrolls(qtbot, page):
    vertical, horizontal = show(qtbot, page, 600, 400)
    assert page.findChild(QPlainTextEdit).sizeHint().height() + 150 > 300
    assert (vertical.maximum(), horizontal.maximum()) == (0, 0)
    assert page.findChild(QPushButton).visibleRegion().boundingRect().height() > 0


def test_it_scrolls_where_it_has_no_room(qtbot, page):
    vertical, _ = show(qtbot, page, 300, 150)
    last = page.findChild(QPushButton)
    assert last.visibleRegion().isEmpty()
    vertical.setValue(vertical.maximum())
    assert last.visibleRegion().boundingRect() == last.rect()


def test_it_follows_the_focus_and_takes_none(qtbot, page):
    vertical, _ = show(qtbot, page, 300, 150)
    page.findChild(QPlainTextEdit).setTabChangesFocus(True)
    page.findChild(QPlainTextEdit).setFocus()
    qtbot.keyClick(page.focusWidget(), Qt.Key.Key_Tab)
    assert page.focusWidget() is page.findChild(QPushButton)
    assert vertical.value() == vertical.maximum()


def test_tabs_in_a_page_are_squeezed_too(qtbot):
    page, tabs, inner = QWidget(), SqueezableTabs(), QWidget()
    rows = QVBoxLayout(inner)
    rows.addWidget(QLabel("a sentence that wraps " * 20, wordWrap=True))
    rows.addWidget(QPlainTextEdit(), 1)
    tabs.addTab(inner, "One")
    QVBoxLayout(page).addWidget(tabs)
    qtbot.addWidget(page)
    page.area = make_scrollable(page)
    vertical, _ = show(qtbot, page, 600, 260)
    assert inner.sizeHint().height() > 260 > inner.minimumSizeHint().height()
    assert vertical.maximum() == 0


def test_it_demands_little(page):
    assert page.minimumSizeHint().height() < LEAST_PX
