"""Show a window full screen without its frame, and put it back as it was."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

SETTLE_MILLISECONDS: Final = 300
ENDING_KEYS: Final = (Qt.Key.Key_Escape, Qt.Key.Key_F11)


class FullScreen(QObject):
    """Hides `parts` of a window while it is full screen.

    is_on: whether it is. Signal: changed(bool), also when the desktop ends the full screen. Esc and
    F11 end it, unless a widget has used the key.
    """

    changed = Signal(bool)

    def __init__(self, window: QWidget, parts: Sequence[QWidget]) -> None:
        super().__init__(window)
        self._window, self._parts = window, parts
        self._was_maximised = False
        self._settled = QTimer(self, singleShot=True, interval=SETTLE_MILLISECONDS)
        self._settled.timeout.connect(self._check)
        self._geometry = window.geometry()
        self.is_on = False
        window.installEventFilter(self)

    def set(self, wanted: bool) -> None:
        """Show the window full screen, or as it was before."""
        if wanted is self.is_on:
            return
        if wanted:
            self._was_maximised = self._window.isMaximized()
            self._geometry = self._window.geometry()
        self._switch(wanted)
        if wanted:
            self._window.showFullScreen()
        elif self._was_maximised:
            self._window.showMaximized()
        else:
            self._window.showNormal()
            self._window.setGeometry(self._geometry)

    def _switch(self, is_on: bool) -> None:
        self.is_on = is_on
        for part in self._parts:
            part.setVisible(not is_on)
        self.changed.emit(is_on)

    @Slot()
    def _check(self) -> None:
        """Bring the parts back if the desktop has ended the full screen."""
        if self.is_on and not self._window.isFullScreen():
            self._switch(False)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        match event.type():
            case QEvent.Type.WindowStateChange if self.is_on:
                self._settled.start()  # on its way from maximised to full screen a window is neither for a moment
            case QEvent.Type.KeyPress if self.is_on and isinstance(event, QKeyEvent) and event.key() in ENDING_KEYS:
                self.set(False)
                return True
        return super().eventFilter(watched, event)
