"""Keep one film on the screen, and know at every moment which one it is.

What acts on a film (calls, notes, exports) asks `shown` and is refused until the film's pixels were painted.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal, Slot

from core.films.dicom_details import list_cautions
from core.films.patient_age import format_age_ranges
from core.inference.heat_regions import border_fraction, is_suspicious
from core.screening.events import LedgerRow, Status
from core.screening.verdict import Verdict, build_verdict, hidden_verdict
from core.screening.whole_film import WholeFilm
from core.system.errors import REFUSALS
from core.system.language import marked, tr
from gui.reading.film_pane import FilmPane
from gui.reading.film_pool import FilmHeat, FilmPool, UnreadableFilm
from gui.reading.open_list import OpenList

USUAL_PX: Final = 224  # side of the network's input while no model is known
CHANGED: Final = marked(
    "This film has changed since it was screened; the list shows its earlier answer. To call it, read it again: "
    "Open, Continue this screening."
)
NO_MODEL: Final = marked("The model that screened this film, {model}, is not at hand: there is no heat map.")
CHANGED_WORDS: Final = marked("Changed since it was screened")
GONE_WORDS: Final = marked("Film is not there")
GONE: Final = marked("The list has an answer, but its film cannot be read now, so it is not shown beside it.")
NOT_VALIDATED: Final = marked("The model is {fault}.")
AGE_UNKNOWN: Final = marked("The patient's age is not known; the model was trained on patients of {ages}.")
NO_FILM: Final = marked("No film is open.")
HEAT_OUTSIDE: Final = marked(
    "⚠ {share:.0%} of the heat map is at the borders or corners of the film, where markers "
    "are, not in the lungs. The answer may be based on something other than the lungs: read "
    "the film yourself."
)


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """The film that was chosen last.

    generation: counts the films chosen. film: None until it is read. is_painted: its pixels are on
    the screen. is_unreadable: it has none to show.
    """

    generation: int = 0
    row: LedgerRow | None = None
    path: Path | None = None
    film: WholeFilm | None = None
    is_painted: bool = False
    is_unreadable: bool = False

    @property
    def is_of_row(self) -> bool:
        """Whether the film read is the one that its row answers: its file did not change since."""
        return self.row is not None and self.film is not None and (not self.row.film or self.row.film == self.film.code)


class ReadingDesk(QObject):
    """Shows the chosen film of the open list on the pane: pixels first, then its answer, then its heat map.

    shown: the film on the screen. Signal: changed() when another film is chosen, read or painted, or
    its answer is shown or hidden.
    """

    changed = Signal()

    def __init__(self, pane: FilmPane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pane = pane
        self._list: OpenList | None = None
        self._model: str | None = None  # key of the model whose heat maps the pool makes
        self.shown = Shown()
        self.pool = FilmPool(self)
        self.pool.film_ready.connect(self._on_film_ready)
        self.pool.heat_ready.connect(self._on_heat_ready)
        pane.film_painted.connect(self._on_painted)

    def show_list(self, opened: OpenList | None) -> None:
        """Forget every film, as another list is shown."""
        self._list, self._model = opened, None
        self.pool.forget_all()
        self.choose(None, tr(NO_FILM), ())  # before anything is said of a film of the list before
        self.renew_model()

    def renew_model(self) -> None:
        """Take over what is known of the open list's model by now."""
        header = None if self._list is None else self._list.header
        if header is None or self._list is None:
            self.pool.use_model(USUAL_PX, None)
        elif header.key != self._model:
            self._model = header.key
            self.pool.use_model(header.size_px, self._list.open_model)
            self.show_answer()

    def choose(self, row: LedgerRow | None, caption: str, neighbours: Sequence[LedgerRow]) -> None:
        """Show the film of a row of the open list, None for no film.

        caption: its name and place in the list. neighbours: rows to read in advance, the next one first.
        """
        opened = self._list
        path = opened.path_of(row) if row is not None and opened is not None else None
        self.shown = Shown(self.shown.generation + 1, row, path)
        if path is None or opened is None:
            self._pane.show_unreadable(self.shown.generation, caption)
            self._pane.show_caption("")
        else:
            self._pane.show_waiting(self.shown.generation, caption)
            self.pool.want(path, [opened.path_of(other) for other in neighbours])
        self.changed.emit()

    def withdraw(self, row: LedgerRow) -> None:
        """Forget the film of a row that no longer holds, as its file changed."""
        if self._list is not None:
            self.pool.forget(self._list.path_of(row))
        if self.shown.row is not None and self.shown.row.file == row.file:
            self.choose(None, tr("This film has changed; it is read again."), ())

    def close(self) -> None:
        """Stop reading in the background; no film is on the screen any more."""
        self.shown = Shown(self.shown.generation + 1)
        self.pool.close()

    @property
    def can_note(self) -> bool:
        """Whether a note would be on the film that the reader sees, not behind the table or another tab."""
        return self.shown.is_painted and self.shown.is_of_row and self._pane.isVisible()

    @property
    def can_call(self) -> bool:
        """Whether a call would be on the film that the reader sees, and on its answer."""
        return self.can_note and self.shown.row is not None and self.shown.row.status is Status.SCORED

    @property
    def is_answer_visible(self) -> bool:
        """Whether the model's answer on the film is on the screen."""
        row, opened = self.shown.row, self._list
        return self.can_call and row is not None and opened is not None and not opened.is_hidden(row)

    @property
    def can_override(self) -> bool:
        """Whether the film on the screen was refused for a reason that a person may override."""
        row, opened = self.shown.row, self._list
        if row is None or opened is None or opened.result is None or not opened.result.completed:
            return False
        is_refused = row.status is Status.REFUSED and row.reason in REFUSALS
        return is_refused and self.can_note and opened.header is not None

    @Slot(object)
    def _on_film_ready(self, film: WholeFilm | UnreadableFilm) -> None:
        if film.path != self.shown.path:
            return
        if isinstance(film, UnreadableFilm):
            self.shown = replace(self.shown, is_unreadable=True)
            self._pane.show_unreadable(self.shown.generation, film.sentence)
            self.show_answer()
            return
        self.shown = replace(self.shown, film=film)
        self._pane.show_film(self.shown.generation, film.pixels, film.facts, film.details)
        self.changed.emit()

    @Slot(int)
    def _on_painted(self, generation: int) -> None:
        if generation != self.shown.generation or self.shown.film is None:
            return
        self.shown = replace(self.shown, is_painted=True)
        self.show_answer()

    def show_answer(self) -> None:
        """Show what the list says of the film on the screen; its heat map follows. Nothing before it is painted."""
        shown, opened = self.shown, self._list
        row = shown.row
        if row is None or opened is None or not (shown.is_painted or shown.is_unreadable):
            return
        if opened.is_hidden(row):
            self._pane.show_verdict(hidden_verdict())
        else:
            verdict = build_verdict(opened.header, row, self._list_cautions(row, opened))
            if row.status is Status.SCORED and not shown.is_of_row:
                words, why = (GONE_WORDS, GONE) if shown.is_unreadable else (CHANGED_WORDS, CHANGED)
                verdict = Verdict(tr(words), None, details=f"{tr(why)}\n{verdict.details}")
            self._pane.show_verdict(verdict, self.can_override)
            if row.status is Status.SCORED:
                # the list may not know the film on the screen, or not that it changed
                opened.seen.add([row.film, shown.film.code if shown.film else ""])
                if shown.film is not None and shown.is_of_row:
                    self.pool.explain(shown.film, row)
        self.changed.emit()

    def _list_cautions(self, row: LedgerRow, opened: OpenList) -> list[str]:
        """Return what has to be known of the answer, the most serious first."""
        film, header = self.shown.film, opened.header
        if film is None or row.status is not Status.SCORED:
            return []
        cautions = []
        opinion = opened.book.opinion(row)
        if opinion is not None and not opened.book.is_called(row):
            cautions.append(opinion.sentence)
        if header is None:
            return [*cautions, *list_cautions(film.details, None), tr(NO_MODEL, model=row.model)]
        cautions += list_cautions(film.details, header.ages)
        if opened.validation:
            cautions.append(tr(NOT_VALIDATED, fault=opened.validation))
        if header.ages is not None and film.details.age_years is None:
            cautions.append(tr(AGE_UNKNOWN, ages=format_age_ranges(header.ages)))
        return cautions

    @Slot(object)
    def _on_heat_ready(self, made: FilmHeat) -> None:
        row = self.shown.row
        if made.film is not self.shown.film or row is None or not self.is_answer_visible or row.decision is None:
            return
        warning = ""
        if is_suspicious(made.heat, row.decision):
            warning = tr(HEAT_OUTSIDE, share=border_fraction(made.heat))
        self._pane.show_heat(self.shown.generation, made.heat, warning)
