"""Give the film the whole window or the whole screen: which parts of the Classify tab are hidden."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget


class FullView(QObject):
    """Hides the list, and in full screen everything but film and calls.

    Signal: wanted(bool), whether the window is to be full screen.
    """

    wanted = Signal(bool)

    def __init__(self, parts: Sequence[QWidget], strip: QWidget, parent: QObject | None = None) -> None:
        """parts: that are hidden in full screen only. strip: the list."""
        super().__init__(parent)
        self._parts, self._strip = parts, strip
        self._is_list_wanted = True
        self.is_on = False

    @Slot()
    def toggle(self) -> None:
        """Ask for full screen, or for its end."""
        self.wanted.emit(not self.is_on)

    @Slot(bool)
    def show(self, is_on: bool) -> None:
        """Show what belongs to full screen, or all; also if the desktop ended it."""
        self.is_on = is_on
        for part in self._parts:
            part.setVisible(not is_on)
        self._strip.setVisible(self._is_list_wanted and not is_on)

    @Slot()
    def toggle_list(self) -> None:
        """Show or hide the list."""
        self._is_list_wanted = not self._is_list_wanted
        self._strip.setVisible(self._is_list_wanted and not self.is_on)
