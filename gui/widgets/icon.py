"""Load the program's icon."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap

from resources import resource


def program_icon(width_px: int | None = None) -> QPixmap:
    """Return the icon at its stored size (256 px), or scaled to this width."""
    pixmap = QPixmap(str(resource("icons/pneumoscreen.png")))
    return pixmap if width_px is None else pixmap.scaledToWidth(width_px, Qt.TransformationMode.SmoothTransformation)
