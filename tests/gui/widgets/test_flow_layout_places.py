"""Widgets in as many rows as they need."""

import pytest
from PySide6.QtWidgets import QWidget

from gui.widgets.flow_layout import FlowLayout


@pytest.fixture
def made(qtbot):
    holder = QWidget()
    flow = FlowLayout(holder)
    flow.setSpacing(4)
    for _ in range(5):
        part = QWidget()
        part.setFixedSize(50, 20)
        flow.addWidget(part)
    qtbot.addWidget(holder)
    holder.resize(170, 100)
    holder.show()
    return holder, flow


def places(flow):
    return [flow.itemAt(number).geometry().topLeft().toTuple() for number in range(flow.count())]


def test_a_full_row_is_followed_by_another(made):
    _, flow = made
    assert places(flow) == [(0, 0), (54, 0), (108, 0), (0, 24), (54, 24)]
    assert (flow.heightForWidth(170), flow.heightForWidth(157), flow.heightForWidth(20)) == (44, 68, 116)
    assert flow.minimumSize().toTuple() == (50, 20)


def test_hidden_widgets_take_no_room(made):
    _, flow = made
    flow.itemAt(1).widget().hide()
    assert flow.heightForWidth(170) == 44
    flow.itemAt(2).widget().hide()
    assert flow.heightForWidth(170) == 20


def test_a_widget_can_be_taken(made):
    holder, flow = made
    taken = flow.takeAt(0)
    taken.widget().setParent(None)
    assert flow.count() == 4
    assert flow.itemAt(9) is None
    assert flow.takeAt(9) is None
    assert holder.layout() is flow
