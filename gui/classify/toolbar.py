"""The toolbar above the films: what to open, which model answers, what to export."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QPoint, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QToolTip, QWidget

from core.models.model_summary import ModelSummary
from core.screening.recent_lists import RecentList
from core.system.language import tr
from core.system.safe_text import escape_unprintable
from gui.classify.bar_button import BarButton
from gui.classify.export_menu import ExportButton
from gui.classify.model_menu import ModelButton
from gui.classify.open_menu import OpenMenu
from gui.classify.recent_menu import RecentMenu
from gui.state.session import Session
from gui.widgets.named_widgets import format_tip, name_widget

HEIGHT_PX: Final = 36
MARGIN_PX: Final = 4
GROUP_PX: Final = 10  # between groups of buttons
MARK: Final = "⚠ "


@dataclass(frozen=True, slots=True)
class ToolbarState:
    """What can be done now.

    busy: why no folder can be screened or watched now, "" if it can. can_retry,
    can_continue: with this worklist. has_list, has_film: there is a worklist, or a film on the screen
    with its answer, that may be exported now.
    """

    busy: str = ""
    can_retry: bool = False
    can_continue: bool = False
    has_list: bool = False
    has_film: bool = False


class Toolbar(QWidget):
    """One row. Films and worklists can always be opened, whatever runs.

    Signals: those of its menus (OpenMenu, RecentMenu, ModelButton); `export` has its own.
    """

    path_opened = Signal(object)
    watch_wanted = Signal(object)
    ledger_wanted = Signal(object)
    recent_wanted = Signal(object)
    retry_wanted = Signal()
    continue_wanted = Signal()
    blind_changed = Signal(bool)
    model_read = Signal(object)
    onnx_wanted = Signal(object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        name_widget(self, "toolbar", tr("Tools of the worklist"))
        self.setFixedHeight(HEIGHT_PX)
        self.open_menu = OpenMenu(self)
        self.recent_menu = RecentMenu(self)
        self.open = BarButton(tr("Open"), "open", tr("Open"))
        self.open.setMenu(self.open_menu)
        self.recent = BarButton(tr("Recent"), "recent", tr("Recent worklists"))
        self.recent.setMenu(self.recent_menu)
        self.model = ModelButton(session)
        self.caution = BarButton("", "model_caution", tr("What to beware of with this model"))
        self.notes = BarButton("", "list_notes", tr("Notes on this list"))
        self.export = ExportButton()
        self._lay_out()
        self._connect()
        self.show_notes((), is_warning=False)
        self.update_enabled(ToolbarState())

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(MARGIN_PX, 0, MARGIN_PX, 0)
        row.setSpacing(2)
        row.addWidget(self.open)
        row.addWidget(self.recent)
        row.addSpacing(GROUP_PX)
        row.addWidget(self.model)
        row.addWidget(self.caution)
        row.addStretch(1)
        row.addSpacing(GROUP_PX)
        row.addWidget(self.notes)
        row.addWidget(self.export)

    def _connect(self) -> None:
        menu = self.open_menu
        for signal, own in (
            (menu.path_opened, self.path_opened),
            (menu.watch_wanted, self.watch_wanted),
            (menu.ledger_wanted, self.ledger_wanted),
            (menu.retry_wanted, self.retry_wanted),
            (menu.continue_wanted, self.continue_wanted),
            (menu.blind_changed, self.blind_changed),
            (self.recent_menu.recent_wanted, self.recent_wanted),
            (self.model.onnx_wanted, self.onnx_wanted),
            (self.model.model_read, self.model_read),
        ):
            signal.connect(own)
        self.model.model_read.connect(self.show_model_caution)
        self.caution.clicked.connect(partial(self._show_tip, self.caution))
        self.notes.clicked.connect(partial(self._show_tip, self.notes))

    @property
    def is_blind(self) -> bool:
        """Whether films are to be called before their answers are shown."""
        return self.open_menu.blind.isChecked()

    @property
    def model_name(self) -> str:
        """Name of the model chosen for the next screening, "" until its file is read."""
        return self.model.summary.name if self.model.summary else ""

    def add_keys_to(self, area: QWidget) -> None:
        """Let the keys of the Open menu work wherever the keyboard focus is in `area`."""
        area.addActions([action for action in self.open_menu.actions() if not action.shortcut().isEmpty()])

    def show_recent(self, lists: Sequence[RecentList]) -> None:
        """Replace the list of worklists that were open last."""
        self.recent_menu.show_recent(lists)

    def show_list(self, folder: Path, ledger: Path) -> None:
        """Propose names of exports after this worklist."""
        self.export.name_after(folder, ledger)

    def update_enabled(self, state: ToolbarState) -> None:
        """Enable what can be done now."""
        menu = self.open_menu
        menu.busy = state.busy
        menu.retry.setEnabled(not state.busy and state.can_retry)
        menu.continuation.setEnabled(not state.busy and state.can_continue)
        self.model.set_busy(bool(state.busy))
        self.export.update_enabled(state.has_list, state.has_film)

    @Slot(object)
    def show_model_caution(self, summary: ModelSummary) -> None:
        """Show what to beware of with this model: a few words, the sentences in the tooltip."""
        self.caution.show_words(summary.short if summary.is_accepted else f"{MARK}{summary.short}")
        text = escape_unprintable(summary.full)
        self.caution.setToolTip(format_tip(text))
        self.caution.setAccessibleDescription(text)
        self.caution.setProperty("role", "bar" if summary.is_accepted else "caution")
        self.caution.style().polish(self.caution)

    def show_notes(self, notes: Sequence[str], is_warning: bool) -> None:
        """Show sentences on the whole list behind a button, none without any."""
        text = escape_unprintable("\n".join(notes))
        label = tr("Notes ({count})", count=len(notes))
        self.notes.show_words(f"{MARK}{label}" if is_warning else label)
        self.notes.setToolTip(format_tip(text))
        self.notes.setAccessibleDescription(text)
        self.notes.setProperty("role", "caution" if is_warning else "bar")
        self.notes.style().polish(self.notes)
        self.notes.setVisible(bool(notes))

    def _show_tip(self, button: BarButton) -> None:
        QToolTip.showText(button.mapToGlobal(QPoint(0, button.height())), button.toolTip(), button)
