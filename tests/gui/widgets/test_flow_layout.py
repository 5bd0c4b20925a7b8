"""Widgets that wrap like words."""

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from gui.widgets.flow_layout import FlowLayout
from gui.widgets.named_widgets import make_flow

WORDS = ("Open folder…", "Open label list…", "Try the demo", "Import settings…", "Find doubtful labels")


@pytest.fixture
def row(qtbot):
    made = QWidget()
    layout = QVBoxLayout(made)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addLayout(make_flow([QPushButton(word) for word in WORDS]))
    layout.addStretch()
    qtbot.addWidget(made)
    yield made
    del made


def places(row):
    return [button.geometry() for button in row.findChildren(QPushButton) if button.isVisible()]


@pytest.mark.parametrize("width", [1000, 400, 160])
def test_buttons_keep_their_size_and_stay_inside(qtbot, row, width):
    row.resize(width, 400)
    with qtbot.waitExposed(row):
        row.show()
    found = places(row)
    assert all(QRect(0, 0, width, 400).contains(place) for place in found)
    assert all(not one.intersects(other) for one in found for other in found if one is not other)
    assert [place.size() for place in found] == [button.sizeHint() for button in row.findChildren(QPushButton)]
    assert len({place.top() for place in found}) == {1000: 1, 160: 5}.get(width, len({place.top() for place in found}))


def test_what_is_below_moves_with_the_lines(qtbot, row):
    flow = row.layout().itemAt(0).layout()
    assert isinstance(flow, FlowLayout)
    assert flow.heightForWidth(160) > flow.heightForWidth(400) > flow.heightForWidth(1000) == flow.sizeHint().height()
    assert flow.minimumSize().width() == max(button.sizeHint().width() for button in row.findChildren(QPushButton))


def test_hidden_buttons_take_no_room(qtbot, row):
    with qtbot.waitExposed(row):
        row.show()
    first, second, *_ = row.findChildren(QPushButton)
    left = first.x()
    first.hide()
    qtbot.waitUntil(lambda: second.x() == left)
