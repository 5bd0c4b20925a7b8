"""The Export menu of a screening."""

import re
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QWidget

from core.exports.export_jobs import Export
from core.system.files import escape_undecodable
from core.system.language import tr
from gui.classify.bar_button import BarButton
from gui.state.settings import FolderKind
from gui.widgets import messages
from gui.widgets.named_widgets import name_widget

KINDS: Final = {
    Export.CSV: ("results.csv", "CSV (*.csv)"),
    Export.EXCEL: ("results.xlsx", "Excel (*.xlsx)"),
    Export.SUMMARY: ("summary.pdf", "PDF (*.pdf)"),
    Export.CALLS: ("calls.csv", "CSV (*.csv)"),
}
DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")  # that the name of a ledger begins with
NOT_IN_NAMES: Final = re.compile(r'[\x00-\x1f<>:"/\\|?*]+')  # on any system
MOST_LETTERS: Final = 60  # of a folder's name, in the name of a file


class ExportButton(BarButton):
    """Asks what to export and, when it is asked to, where; writes nothing itself.

    Signals: export_wanted(Export); dicom_wanted(bool keeps_identity); labels_wanted(bool), True for
    disagreements only, False for all films that the reader called.
    """

    export_wanted = Signal(object)
    dicom_wanted = Signal(bool)
    labels_wanted = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Export"), "export", tr("Export the worklist"), parent)
        self._stem = ""
        menu = name_widget(QMenu(self), "export_menu", tr("Export the worklist"))
        self._of_list = [menu.addAction(tr(kind.value), partial(self.export_wanted.emit, kind)) for kind in KINDS]
        menu.addSeparator()
        self._of_film = [
            menu.addAction(tr("Shown film as DICOM, de-identified…"), partial(self.dicom_wanted.emit, False)),
            menu.addAction(tr("Shown film as DICOM, with patient data…"), partial(self.dicom_wanted.emit, True)),
        ]
        menu.addSeparator()
        only, every = tr("Open disagreements as a dataset"), tr("Open all films with a call as a dataset")
        self._of_list += [
            menu.addAction(only, partial(self.labels_wanted.emit, True)),
            menu.addAction(every, partial(self.labels_wanted.emit, False)),
        ]
        self.setMenu(menu)

    def name_after(self, folder: Path, ledger: Path) -> None:
        """Propose names that begin with the folder of the films and the day of their screening."""
        name = NOT_IN_NAMES.sub("_", escape_undecodable(folder.name))[:MOST_LETTERS].strip(" .")
        day = DAY.match(ledger.name)
        self._stem = "".join(f"{part}-" for part in (name, day[0] if day else "") if part)

    def update_enabled(self, has_list: bool, has_film: bool) -> None:
        """Enable the exports of a worklist, and those of the film that is shown."""
        for action in self._of_list:
            action.setEnabled(has_list)
        for action in self._of_film:
            action.setEnabled(has_film)
        self.setEnabled(has_list or has_film)

    def ask_file(self, kind: Export) -> Path | None:
        """Ask where to write the list, None if cancelled."""
        name, file_filter = KINDS[kind]
        return messages.choose_new_file(self, tr(kind.value).rstrip("…"), f"{self._stem}{name}", file_filter)

    def ask_folder(self) -> Path | None:
        """Ask where to write DICOM files, None if cancelled."""
        return messages.choose_folder(self, tr("Folder for the DICOM files"), FolderKind.EXPORTS)
