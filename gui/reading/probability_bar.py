"""Where a film stands on the model's scale, between likely and unlikely."""

from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from core.models.decision import Decision
from core.screening.verdict import Verdict
from core.system.language import tr
from gui.reading.decision_marks import COLOURS, paint_mark
from gui.widgets.named_widgets import name_widget
from gui.widgets.theme import DARK

HEIGHT_PX: Final = 22
LINE_PX: Final = 4
LIMIT_PX: Final = 12
MARK_PX: Final = 12
ZONE_OPACITY: Final = 0.6


class ProbabilityBar(QWidget):
    """A line with the zones unlikely, review and likely, both limits, and the film's mark.

    The scale is that of logits, so that differences among very low and among very high probabilities are seen.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        name_widget(self, "verdict_bar", tr("The film on the model's scale"))
        self.setToolTip(
            tr("The film on the model's scale, from unlikely to likely. Between the two limits films go to review.")
        )
        self.setFixedHeight(HEIGHT_PX)
        self._verdict: Verdict | None = None

    def show_verdict(self, verdict: Verdict | None) -> None:
        """Show the place of a film, or nothing where it has none."""
        has_place = verdict is not None and verdict.position is not None and verdict.limits is not None
        self._verdict = verdict if has_place else None
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        verdict = self._verdict
        if verdict is None or verdict.position is None or verdict.limits is None or verdict.decision is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left, span, middle = MARK_PX / 2 + 1, self.width() - MARK_PX - 2, HEIGHT_PX / 2
        bounds = (0.0, *verdict.limits, 1.0)
        painter.setPen(Qt.PenStyle.NoPen)
        for decision, start, end in zip(
            (Decision.UNLIKELY, Decision.REVIEW, Decision.LIKELY), bounds, bounds[1:], strict=False
        ):
            colour = QColor(COLOURS[decision])
            colour.setAlphaF(ZONE_OPACITY)
            painter.setBrush(colour)
            painter.drawRect(QRectF(left + start * span, middle - LINE_PX / 2, (end - start) * span, LINE_PX))
        painter.setPen(QPen(QColor(DARK.text), 1.5))
        for limit in verdict.limits:
            x = left + limit * span
            painter.drawLine(QPointF(x, middle - LIMIT_PX / 2), QPointF(x, middle + LIMIT_PX / 2))
        x = left + verdict.position * span
        paint_mark(painter, verdict.decision, QRectF(x - MARK_PX / 2, middle - MARK_PX / 2, MARK_PX, MARK_PX), 2)
