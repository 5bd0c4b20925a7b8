"""How films of each class were called, as cells that a person may open. Counts nothing itself."""

from collections.abc import Sequence
from html import escape
from typing import Final

from PySide6.QtCore import QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFocusEvent, QFont, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QLabel, QSizePolicy, QWidget

from core.system.language import marked, tr, tr_count
from gui.widgets.named_widgets import named
from gui.widgets.theme import DARK, ORANGE, Colours

LARGE: Final = 1.7  # of the table's font: the count
SHADE: Final = 0.45  # most of the tint in a cell: the text stays readable on it
RIGHT, WRONG = "✓", "✗"
CELL_PX: Final = 6
HEADING_PX: Final = (60, 170)  # least and most of the column of true classes


def mixed(ground: str, tint: str, share: float) -> QColor:
    """`ground` with so much of `tint` in it, 0..1."""
    under, over = QColor(ground), QColor(tint)
    pairs = ((under.red(), over.red()), (under.green(), over.green()), (under.blue(), over.blue()))
    return QColor(*(round(a + (b - a) * share) for a, b in pairs))


class Heading(QLabel):
    """A class's name as it is; in two lines or cut where there is no room, whole in its tooltip.

    word: before the name, marked English.
    """

    def __init__(self, word: str, alignment: Qt.AlignmentFlag) -> None:
        super().__init__(textFormat=Qt.TextFormat.PlainText, alignment=alignment)
        self._word, self._name = word, ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def show_class(self, name: str) -> None:
        self._name = " ".join(name.split())
        text = f"{tr(self._word)} {self._name}"
        named(self, self._word, text)
        self.setText(text)
        self.setToolTip(f"<p>{escape(text)}</p>")  # a tooltip alone would take markup in a name for its own

    def sizeHint(self) -> QSize:
        return QSize(0, 2 * self.fontMetrics().height() + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.fontMetrics().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, metrics = QPainter(self), self.fontMetrics()
        painter.setPen(self.palette().windowText().color())
        lines = [self.text()]
        if metrics.horizontalAdvance(self.text()) > self.width():
            cut = metrics.elidedText(self._name, Qt.TextElideMode.ElideMiddle, self.width())
            lines = [tr(self._word), cut] if self.height() >= 2 * metrics.height() else [cut]
        painter.drawText(self.rect(), self.alignment(), "\n".join(lines))


class Cell(QAbstractButton):
    """Count, share of its row and a mark: a check where the call is right, a cross where it is wrong."""

    def __init__(self, true: int, called: int) -> None:
        super().__init__()
        self.true, self.called = true, called
        self._count, self._share = 0, ""
        self._part = 0.0
        self._colours = DARK
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def set_colours(self, colours: Colours) -> None:
        self._colours = colours
        self.update()

    def show_count(self, count: int, row: int, classes: Sequence[str]) -> None:
        """row: films of the true class."""
        self._count, self._part = count, count / row if row else 0.0
        share = f"{self._part:.0%}".replace("%", " %")
        self._share = tr("{share} of row", share=share) if row else tr("no films")
        films = tr_count("{count} film, {share} of the row", "{count} films, {share} of the row", count, share=share)
        text = tr(
            "true {true}, called {called}: {films}",
            true=classes[self.true],
            called=classes[self.called],
            films=films if row else tr("no films"),
        )
        named(self, f"cell_{self.true}_{self.called}", text)
        self.setToolTip(f"<p>{escape(text)}</p>")
        self.update()

    def _large(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * LARGE)
        font.setBold(True)
        return font

    def sizeHint(self) -> QSize:
        lines = QFontMetrics(self._large()).height() + self.fontMetrics().height()
        widest = self.fontMetrics().horizontalAdvance(tr("{share} of row", share="100 %"))
        return QSize(widest + 2 * CELL_PX, lines + 2 * CELL_PX)

    def minimumSizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(f"{self._count}{WRONG}") + 3 * CELL_PX, metrics.height() + 2)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        is_right, colours = self.true == self.called, self._colours
        painter.fillRect(self.rect(), mixed(colours.panel, colours.accent if is_right else ORANGE, self._part * SHADE))
        has_focus = self.hasFocus()
        painter.setPen(QPen(QColor(colours.accent if has_focus or self.underMouse() else colours.line), 1 + has_focus))
        painter.drawRect(self.rect().adjusted(has_focus, has_focus, -1, -1))
        painter.setPen(QColor(colours.text))
        inner = self.rect().adjusted(CELL_PX, 1, -CELL_PX, -1)
        painter.drawText(inner, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight, RIGHT if is_right else WRONG)
        self._paint_count(painter, inner)

    def _paint_count(self, painter: QPainter, inner: QRect) -> None:
        """The count over its share; where there is not the room, the count alone (the share is in the tooltip)."""
        small = self.fontMetrics()
        high, low = QFontMetrics(self._large()).height(), small.height()
        if inner.height() < high + low or inner.width() < small.horizontalAdvance(self._share):
            painter.drawText(inner, Qt.AlignmentFlag.AlignCenter, str(self._count))
            return
        top = inner.top() + (inner.height() - high - low) // 2
        below = QRect(inner.left(), top + high, inner.width(), low)
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, self._share)
        painter.setFont(self._large())
        painter.drawText(QRect(inner.left(), top, inner.width(), high), Qt.AlignmentFlag.AlignCenter, str(self._count))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens the cell too; Space does by Qt. Arrows are the table's."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        elif event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The cell that has had the keyboard is the one to which Tab comes back."""
        super().focusInEvent(event)
        table = self.parentWidget()
        if isinstance(table, ConfusionTable):
            table.make_tab_stop(self)


class ConfusionTable(QWidget):
    """True classes in rows, calls in columns. Arrow keys go from cell to cell; Tab stops at one of them.

    Signal: cell_chosen(int true, int called) when a cell is clicked, or opened by Enter or Space.
    """

    cell_chosen = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "confusion_table", tr("True classes against calls"))
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
        """Show how many films of each true class, a row, were called what, a column; classes may be any text."""
        if len(classes) != len(self._cells):
            self._build(len(classes))
        for heading, name in zip((*self._rows, *self._columns), classes * 2, strict=True):
            heading.show_class(name)
        widest = max((self.fontMetrics().horizontalAdvance(f"{row.text()} ") for row in self._rows), default=0)
        self._grid.setColumnMinimumWidth(0, min(max(widest, HEADING_PX[0]), HEADING_PX[1]))
        for cells, counts in zip(self._cells, table, strict=True):
            for cell, count in zip(cells, counts, strict=True):
                cell.show_count(count, sum(counts), classes)

    def _build(self, size: int) -> None:
        """Make headings and cells anew, for so many classes."""
        for old in (*self._rows, *self._columns, *(cell for row in self._cells for cell in row)):
            self._grid.removeWidget(old)
            old.hide()
            old.deleteLater()
        for number in range(1, self._grid.rowCount()):
            self._grid.setRowStretch(number, int(number <= size))
            self._grid.setColumnStretch(number, int(number <= size))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        self._rows = [Heading(marked("true"), right) for _ in range(size)]
        self._columns = [Heading(marked("called"), Qt.AlignmentFlag.AlignCenter) for _ in range(size)]
        self._cells = [[Cell(true, called) for called in range(size)] for true in range(size)]
        for number in range(size):
            self._grid.addWidget(self._rows[number], number + 1, 0)
            self._grid.addWidget(self._columns[number], 0, number + 1)
            self._grid.setRowStretch(number + 1, 1)
            self._grid.setColumnStretch(number + 1, 1)
            for cell in self._cells[number]:
                self._grid.addWidget(cell, cell.true + 1, cell.called + 1)
                cell.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
                cell.clicked.connect(self._on_clicked)
        if size:
            self._cells[0][0].setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.set_colours(self._colours)

    def make_tab_stop(self, chosen: Cell) -> None:
        """Let Tab stop at this cell only, so that a table of many classes does not hold the keyboard."""
        for row in self._cells:
            for cell in row:
                cell.setFocusPolicy(Qt.FocusPolicy.StrongFocus if cell is chosen else Qt.FocusPolicy.ClickFocus)

    @Slot()
    def _on_clicked(self) -> None:
        cell = self.sender()
        assert isinstance(cell, Cell)
        self.cell_chosen.emit(cell.true, cell.called)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrow keys go to the cell beside."""
        keys = Qt.Key
        moves = {keys.Key_Left: (0, -1), keys.Key_Right: (0, 1), keys.Key_Up: (-1, 0), keys.Key_Down: (1, 0)}
        move, here = moves.get(Qt.Key(event.key())), self.focusWidget()
        if move is None or not isinstance(here, Cell):
            super().keyPressEvent(event)
            return
        last = len(self._cells) - 1
        row, column = (min(max(a + b, 0), last) for a, b in zip((here.true, here.called), move, strict=True))
        self._cells[row][column].setFocus(Qt.FocusReason.OtherFocusReason)
