"""Names of widgets, for tests and for screen readers."""

from typing import TypeVar

from PySide6.QtWidgets import QPushButton, QWidget

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
