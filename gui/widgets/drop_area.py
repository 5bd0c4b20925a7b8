"""A drop target for files and folders."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget


class DropArea(QFrame):
    """Accepts one file or folder. Signal: dropped(Path)."""

    dropped = Signal(object)

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("drop_area")
        self.setAccessibleName(text)
        self.setAcceptDrops(True)
        self.setMinimumHeight(90)
        label = QLabel(text)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        label.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.addWidget(label)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if find_local_path(event):
            accept_copy(event)

    def dropEvent(self, event: QDropEvent) -> None:
        if path := find_local_path(event):
            accept_copy(event)
            self.dropped.emit(path)


def accept_copy(event: QDropEvent) -> None:
    """Accept as a copy: after a move, the source would remove the file."""
    event.setDropAction(Qt.DropAction.CopyAction)
    event.accept()


def find_local_path(event: QDropEvent) -> Path | None:
    """Return the first file or folder that is dragged, None if it is not on this computer."""
    urls = event.mimeData().urls()
    return Path(urls[0].toLocalFile()) if urls and urls[0].isLocalFile() else None
