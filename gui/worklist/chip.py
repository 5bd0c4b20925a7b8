"""A small flat button for one kind of rows, with how many there are."""

from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

HEIGHT_PX: Final = 22
PADDING_PX: Final = 4
GAP_PX: Final = 3  # between the word and its count
TINT: Final = 0.22  # of the accent behind what is chosen


def blend(base: QColor, over: QColor, share: float) -> QColor:
    """Return a colour between two. share: of `over`, 0..1."""
    red, green, blue = (
        round(low + (high - low) * share)
        for low, high in zip(base.getRgb()[:3], over.getRgb()[:3], strict=True)  # type: ignore[index]
    )
    return QColor(red, green, blue)


class Chip(QAbstractButton):
    """Shows a word or a mark, and a count; checked while its kind is shown."""

    def __init__(self, word: str, parent: QWidget | None = None) -> None:
        super().__init__(parent, checkable=True)
        self._word, self._count = word, ""
        self._tint: QColor | None = None
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def set_tint(self, tint: QColor) -> None:
        """Show the word, a mark, in this colour."""
        self._tint = tint
        self.update()

    def show_count(self, count: str) -> None:
        """Show how many rows there are."""
        if count == self._count:
            return
        is_wider = len(count) != len(self._count)
        self._count = count
        self.setText(f"{self._word} {count}")
        if is_wider:
            self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        digits = metrics.horizontalAdvance("0") * len(self._count)  # the same for all counts of as many digits
        digits = max(digits, metrics.horizontalAdvance(self._count))
        return QSize(metrics.horizontalAdvance(self._word) + GAP_PX + digits + 2 * PADDING_PX, HEIGHT_PX)

    def paintEvent(self, _event: QPaintEvent) -> None:
        palette, painter = self.palette(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        accent, base = palette.highlight().color(), palette.base().color()
        is_marked = self.hasFocus() or self.underMouse()
        line = accent if self.isChecked() or is_marked else blend(base, palette.text().color(), 0.14)
        painter.setPen(QPen(line, 1.5 if self.hasFocus() else 1.0))
        painter.setBrush(blend(base, accent, TINT) if self.isChecked() else base)
        frame = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.drawRoundedRect(frame, frame.height() / 2, frame.height() / 2)
        metrics = self.fontMetrics()
        width = metrics.horizontalAdvance(self._word) + GAP_PX + metrics.horizontalAdvance(self._count)
        left = (self.width() - width) / 2
        bottom = (self.height() + metrics.ascent() - metrics.descent()) / 2
        quiet = palette.text().color() if self.isChecked() else palette.placeholderText().color()
        painter.setPen(self._tint or quiet)
        painter.drawText(QPointF(left, bottom), self._word)
        painter.setPen(palette.text().color())
        painter.drawText(QPointF(left + metrics.horizontalAdvance(self._word) + GAP_PX, bottom), self._count)
