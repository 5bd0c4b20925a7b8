"""Build widgets with object names (for tests) and accessible names (for screen readers)."""

from collections.abc import Iterable
from html import escape
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from gui.widgets.flow_layout import FlowLayout

Named = TypeVar("Named", bound=QWidget)


def name_widget(widget: Named, name: str, accessible: str) -> Named:
    """Set the object name and the accessible name of `widget`; returns it."""
    widget.setObjectName(name)
    widget.setAccessibleName(accessible)
    return widget


def make_button(text: str, name: str, slot: object) -> QPushButton:
    """Return a push button that calls `slot` when clicked."""
    button = name_widget(QPushButton(text), name, text)
    button.clicked.connect(slot)
    return button


def make_buttons(*specifications: tuple[str, str, object]) -> dict[str, QPushButton]:
    """Return push buttons by name, each made from (text, name, slot)."""
    return {name: make_button(text, name, slot) for text, name, slot in specifications}


def make_row(widgets: Iterable[QWidget]) -> QHBoxLayout:
    """Lay out widgets from the left; widgets added later go to the right edge."""
    row = QHBoxLayout()
    for widget in widgets:
        row.addWidget(widget)
    row.addStretch()
    return row


def make_flow(widgets: Iterable[QWidget]) -> FlowLayout:
    """Lay out widgets from the left, on as many lines as the width of the window needs."""
    flow = FlowLayout()
    for widget in widgets:
        flow.addWidget(widget)
    return flow


def make_paragraph(text: str, name: str, accessible: str) -> QLabel:
    """Return a wrapping plain-text label; Qt would otherwise render text that looks like HTML."""
    return name_widget(QLabel(text, textFormat=Qt.TextFormat.PlainText, wordWrap=True), name, accessible)


def format_tip(text: str) -> str:
    """Return plain text for a tooltip, which would render markup; its line ends are kept."""
    return text and f"<p style='white-space: pre-wrap'>{escape(text)}</p>"
