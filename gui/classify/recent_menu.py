"""The menu of the worklists that were open last."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Final

from PySide6.QtCore import QDate, QDateTime, QLocale, QTime, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from core.screening.recent_lists import RecentList, explain_loss
from core.system.language import current_language, marked, tr, tr_count
from core.system.safe_text import escape_name
from gui.classify.bar_button import escape_mnemonics, format_menu_name
from gui.jobs.background import Background
from gui.widgets.named_widgets import format_tip, name_widget

NAME_PX: Final = 260  # width of a folder's name
DAY_AND_TIME: Final = marked("d MMM, HH:mm")  # QLocale's format of a day of this year
DAY_AND_YEAR: Final = marked("d MMM yyyy")  # the same of an earlier year


class RecentMenu(QMenu):
    """Lists worklists, the last first. Those that are gone are disabled and say why.

    Signal: recent_wanted(RecentList).
    """

    recent_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Recent"), parent)
        name_widget(self, "recent_menu", tr("Recent worklists"))
        self.setToolTipsVisible(True)
        self._entries: list[tuple[RecentList, QAction]] = []
        self._reader = Background("recent", self, only_last=True)
        self.aboutToShow.connect(self._look_for_losses)
        self.show_recent(())

    def show_recent(self, lists: Sequence[RecentList]) -> None:
        """Replace the entries."""
        self.clear()
        self._entries = [(recent, self._add(recent)) for recent in lists]
        if not lists:
            self.addAction(tr("No worklist yet: what you open is listed here.")).setEnabled(False)
        self._look_for_losses()

    def _add(self, recent: RecentList) -> QAction:
        action = self.addAction("")
        action.triggered.connect(partial(self.recent_wanted.emit, recent))
        self._show_loss(recent, action, "")
        return action

    def _show_loss(self, recent: RecentList, action: QAction, loss: str) -> None:
        name = format_menu_name(recent.folder.name, self, NAME_PX)
        parts = [_format_time(recent.screened_at), name, *_list_counts(recent), *([loss] if loss else [])]
        action.setText(" · ".join(escape_mnemonics(part) if part is not name else part for part in parts))
        tip = "\n".join(text for text in (escape_name(str(recent.folder)), loss) if text)
        action.setToolTip(format_tip(tip))
        action.setStatusTip(tip)
        action.setEnabled(not loss)

    @Slot()
    def _look_for_losses(self) -> None:
        lists = [recent for recent, _ in self._entries]
        if lists:  # on a thread: a share that is gone may take a minute to say so
            self._reader.run(lambda: {recent: explain_loss(recent) for recent in lists}, self._show_losses)

    def _show_losses(self, sentences: dict[RecentList, str]) -> None:
        """sentences: why each of these worklists cannot be opened any more, "" if it can."""
        for recent, action in self._entries:
            self._show_loss(recent, action, sentences.get(recent, ""))


def _format_time(screened_at: str) -> str:
    """Return a local time as the language writes it: with its hour in this year, else with its year."""
    time = datetime.fromisoformat(screened_at)
    form = DAY_AND_TIME if time.year == datetime.now(time.tzinfo).year else DAY_AND_YEAR
    shown = QDateTime(QDate(time.year, time.month, time.day), QTime(time.hour, time.minute))
    return QLocale(current_language().value).toString(shown, tr(form))


def _list_counts(recent: RecentList) -> list[str]:
    """Return how many films a worklist has and how many are called."""
    if recent.is_film:
        return [tr("single film"), *([tr("called")] if recent.called else [])]
    films = tr_count("{count:,} film", "{count:,} films", recent.films)
    return [films, tr("{count:,} called", count=recent.called)]
