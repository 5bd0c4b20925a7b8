"""Widgets with their names, for tests and for screen readers, and rows of them."""

from collections.abc import Iterable
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

Named = TypeVar("Named", bound=QWidget)


def named(widget: Named, name: str, accessible: str) -> Named:
    """Give `widget` its object name and the name that a screen reader speaks; returns it."""
    widget.setObjectName(name)
    widget.setAccessibleName(accessible)
    return widget


def button(text: str, name: str, slot: object) -> QPushButton:
    """A push button of that text that calls `slot` when it is clicked."""
    made = named(QPushButton(text), name, text)
    made.clicked.connect(slot)
    return made


def buttons(*wanted: tuple[str, str, object]) -> dict[str, QPushButton]:
    """Push buttons by their names, each of (text, name, slot)."""
    return {name: button(text, name, slot) for text, name, slot in wanted}


def row_of(widgets: Iterable[QWidget]) -> QHBoxLayout:
    """Widgets side by side from the left; what is added later stands at the right."""
    row = QHBoxLayout()
    for widget in widgets:
        row.addWidget(widget)
    row.addStretch()
    return row


def paragraph(text: str, name: str, accessible: str) -> QLabel:
    """A label that wraps, and shows its text as it is: Qt takes texts that look so for HTML unless told not to."""
    return named(QLabel(text, textFormat=Qt.TextFormat.PlainText, wordWrap=True), name, accessible)
