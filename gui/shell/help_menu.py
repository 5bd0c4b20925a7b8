"""The Help menu: welcome, licences, about."""

import sys
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QDialog, QMenu, QPlainTextEdit, QVBoxLayout, QWidget

from core.system.language import tr
from gui.widgets import messages

LICENCES = "THIRD_PARTY_LICENSES.txt"


class HelpMenu(QMenu):
    """Signal: welcome_wanted()."""

    welcome_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(tr("Help"), parent)
        self._parent = parent  # a menu is a window of its own, so self.window() would be the menu
        self.addAction(tr("Welcome…")).triggered.connect(self.welcome_wanted)
        self._licences = Path(sys.executable).parent / LICENCES
        if self._licences.is_file():  # only the packaged program bundles third-party code
            self.addAction(tr("Third-party licences…")).triggered.connect(self._on_licences)
        self.addAction(tr("About PneumoScreen")).triggered.connect(self._on_about)

    @Slot()
    def _on_about(self) -> None:
        messages.show_about(self._parent.window())

    @Slot()
    def _on_licences(self) -> None:
        dialog = QDialog(self._parent.window())
        dialog.setWindowTitle(tr("Licences"))
        dialog.resize(760, 600)
        text = QPlainTextEdit(self._licences.read_text("utf-8"), readOnly=True)
        QVBoxLayout(dialog).addWidget(text)
        dialog.exec()
