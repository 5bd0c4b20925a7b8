"""The Export menu of a screening."""

from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from core.exports.export_jobs import Export
from core.system.language import tr
from gui.widgets import messages
from gui.widgets.named_widgets import name_widget

KINDS: Final = {
    Export.CSV: ("results.csv", "CSV (*.csv)"),
    Export.EXCEL: ("results.xlsx", "Excel (*.xlsx)"),
    Export.SUMMARY: ("summary.pdf", "PDF (*.pdf)"),
    Export.CALLS: ("calls.csv", "CSV (*.csv)"),
}


class ExportButton(QPushButton):
    """Asks what to export and where to; writes nothing itself.

    Signals: export_wanted(Export, Path); dicom_wanted(Path folder, bool keeps_identity);
    labels_wanted(bool), True for disagreements only, False for all films that the reader called.
    """

    export_wanted = Signal(object, object)
    dicom_wanted = Signal(object, bool)
    labels_wanted = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Export"), parent)
        name_widget(self, "export", tr("Export the worklist"))
        menu = QMenu(self)
        for kind in KINDS:
            menu.addAction(tr(kind.value), partial(self._on_export, kind))
        menu.addSeparator()
        menu.addAction(tr("Selected film as DICOM, de-identified…"), partial(self._on_dicom, False))
        menu.addAction(tr("Selected film as DICOM, with patient data…"), partial(self._on_dicom, True))
        menu.addSeparator()
        menu.addAction(tr("Open disagreements as a dataset"), partial(self.labels_wanted.emit, True))
        menu.addAction(tr("Open all films with a call as a dataset"), partial(self.labels_wanted.emit, False))
        self.setMenu(menu)

    def _on_export(self, kind: Export) -> None:
        name, file_filter = KINDS[kind]
        if path := messages.choose_new_file(self, tr(kind.value).rstrip("…"), name, file_filter):
            self.export_wanted.emit(kind, path)

    @Slot()
    def _on_dicom(self, keeps_identity: bool) -> None:
        folder: Path | None = messages.choose_folder(self, tr("Folder for the DICOM files"))
        if folder:
            self.dicom_wanted.emit(folder, keeps_identity)
