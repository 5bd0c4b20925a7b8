"""Read the film of the selected worklist row and show it on the reading panel."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from core.models.model_header import format_model_mismatch
from core.screening.events import FilmReading, FilmRefusal, LedgerRow, Status
from core.screening.reader_calls import Stance
from core.system.errors import REFUSALS
from core.system.language import marked, tr
from gui.classify.reading_panel import ReadingPanel
from gui.classify.worklist import Worklist, find_opinion
from gui.jobs.jobs import Jobs, JobState
from gui.jobs.screening_jobs import read_film_job
from gui.state.session import Session

CHANGED = marked(
    "This film has changed since it was screened; the list shows its earlier answer. "
    "Screen the folder again to call it."
)


class SelectedFilm(QObject):
    """Keeps the reading panel on the selected row; reads its film, after the running job if any.

    show_event: receives the events of the reading; a method of a widget.
    reading: the last film read, None before the first. refusal: the film on the panel, if it was
    opened alone and the model's gate refused it.
    Signal: shown() after a reading appears on the panel.
    """

    shown = Signal()

    def __init__(
        self,
        worklist: Worklist,
        panel: ReadingPanel,
        session: Session,
        work: Jobs,
        show_event: Callable[[object], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._worklist, self._panel = worklist, panel
        self._session, self._work, self._show_event = session, work, show_event
        self.reading: FilmReading | None = None
        self.refusal: FilmRefusal | None = None
        self._pending: LedgerRow | None = None  # selected while a job was running

    def clear(self) -> None:
        """Forget every film, as another folder is shown."""
        self.reading = self.refusal = self._pending = None
        self._worklist.mark_unseen("")
        self._panel.show_nothing()

    def show_row(self, row: LedgerRow) -> None:
        """Show the film of a row, once it is read if it was scored."""
        path = self._worklist.table.path_of(row)
        self.refusal = None
        if row.status is not Status.SCORED:
            self._pending = None
            self._panel.show_without_answer(row, path)
            return
        self._worklist.mark_unseen(row.file)
        known = self.reading
        if known is not None and known.path == path and known.film in {row.film, ""}:
            self.show_reading(known)
        elif self._work.state is JobState.IDLE:
            was_refused = row.reason in REFUSALS
            self._work.start(read_film_job(path, self._session.model, was_refused), self._show_event)
        else:
            self._pending = row

    def show_reading(self, film: FilmReading) -> None:
        """Show a film with the model's answer, hidden if the reader has to call the film first."""
        self.reading, self.refusal = film, None
        if self._pending is None:  # else another row was selected meanwhile
            row = self._select_row_of(film.path)
            has_changed = row is not None and bool(row.film and film.film) and row.film != film.film
            self._worklist.mark_unseen(row.file if row is not None and has_changed else "")
            if row is None:
                self._panel.show_answer(film)
            elif not self._worklist.is_answer_visible(row):
                self._panel.show_hidden(film)
            else:
                self._panel.show_answer(replace(film, cautions=(*self._list_cautions(row, film), *film.cautions)))
        self.shown.emit()

    def _select_row_of(self, path: Path) -> LedgerRow | None:
        """Select the row of the film on the panel, or none, so that a call is never on another film.

        Returns the row if the film was scored in the list, also if the filter hides it.
        """
        selected, table = self._worklist.selected_row(), self._worklist.table
        if selected is not None and table.path_of(selected) == path:
            return selected
        listed = table.find_row(path)
        if listed is None or listed.status is not Status.SCORED:
            self._worklist.view.clearSelection()
            return None
        self._worklist.view.clearSelection()
        self._worklist.select_file(listed.file)
        return listed

    def _list_cautions(self, row: LedgerRow, film: FilmReading) -> list[str]:
        """Return what has to be known of an answer beside its row in the list."""
        cautions = []
        if row.model != film.model:
            cautions.append(format_model_mismatch(row.model, film.model))
        if row.film and film.film and row.film != film.film:
            cautions.append(tr(CHANGED))
        opinion = find_opinion(self._worklist, film)
        if opinion is not None and opinion.stance is Stance.EARLIER_FILM:
            cautions.append(opinion.sentence)
        return cautions

    def show_refusal(self, film: FilmRefusal) -> None:
        """Show a film that the model's gate refused."""
        self._select_row_of(film.path)
        self.refusal = film
        self._panel.show_refusal(film)
        self.shown.emit()

    def withdraw(self, row: LedgerRow) -> None:
        """Take a row that no longer holds from the list, and forget what was read from its file."""
        path = self._worklist.table.path_of(row)
        if self._pending is not None and self._pending.file == row.file:
            self._pending = None
        selected = self._worklist.selected_row()
        if selected is not None and selected.file == row.file:
            self._panel.show_changed(row)
        if self.reading is not None and self.reading.path == path:
            self.reading = None
        self._worklist.remove(row.file)

    def read_pending(self) -> None:
        """Read the film that was selected while a job was running, if any."""
        if self._pending is not None and self._work.state is JobState.IDLE:
            row, self._pending = self._pending, None
            self.show_row(row)
