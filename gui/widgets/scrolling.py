"""Let a page or dialog scroll where the screen is smaller than what it needs."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QTabWidget, QVBoxLayout, QWidget


class _Content(QWidget):
    """What scrolls. It is squeezed to its least height before it scrolls, wrapped texts and all."""

    def heightForWidth(self, width: int) -> int:
        layout = self.layout()
        return layout.totalMinimumHeightForWidth(width) if layout is not None else super().heightForWidth(width)


class SqueezableTabs(QTabWidget):
    """Tabs within a page that scrolls. Qt's own could not be made lower than their preferred height."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, documentMode=True)

    def hasHeightForWidth(self) -> bool:
        return False


def make_scrollable(page: QWidget) -> QScrollArea:
    """Put everything on `page` into a scroll area that fills it; returns the area.

    page: has a layout.
    """
    content = _Content()
    layout = page.layout()
    assert layout is not None
    content.setLayout(layout)  # moves the layout with its widgets
    area = QScrollArea(widgetResizable=True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # it follows the focus of what it holds
    area.setWidget(content)
    area.viewport().setAutoFillBackground(False)
    content.setAutoFillBackground(False)
    around = QVBoxLayout(page)
    around.setContentsMargins(0, 0, 0, 0)
    around.addWidget(area)
    return area
