"""Display a confusion matrix whose cells open their films; computes no counts."""

from collections.abc import Sequence
from html import escape
from typing import Final

from PySide6.QtCore import QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFocusEvent, QFont, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QLabel, QSizePolicy, QWidget

from core.system.language import format_number, marked, tr, tr_count
from gui.widgets.named_widgets import name_widget
from gui.widgets.theme import DARK, ORANGE, Colours

COUNT_SCALE: Final = 1.7  # size of the count, relative to the table's font
MAX_TINT: Final = 0.45  # largest fraction of the tint in a cell: text stays readable on it
CORRECT, WRONG = "✓", "✗"
CELL_PX: Final = 6
HEADING_PX: Final = (60, 170)  # smallest and largest width of the column of true classes


def blend_colours(background: str, tint: str, fraction: float) -> QColor:
    """Blend `background` with a `fraction`, 0..1, of `tint`."""
    under, over = QColor(background), QColor(tint)
    pairs = ((under.red(), over.red()), (under.green(), over.green()), (under.blue(), over.blue()))
    return QColor(*(round(a + (b - a) * fraction) for a, b in pairs))


class Heading(QLabel):
    """A word and a class name; on two lines or elided if too wide, in full in the tooltip.

    name: the object name. word: precedes the class name, marked English.
    """

    def __init__(self, name: str, word: str, alignment: Qt.AlignmentFlag) -> None:
        super().__init__(textFormat=Qt.TextFormat.PlainText, alignment=alignment)
        self.setObjectName(name)
        self._word, self._class_name = word, ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def show_class(self, name: str) -> None:
        self._class_name = " ".join(name.split())
        text = f"{tr(self._word)} {self._class_name}"
        self.setAccessibleName(text)
        self.setText(text)
        self.setToolTip(f"<p>{escape(text)}</p>")  # escaped: tooltips render markup

    def sizeHint(self) -> QSize:
        return QSize(0, 2 * self.fontMetrics().height() + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.fontMetrics().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, metrics = QPainter(self), self.fontMetrics()
        painter.setPen(self.palette().windowText().color())
        lines = [self.text()]
        if metrics.horizontalAdvance(self.text()) > self.width():
            elided = metrics.elidedText(self._class_name, Qt.TextElideMode.ElideMiddle, self.width())
            lines = [tr(self._word), elided] if self.height() >= 2 * metrics.height() else [elided]
        painter.drawText(self.rect(), self.alignment(), "\n".join(lines))


class Cell(QAbstractButton):
    """Count, percentage of its row, and a check mark for correct or a cross for wrong predictions.

    true, predicted: class indices.
    """

    def __init__(self, true: int, predicted: int) -> None:
        super().__init__()
        self.true, self.predicted = true, predicted
        self._count = 0
        self._fraction = 0.0  # of its row
        self._fraction_text = ""
        self._colours = DARK
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def set_colours(self, colours: Colours) -> None:
        self._colours = colours
        self.update()

    def show_count(self, count: int, row_total: int, classes: Sequence[str]) -> None:
        """Show a count. row_total: films of the true class. classes: names of all classes."""
        self._count = count
        self._fraction = count / row_total if row_total else 0.0
        share = format_number(self._fraction, ".0%")
        self._fraction_text = tr("{share} of row", share=share) if row_total else tr("no films")
        films = tr_count("{count} film, {share} of the row", "{count} films, {share} of the row", count, share=share)
        text = tr(
            "true {true}, predicted {called}: {films}",
            true=classes[self.true],
            called=classes[self.predicted],
            films=films if row_total else tr("no films"),
        )
        name_widget(self, f"cell_{self.true}_{self.predicted}", text)
        self.setToolTip(f"<p>{escape(text)}</p>")
        self.update()

    def _count_font(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * COUNT_SCALE)
        font.setBold(True)
        return font

    def sizeHint(self) -> QSize:
        height = QFontMetrics(self._count_font()).height() + self.fontMetrics().height()
        width = self.fontMetrics().horizontalAdvance(tr("{share} of row", share=format_number(1, ".0%")))
        return QSize(width + 2 * CELL_PX, height + 2 * CELL_PX)

    def minimumSizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(f"{self._count}{WRONG}") + 3 * CELL_PX, metrics.height() + 2)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        colours = self._colours
        is_correct = self.true == self.predicted
        tint = colours.accent if is_correct else ORANGE
        painter.fillRect(self.rect(), blend_colours(colours.panel, tint, self._fraction * MAX_TINT))
        has_focus = self.hasFocus()
        painter.setPen(QPen(QColor(colours.accent if has_focus or self.underMouse() else colours.line), 1 + has_focus))
        painter.drawRect(self.rect().adjusted(has_focus, has_focus, -1, -1))
        painter.setPen(QColor(colours.text))
        inner = self.rect().adjusted(CELL_PX, 1, -CELL_PX, -1)
        corner = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight
        painter.drawText(inner, corner, CORRECT if is_correct else WRONG)
        self._paint_count(painter, inner)

    def _paint_count(self, painter: QPainter, inner: QRect) -> None:
        """Draw the count above its percentage; only the count if there is too little room.

        The tooltip always has both.
        """
        small = self.fontMetrics()
        count_height = QFontMetrics(self._count_font()).height()
        text_height = small.height()
        text_width = small.horizontalAdvance(self._fraction_text)
        if inner.height() < count_height + text_height or inner.width() < text_width:
            painter.drawText(inner, Qt.AlignmentFlag.AlignCenter, str(self._count))
            return
        top = inner.top() + (inner.height() - count_height - text_height) // 2
        above = QRect(inner.left(), top, inner.width(), count_height)
        below = QRect(inner.left(), top + count_height, inner.width(), text_height)
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, self._fraction_text)
        painter.setFont(self._count_font())
        painter.drawText(above, Qt.AlignmentFlag.AlignCenter, str(self._count))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open the cell with Enter, as Qt does with Space; leave arrow keys to the table."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        elif event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Let Tab return to this cell, the last one focused."""
        super().focusInEvent(event)
        table = self.parentWidget()
        if isinstance(table, ConfusionTable):
            table.make_tab_stop(self)


class ConfusionTable(QWidget):
    """True classes in rows, predicted classes in columns.

    Arrow keys move between cells; Tab stops at one of them only.

    Signal: cell_chosen(int true, int predicted), when a cell is clicked or opened by Enter or
    Space.
    """

    cell_chosen = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        name_widget(self, "confusion_table", tr("Confusion matrix: true and predicted classes"))
        self._colours = DARK
        self._cells: list[list[Cell]] = []
        self._rows: list[Heading] = []
        self._columns: list[Heading] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(4)

    def set_colours(self, colours: Colours) -> None:
        self._colours = colours
        for heading in (*self._rows, *self._columns):
            heading.setStyleSheet(f"color: {colours.text};")
        for row in self._cells:
            for cell in row:
                cell.set_colours(colours)

    def show_counts(self, table: tuple[tuple[int, ...], ...], classes: tuple[str, ...]) -> None:
        """Show the counts of a confusion matrix, true classes in rows. classes: names, any text."""
        if len(classes) != len(self._cells):
            self._build(len(classes))
        for heading, name in zip((*self._rows, *self._columns), classes * 2, strict=True):
            heading.show_class(name)
        width = max((self.fontMetrics().horizontalAdvance(f"{row.text()} ") for row in self._rows), default=0)
        self._grid.setColumnMinimumWidth(0, min(max(width, HEADING_PX[0]), HEADING_PX[1]))
        for cells, counts in zip(self._cells, table, strict=True):
            for cell, count in zip(cells, counts, strict=True):
                cell.show_count(count, sum(counts), classes)

    def _build(self, size: int) -> None:
        """Replace all headings and cells, for `size` classes."""
        for old in (*self._rows, *self._columns, *(cell for row in self._cells for cell in row)):
            self._grid.removeWidget(old)
            old.hide()
            old.deleteLater()
        for number in range(1, self._grid.rowCount()):
            self._grid.setRowStretch(number, int(number <= size))
            self._grid.setColumnStretch(number, int(number <= size))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        self._rows = [Heading("true", marked("true"), right) for _ in range(size)]
        self._columns = [Heading("called", marked("predicted"), Qt.AlignmentFlag.AlignCenter) for _ in range(size)]
        self._cells = [[Cell(true, predicted) for predicted in range(size)] for true in range(size)]
        for number in range(size):
            self._grid.addWidget(self._rows[number], number + 1, 0)
            self._grid.addWidget(self._columns[number], 0, number + 1)
            self._grid.setRowStretch(number + 1, 1)
            self._grid.setColumnStretch(number + 1, 1)
            for cell in self._cells[number]:
                self._grid.addWidget(cell, cell.true + 1, cell.predicted + 1)
                cell.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
                cell.clicked.connect(self._on_clicked)
        if size:
            self._cells[0][0].setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.set_colours(self._colours)

    def make_tab_stop(self, chosen: Cell) -> None:
        """Make this cell the only tab stop, so that Tab leaves a table of many classes at once."""
        for row in self._cells:
            for cell in row:
                cell.setFocusPolicy(Qt.FocusPolicy.StrongFocus if cell is chosen else Qt.FocusPolicy.ClickFocus)

    @Slot()
    def _on_clicked(self) -> None:
        cell = self.sender()
        assert isinstance(cell, Cell)
        self.cell_chosen.emit(cell.true, cell.predicted)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the focus to the neighbouring cell with the arrow keys."""
        keys = Qt.Key
        moves = {keys.Key_Left: (0, -1), keys.Key_Right: (0, 1), keys.Key_Up: (-1, 0), keys.Key_Down: (1, 0)}
        move, here = moves.get(Qt.Key(event.key())), self.focusWidget()
        if move is None or not isinstance(here, Cell):
            super().keyPressEvent(event)
            return
        last = len(self._cells) - 1
        row, column = (min(max(a + b, 0), last) for a, b in zip((here.true, here.predicted), move, strict=True))
        self._cells[row][column].setFocus(Qt.FocusReason.OtherFocusReason)
