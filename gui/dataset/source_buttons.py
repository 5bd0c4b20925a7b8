"""Buttons that open a dataset: a folder, a label list, or the demo."""

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from core.system.language import tr
from gui.state.settings import FolderKind
from gui.widgets import messages
from gui.widgets.named_widgets import make_button


class SourceButtons(QObject):
    """buttons: to be placed by the owner. Signals: source_wanted(Path), a folder or a list; demo_wanted()."""

    source_wanted = Signal(object)
    demo_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        """parent: of the dialogs."""
        super().__init__(parent)
        self._parent = parent
        self.buttons = (
            make_button(tr("Open folder…"), "open_folder", self._on_folder),
            make_button(tr("Open label list…"), "open_list", self._on_list),
            make_button(tr("Try the demo (synthetic films)"), "try_demo", self.demo_wanted.emit),
        )

    def set_enabled(self, is_enabled: bool) -> None:
        for button in self.buttons:
            button.setEnabled(is_enabled)

    @Slot()
    def _on_folder(self) -> None:
        title = tr("Folder with one subfolder per class")
        if folder := messages.choose_folder(self._parent, title, FolderKind.DATASET):
            self.source_wanted.emit(folder)

    @Slot()
    def _on_list(self) -> None:
        if file := messages.choose_file(self._parent, tr("Label list"), tr(messages.LISTS), None, FolderKind.DATASET):
            self.source_wanted.emit(file)
