"""List figures with their 95 % intervals; computes none of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from core.metrics.figure_labels import format_interval
from core.metrics.intervals import Figure
from core.system.language import format_number, marked, tr
from gui.widgets.named_widgets import name_widget
from gui.widgets.theme import DARK, Colours

LINE_PX: Final = 6  # padding above and below the text of a row
GAP_PX: Final = 12
BAR_PX: Final = 5
NOT_DEFINED: Final = marked("not defined")
WIDEST_VALUE: Final = "0.957 (0.930–0.978) "
WIDEST_COUNT: Final = "n = 100,000 "
NAME_FRACTION: Final = 0.6  # of the width that value and count leave; the bar gets the rest


def format_figure_line(figure: Figure | None) -> str:
    """Format a figure with its interval, for the value_text of a row."""
    return format_interval(figure, 3) if figure else tr(NOT_DEFINED)


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One row of the list.

    figure: None if undefined. films: how many films it is based on. definition: one sentence.
    """

    name: str
    value_text: str
    figure: Figure | None
    films: int
    definition: str


class FigureLine(QWidget):
    """One row: name, value, number of films, and the interval as a bar on 0..1."""

    def __init__(self) -> None:
        super().__init__()
        self._row = FigureRow("", "", None, 0, "")
        self._colours = DARK
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_colours(self, colours: Colours) -> None:
        self._colours = colours
        self.update()

    def show_row(self, row: FigureRow) -> None:
        self._row = row
        name_widget(self, "figure", f"{row.name}: {self._format_value()}, n = {format_number(row.films, ',')}")
        self.setAccessibleDescription(row.definition)
        self.setToolTip(f"<p>{escape(row.definition)}</p>" if row.definition else "")
        self.update()

    def _format_value(self) -> str:
        return self._row.value_text if self._row.figure is not None else tr(NOT_DEFINED)

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        texts = metrics.horizontalAdvance(WIDEST_VALUE) + metrics.horizontalAdvance(WIDEST_COUNT)
        return QSize(texts * 2 + 4 * GAP_PX, metrics.height() + 2 * LINE_PX)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics, colours = self.fontMetrics(), self._colours
        value, count = (metrics.horizontalAdvance(text) for text in (WIDEST_VALUE, WIDEST_COUNT))
        spare = max(0, self.width() - value - count - 5 * GAP_PX)
        name = round(spare * NAME_FRACTION)
        left = GAP_PX
        painter.fillRect(self.rect(), QColor(colours.panel))
        is_defined = self._row.figure is not None
        cells = (
            (self._row.name, name, colours.text),
            (self._format_value(), value, colours.text if is_defined else colours.quiet),
            (f"n = {format_number(self._row.films, ',')}", count, colours.quiet),
        )
        for text, width, colour in cells:
            painter.setPen(QColor(colour))
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
            painter.drawText(QRect(left, 0, width, self.height()), Qt.AlignmentFlag.AlignVCenter, shown)
            left += width + GAP_PX
        self._paint_bar(painter, QRectF(left, 0, self.width() - GAP_PX - left, self.height()))
        painter.setPen(QColor(colours.line))
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)

    def _paint_bar(self, painter: QPainter, room: QRectF) -> None:
        """Draw the interval on 0..1 with a mark at the value; nothing for figures outside 0..1."""
        figure = self._row.figure
        if figure is None or not 0 <= figure.low <= figure.high <= 1 or room.width() <= 0:
            return
        middle = room.center().y()
        low, value, high = (room.left() + room.width() * bound for bound in (figure.low, figure.value, figure.high))
        painter.setPen(QPen(QColor(self._colours.line), 1))
        painter.drawLine(QPointF(room.left(), middle), QPointF(room.right(), middle))
        for end in (room.left(), room.right()):
            painter.drawLine(QPointF(end, middle - BAR_PX), QPointF(end, middle + BAR_PX))
        painter.fillRect(QRectF(low, middle - BAR_PX / 2, max(1.0, high - low), BAR_PX), QColor(self._colours.accent))
        painter.setPen(QPen(QColor(self._colours.text), 2))
        painter.drawLine(QPointF(value, middle - BAR_PX), QPointF(value, middle + BAR_PX))


class FigureList(QWidget):
    """Rows of figures."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        name_widget(self, "figures", tr("Figures with their 95 % intervals"))
        self._colours = DARK
        self._lines: list[FigureLine] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addStretch()

    def set_colours(self, colours: Colours) -> None:
        self._colours = colours
        for line in self._lines:
            line.set_colours(colours)

    def show_figures(self, rows: Sequence[FigureRow]) -> None:
        """Replace the rows."""
        while len(self._lines) > len(rows):
            line = self._lines.pop()
            self._column.removeWidget(line)
            line.hide()
            line.deleteLater()
        while len(self._lines) < len(rows):
            line = FigureLine()
            line.set_colours(self._colours)
            self._column.insertWidget(len(self._lines), line)
            self._lines.append(line)
        for line, row in zip(self._lines, rows, strict=True):
            line.show_row(row)
