"""The line above the list: which list it is, how many films, blind reading, and the door to the table."""

from pathlib import Path
from typing import Final

from PySide6.QtCore import QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from core.system.language import tr, tr_count
from core.system.safe_text import escape_name
from gui.widgets.elided_label import ElidedLabel
from gui.widgets.named_widgets import format_tip, name_widget

BUTTON_PX: Final = 24


class TableButton(QToolButton):
    """Shows the table instead of the film while it is checked; its sign is four lines of a table."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self.setAutoRaise(True)
        name_widget(self, "show_table", tr("Table view"))
        self.setToolTip(tr("Table view: all columns, sorted as you like"))
        self.setFixedSize(QSize(BUTTON_PX, BUTTON_PX))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter, palette = QPainter(self), self.palette()
        colour = palette.highlight().color() if self.isChecked() or self.hasFocus() else palette.buttonText().color()
        left, right, top = 5, self.width() - 6, 6
        for number in range(4):
            height = 2 if number == 0 else 1
            painter.fillRect(QRect(left, top + 4 * number - (number == 0), right - left + 1, height), colour)
        painter.fillRect(QRect(left + 5, top, 1, 13), colour)


class StripHeader(QWidget):
    """Signal: table_wanted(whether the table is to be shown)."""

    table_wanted = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = name_widget(ElidedLabel(), "list_name", tr("List"))
        self.title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.count = name_widget(QLabel(textFormat=Qt.TextFormat.PlainText), "rows_shown", tr("Films shown"))
        self.count.setProperty("role", "quiet")
        self.table = TableButton()
        self.table.toggled.connect(self._on_toggled)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self.title, 1)
        layout.addWidget(self.count)
        layout.addWidget(self.table)

    def show_list(self, folder: Path | None, is_blind: bool) -> None:
        """Show which list it is; in blind reading not its folder, whose name may tell the class."""
        if is_blind:
            name, explanation = tr("Blind reading"), tr("Answers and names are hidden until you have called a film.")
        else:
            name = "" if folder is None else escape_name(folder.name or str(folder))
            explanation = "" if folder is None else escape_name(str(folder))
        self.title.setText(f"◉ {name}" if is_blind else name)
        self.title.setAccessibleName(name or tr("List"))
        self.title.setToolTip(format_tip(explanation))

    def show_count(self, shown: int, count: int) -> None:
        """Show how many of the films in the list are shown."""
        part = tr("{shown:,} of {count:,}", shown=shown, count=count)
        whole = tr_count("{count:,} film", "{count:,} films", count)
        self.count.setText(whole if shown == count else part)
        self.count.setVisible(count > 0 or shown > 0)

    def check_table(self, is_shown: bool) -> None:
        """Show whether the table is shown, without asking for it."""
        self.table.blockSignals(True)
        self.table.setChecked(is_shown)
        self.table.blockSignals(False)

    @Slot(bool)
    def _on_toggled(self, is_checked: bool) -> None:
        self.table_wanted.emit(is_checked)
