"""The list in the reading room: its films, the model that answered, the reader's calls, what was seen."""

from dataclasses import dataclass, field
from pathlib import Path

from core.inference.scoring_model import ScoringModel, open_model
from core.models.model_header import ModelHeader, format_model_mismatch
from core.screening.events import LedgerRow, ScreeningResult
from core.screening.folder_listing import find_film
from core.screening.reader_agreement import format_agreement, format_progress, list_opinions
from core.screening.reader_calls import CallBook
from core.screening.seen_films import SeenFilms
from core.system.errors import JobFailed, Reason


@dataclass(slots=True, eq=False)
class OpenList:
    """One list of films, also while it is being screened.

    output: its ledger when it is complete. model: file of the model that answers, None for the
    bundled one. header: of that model, None while it is not known or if it is not at hand any more.
    validation: "" if that model was accepted at this site, else in a few words that it was not.
    classes: negative first. result: of the screening that ended last, None before the first.
    is_blind: each film is called before its answer is shown. is_film: a single film that was opened
    alone. screened_at: local time, ISO 8601, "" for now.
    """

    folder: Path
    output: Path
    model: Path | None
    book: CallBook
    seen: SeenFilms
    header: ModelHeader | None = None
    validation: str = ""
    classes: tuple[str, ...] = ()
    result: ScreeningResult | None = None
    is_blind: bool = False
    is_film: bool = False
    screened_at: str = ""
    rows: dict[str, LedgerRow] = field(default_factory=dict)

    def path_of(self, row: LedgerRow) -> Path:
        """Return the film of a row."""
        return find_film(self.folder, row)

    def open_model(self) -> ScoringModel:
        """Return the model that answered. Raises JobFailed, also if its file holds another one now."""
        loaded = open_model(self.model)
        if self.header is None or loaded.header.key != self.header.key:
            raise JobFailed(Reason.MODEL_INVALID, format_model_mismatch(self.name, loaded.header.name))
        return loaded

    @property
    def name(self) -> str:
        """Name of the model that answered, "" while it is not known."""
        if self.header is not None:
            return self.header.name
        return next((row.model for row in self.rows.values()), "")

    @property
    def is_begun_blind(self) -> bool:
        """Whether the reader called films blind, and others not yet."""
        is_blind = any(call.blind for call in self.book.calls())
        return is_blind and any(map(self.book.awaits_call, self.rows.values()))

    def describe_calls(self) -> tuple[str, str]:
        """Return how far the list is called, and how reader and model agree."""
        calls = self.book.calls()
        called = [self.rows[call.file] for call in calls if call.file in self.rows]
        opinions = list_opinions(called, calls)
        return format_progress(self.rows.values(), opinions), format_agreement(called, opinions, self.classes)

    def is_hidden(self, row: LedgerRow) -> bool:
        """Whether the reader must not see the model's answer yet."""
        return self.is_blind and self.book.awaits_call(row)
