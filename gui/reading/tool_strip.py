"""The film's tools as a strip of icons."""

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from core.system.language import marked, tr
from gui.reading.tool_icons import paint_icon
from gui.widgets.named_widgets import name_widget
from gui.widgets.theme import DARK

HEIGHT_PX: Final = 32
BUTTON_PX: Final = 28
ICON_PX: Final = 18
GAP_PX: Final = 9  # between groups
OPACITY: Final = 0.86
# name, what it does, key, whether it stays pressed; groups are apart
GROUPS: Final = (
    (
        ("fit", marked("Whole film"), "F", False),
        ("actual_size", marked("One film pixel on one screen pixel"), "Z", False),
        ("zoom_out", marked("Zoom out"), "−", False),
        ("zoom_in", marked("Zoom in"), "+", False),
    ),
    (
        ("rotate", marked("Rotate a quarter turn clockwise"), "R", False),
        ("invert", marked("Invert black and white"), "I", True),
        ("reset_window", marked("Reset window: brightness and contrast"), "W", False),
    ),
    (
        ("heat", marked("Keep the heat map on; hold H to see it for a moment"), "Shift+H", True),
        ("side_by_side", marked("Film and heat map side by side"), "S", True),
    ),
    (
        ("facts", marked("What was read from the file"), "T", True),
        ("full_screen", marked("Full screen"), "F11", False),
    ),
)


class ToolButton(QToolButton):
    """A flat button with an icon drawn by name; its tooltip gives its key."""

    def __init__(self, name: str, accessible: str, key: str, checkable: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        name_widget(self, name, accessible)
        self.setToolTip(f"{accessible} ({key})")
        self.setCheckable(checkable)
        self.setFixedSize(BUTTON_PX, BUTTON_PX)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keyboard where it was

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        back = QColor(DARK.accent if self.isChecked() else DARK.text)
        back.setAlphaF(0.92 if self.isChecked() else 0.22 if self.isDown() else 0.13 if self.underMouse() else 0.0)
        painter.setBrush(back)
        painter.setPen(QPen(QColor(DARK.text), 1.5) if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.drawRoundedRect(frame, 4, 4)
        colour = DARK.window if self.isChecked() else DARK.text if self.isEnabled() else DARK.quiet
        square = QRectF(0, 0, ICON_PX, ICON_PX)
        square.moveCenter(QRectF(self.rect()).center())
        paint_icon(painter, self.objectName(), square, colour)


class ToolStrip(QWidget):
    """All tools of a film in one row.

    Signal: tool_wanted(name) when a button is pressed.
    """

    tool_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        name_widget(self, "tool_strip", tr("Tools"))
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 2, 4, 2)
        row.setSpacing(0)
        self.tools: dict[str, ToolButton] = {}
        for number, group in enumerate(GROUPS):
            if number:
                row.addSpacing(GAP_PX)
            for name, sentence, key, checkable in group:
                button = ToolButton(name, tr(sentence), key, checkable)
                button.clicked.connect(self._on_clicked)
                row.addWidget(button)
                self.tools[name] = button
        self.setFixedSize(QSize(self.sizeHint().width(), HEIGHT_PX))

    def show_state(self, **is_on: bool) -> None:
        """Show which tools are on, by name."""
        for name, state in is_on.items():
            self.tools[name].setChecked(state)

    @Slot()
    def _on_clicked(self) -> None:
        self.tool_wanted.emit(self.sender().objectName())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        back = QColor(DARK.window)
        back.setAlphaF(OPACITY)
        painter.setBrush(back)
        painter.setPen(QPen(QColor(DARK.line), 1))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
