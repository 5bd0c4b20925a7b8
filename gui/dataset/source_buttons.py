"""Buttons that open a dataset: a folder, a label list, or the demo."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from core.system.language import tr
from gui.widgets import messages
from gui.widgets.named_widgets import make_button


class SourceButtons(QWidget):
    """Signals: source_wanted(Path), a folder or a list; demo_wanted()."""

    source_wanted = Signal(object)
    demo_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(make_button(tr("Open folder…"), "open_folder", self._on_folder))
        row.addWidget(make_button(tr("Open label list…"), "open_list", self._on_list))
        row.addWidget(make_button(tr("Try the demo (synthetic films)"), "try_demo", self.demo_wanted.emit))

    @Slot()
    def _on_folder(self) -> None:
        if folder := messages.choose_folder(self, tr("Folder with one subfolder per class")):
            self.source_wanted.emit(folder)

    @Slot()
    def _on_list(self) -> None:
        if file := messages.choose_file(self, tr("Label list"), tr(messages.LISTS)):
            self.source_wanted.emit(file)
