"""The program's icon."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap

from resources import resource


def program_icon(width_px: int | None = None) -> QPixmap:
    """The icon as large as it is carried (256 pixels), or as wide as wanted."""
    picture = QPixmap(str(resource("icons/pneumoscreen.png")))
    return picture if width_px is None else picture.scaledToWidth(width_px, Qt.TransformationMode.SmoothTransformation)
