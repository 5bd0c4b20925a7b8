"""Decisions are told apart by shape, not by colour alone."""

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from core.models.decision import Decision
from gui.reading.decision_marks import DecisionMark, paint_mark
from tests.gui.film.person import shown

pytestmark = pytest.mark.usefixtures("qapp")
SIDE = 40


def widths(decision):
    """How many pixels of each row are painted."""
    image = QImage(SIDE, SIDE, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    paint_mark(painter, decision, QRectF(4, 4, SIDE - 8, SIDE - 8))
    painter.end()
    painted = [[image.pixelColor(x, y) != QColor("white") for x in range(SIDE)] for y in range(SIDE)]
    return np.array(painted).sum(axis=1)


def test_likely_points_up_unlikely_down_and_review_to_all_sides():
    up, both, down = (widths(decision) for decision in (Decision.LIKELY, Decision.REVIEW, Decision.UNLIKELY))
    assert up[10] < up[20] < up[30]
    assert down[10] > down[20] > down[30]
    assert both[10] < both[20] > both[30]


def test_a_mark_without_a_decision_takes_no_place(qtbot):
    mark = DecisionMark(20)
    qtbot.addWidget(mark)
    mark.show_decision(Decision.REVIEW)
    assert mark.isVisible()
    assert np.ptp(shown(mark)) > 100
    mark.show_decision(None)
    assert not mark.isVisible()
