"""The controls on top of the Classify tab: drop area, buttons and Export menu."""

from typing import Final

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.screening.events import FilmRefusal, LedgerRow, ScreeningResult, Status
from core.system.app_folders import data_folder
from core.system.errors import REFUSALS
from core.system.language import marked, tr
from gui.classify.export_menu import ExportButton
from gui.jobs.jobs import JobState
from gui.widgets import messages
from gui.widgets.drop_area import DropArea
from gui.widgets.named_widgets import make_buttons, make_row

FILMS: Final = marked("Films (*.jpg *.jpeg *.jfif *.png *.tif *.tiff *.bmp *.webp *.dcm);;All files (*)")
LEDGERS: Final = marked("Screenings (*.csv *.csv.partial)")
DROP_AREA_PX: Final = 44  # minimum height


class ScreeningControls(QWidget):
    """Lets the user choose what to screen or read; asks for files and folders.

    Signals: path_opened(Path) for one film or for a folder to screen; watch_wanted(Path folder);
    worklist_wanted(Path ledger, Path films); retry_wanted(); override_wanted(); cancel_wanted().
    """

    path_opened = Signal(object)
    watch_wanted = Signal(object)
    worklist_wanted = Signal(object, object)
    retry_wanted = Signal()
    override_wanted = Signal()
    cancel_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.drop_area = DropArea(tr("Drop a film or a folder of films"))
        self.drop_area.setMinimumHeight(DROP_AREA_PX)
        self.drop_area.dropped.connect(self.path_opened)
        self.buttons = make_buttons(
            (tr("Open film…"), "open_film", self._on_open_film),
            (tr("Screen folder…"), "open_folder", self.choose_folder),
            (tr("Watch folder…"), "watch_folder", self._on_watch_folder),
            (tr("Open worklist…"), "open_worklist", self._on_open_worklist),
            (tr("Retry failed"), "retry_failed", self.retry_wanted.emit),
            (tr("Score anyway"), "override", self.override_wanted.emit),
            (tr("Cancel"), "cancel", self.cancel_wanted.emit),
        )
        self.export = ExportButton()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.drop_area)
        layout.addLayout(make_row((*self.buttons.values(), self.export)))

    def update_enabled(
        self, state: JobState, result: ScreeningResult | None, row: LedgerRow | None, refusal: FilmRefusal | None
    ) -> None:
        """Enable what can be done now.

        result: the finished screening on the tab, if any. row: the selected row, if any. refusal: a
        film that was opened alone and refused, if it is on the panel.
        """
        is_idle = state is JobState.IDLE
        is_refused = row is not None and row.status is Status.REFUSED and row.reason in REFUSALS
        exceptions = {
            "retry_failed": is_idle and result is not None and result.failed > 0,
            "override": is_idle and (refusal is not None or (result is not None and is_refused)),
            "cancel": state in {JobState.RUNNING, JobState.PAUSED},
        }
        for name, button in self.buttons.items():
            button.setEnabled(exceptions.get(name, is_idle))
        self.drop_area.setEnabled(is_idle)
        self.export.setEnabled(is_idle and result is not None)

    @Slot()
    def choose_folder(self) -> None:
        """Ask for a folder to screen."""
        if path := messages.choose_folder(self, tr("Folder of films")):
            self.path_opened.emit(path)

    @Slot()
    def _on_open_film(self) -> None:
        if path := messages.choose_file(self, tr("Film"), tr(FILMS)):
            self.path_opened.emit(path)

    @Slot()
    def _on_watch_folder(self) -> None:
        if path := messages.choose_folder(self, tr("Folder to watch")):
            self.watch_wanted.emit(path)

    @Slot()
    def _on_open_worklist(self) -> None:
        folder = data_folder() / "screenings"
        ledger = messages.choose_file(self, tr("Earlier screening"), tr(LEDGERS), folder)
        if ledger and (films := messages.choose_folder(self, tr("The folder that was screened"))):
            self.worklist_wanted.emit(ledger, films)
