"""The Open menu of the Classify tab: films, folders and worklists, and how they are read."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from core.system.app_folders import data_folder
from core.system.language import marked, tr
from gui.jobs.worker import JobError
from gui.widgets import messages
from gui.widgets.named_widgets import name_widget

FILMS: Final = marked("Films (*.jpg *.jpeg *.jfif *.png *.tif *.tiff *.bmp *.webp *.dcm);;All files (*)")
LEDGERS: Final = marked(  # calls and the films seen lie beside the window's lists
    "Lists of this window (*-screening.csv *-screening.csv.partial *-film.csv);;All lists (*.csv *.csv.partial)"
)


class OpenMenu(QMenu):
    """Asks what to open; reads nothing itself.

    Signals: path_opened(Path), a film or a folder to screen; watch_wanted(Path folder);
    ledger_wanted(Path); retry_wanted(); continue_wanted(); blind_changed(bool).
    """

    path_opened = Signal(object)
    watch_wanted = Signal(object)
    ledger_wanted = Signal(object)
    retry_wanted = Signal()
    continue_wanted = Signal()
    blind_changed = Signal(bool)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(tr("Open"), parent)
        self._parent = parent  # of the dialogs
        self.busy = ""  # why no folder can be screened now
        name_widget(self, "open_menu", tr("Open"))
        self.setToolTipsVisible(True)
        self.film = self._add(tr("Film…"), tr("Read one film."), self._on_film, "Ctrl+O")
        tip = tr("Screen all films of a folder.")
        self.folder = self._add(tr("Folder…"), tip, self._on_folder, "Ctrl+Shift+O")
        tip = tr("Screen a folder, and films that arrive in it until you stop.")
        self.watch = self._add(tr("Watch folder…"), tip, self._on_watch)
        tip = tr("Open an earlier screening with the calls on it; nothing is screened.")
        self.worklist = self._add(tr("Worklist…"), tip, self._on_worklist)
        self.addSeparator()
        tip = tr("Read the films again that could not be read.")
        self.retry = self._add(tr("Retry failed films"), tip, self.retry_wanted.emit)
        tip = tr("Screen the films that are new or have changed since; rows of films that are gone stay.")
        self.continuation = self._add(tr("Continue this screening"), tip, self.continue_wanted.emit)
        self.addSeparator()
        tip = tr("Your call is saved before the model's answer is shown.")
        self.blind = self._add(tr("Blind reading: call before you see the answer"), tip, None)
        self.blind.setCheckable(True)
        self.blind.toggled.connect(self.blind_changed)

    def _add(self, text: str, tip: str, slot: Callable[[], None] | None, keys: str = "") -> QAction:
        action = self.addAction(text)
        action.setToolTip(tip)
        action.setStatusTip(tip)
        action.setShortcut(keys)
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        if slot is not None:
            action.triggered.connect(slot)
        return action

    @Slot()
    def _on_film(self) -> None:
        if path := messages.choose_file(self._parent, tr("Film"), tr(FILMS)):
            self.path_opened.emit(path)

    def _can_screen(self) -> bool:
        """Return whether a folder can be screened now; say why not before a dialog asks for one."""
        if self.busy:
            messages.show_error(self._parent, JobError(self.busy))
        return not self.busy

    @Slot()
    def _on_folder(self) -> None:
        if not self._can_screen():
            return
        if path := messages.choose_folder(self._parent, tr("Folder of films")):
            self.path_opened.emit(path)

    @Slot()
    def _on_watch(self) -> None:
        if not self._can_screen():
            return
        if path := messages.choose_folder(self._parent, tr("Folder to watch")):
            self.watch_wanted.emit(path)

    @Slot()
    def _on_worklist(self) -> None:
        folder = data_folder() / "screenings"
        if ledger := messages.choose_file(self._parent, tr("Earlier screening"), tr(LEDGERS), folder):
            self.ledger_wanted.emit(ledger)
