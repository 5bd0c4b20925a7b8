"""What kinds of rows there are in a list, and how many of each."""

from collections import Counter
from enum import Enum
from typing import Final

from core.models.decision import Decision
from core.screening.events import LedgerRow, Status
from core.screening.reader_calls import Opinion, Stance
from core.system.errors import NO_FILM_REASONS


class RowKind(Enum):
    """Which rows a filter shows."""

    ALL = "all"  # but files that are no films
    LIKELY = "likely"
    REVIEW = "review"
    UNLIKELY = "unlikely"
    REFUSED = "refused"
    FAILED = "failed"
    NOT_CALLED = "not_called"
    DISAGREEMENTS = "disagreements"
    NO_FILMS = "no_films"


# filters that would show answers to a reader who reads blind
ANSWER_KINDS: Final = frozenset({RowKind.LIKELY, RowKind.REVIEW, RowKind.UNLIKELY, RowKind.DISAGREEMENTS})
DECISION_KINDS: Final = {
    Decision.LIKELY: RowKind.LIKELY,
    Decision.REVIEW: RowKind.REVIEW,
    Decision.UNLIKELY: RowKind.UNLIKELY,
}


def is_no_film(row: LedgerRow) -> bool:
    """Whether the file of a row is no film, such as a viewer program or a text."""
    return row.status is Status.REFUSED and row.reason in NO_FILM_REASONS


def list_kinds(row: LedgerRow, opinion: Opinion | None) -> tuple[RowKind, ...]:
    """Return the kinds that a row is of. opinion: the reader's, None without one."""
    if is_no_film(row):
        return (RowKind.NO_FILMS,)
    kinds = [RowKind.ALL]
    if row.status is Status.REFUSED:
        kinds.append(RowKind.REFUSED)
    elif row.status is Status.FAILED:
        kinds.append(RowKind.FAILED)
    elif opinion is None or not opinion.is_current:
        kinds.append(RowKind.NOT_CALLED)
    if row.decision is not None:
        kinds.append(DECISION_KINDS[row.decision])
    if opinion is not None and opinion.stance is Stance.DISAGREES:
        kinds.append(RowKind.DISAGREEMENTS)
    return tuple(kinds)


class KindCounts:
    """The kinds of every file's row and the number of rows of each kind, kept with every change."""

    def __init__(self) -> None:
        self._kinds: dict[str, tuple[RowKind, ...]] = {}
        self._counts: Counter[RowKind] = Counter()

    def clear(self) -> None:
        self._kinds.clear()
        self._counts.clear()

    def set(self, file: str, kinds: tuple[RowKind, ...]) -> None:
        """Set the kinds of a file's row, in place of earlier ones."""
        self._counts.subtract(self._kinds.get(file, ()))
        self._kinds[file] = kinds
        self._counts.update(kinds)

    def remove(self, file: str) -> None:
        self._counts.subtract(self._kinds.pop(file, ()))

    @property
    def has_any(self) -> bool:
        """Whether there are rows of any kind."""
        return bool(self._kinds)

    def has(self, file: str, kind: RowKind) -> bool:
        """Whether the row of a file is of this kind."""
        return kind in self._kinds.get(file, ())

    def count(self, kind: RowKind) -> int:
        return self._counts[kind]
