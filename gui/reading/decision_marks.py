"""The shape and colour of each decision, for those who do not see colours and those who do."""

from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from core.models.decision import Decision
from core.system.language import tr
from gui.widgets.named_widgets import name_widget
from gui.widgets.theme import DARK

# films are black in both themes, and so is what lies over them
COLOURS: Final = {Decision.LIKELY: DARK.likely, Decision.REVIEW: DARK.review, Decision.UNLIKELY: DARK.unlikely}
CORNERS: Final = {  # in a square of 1
    Decision.LIKELY: ((0.5, 0.08), (1, 0.92), (0, 0.92)),
    Decision.REVIEW: ((0.5, 0), (1, 0.5), (0.5, 1), (0, 0.5)),
    Decision.UNLIKELY: ((0, 0.08), (1, 0.08), (0.5, 0.92)),
}
PEN_PX: Final = 1.6


def paint_mark(painter: QPainter, decision: Decision, square: QRectF, seam: float = 0.0) -> None:
    """Paint the mark of a decision into a square: ▲ likely, ◆ review, ▽ unlikely (hollow).

    seam: width of a dark line around it, so that it stands out from what is below.
    """
    points = [
        QPointF(square.left() + x * square.width(), square.top() + y * square.height()) for x, y in CORNERS[decision]
    ]
    shape, colour = QPolygonF(points), QColor(COLOURS[decision])
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if seam:
        painter.setPen(_make_pen(DARK.window, PEN_PX + 2 * seam))
        painter.setBrush(QColor(DARK.window))
        painter.drawPolygon(shape)
    painter.setPen(_make_pen(colour, PEN_PX))
    painter.setBrush(QColor(DARK.window) if decision is Decision.UNLIKELY else colour)
    painter.drawPolygon(shape)


def _make_pen(colour: QColor | str, width: float) -> QPen:
    return QPen(QColor(colour), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)


class DecisionMark(QWidget):
    """The mark of a decision; nothing without one."""

    def __init__(self, side_px: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        name_widget(self, "decision_mark", tr("Decision"))
        self.setFixedSize(side_px, side_px)
        self.decision: Decision | None = None

    def show_decision(self, decision: Decision | None) -> None:
        """Show the mark of this decision, and take no place without one."""
        self.decision = decision
        self.setVisible(decision is not None)
        self.update()

    def paintEvent(self, _event: object) -> None:
        if self.decision is not None:
            inset = PEN_PX / 2 + 0.5
            paint_mark(QPainter(self), self.decision, QRectF(self.rect()).adjusted(inset, inset, -inset, -inset))
