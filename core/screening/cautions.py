"""Sentences on the films of a whole screening that a reader must know of before any answer."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from core.films.patient_age import AgeRanges, format_age_ranges, is_outside
from core.screening.events import LedgerRow, Status
from core.screening.file_state import FileState
from core.system.errors import Reason
from core.system.language import tr, tr_count
from core.system.safe_text import escape_name

MAX_NAMES: Final = 5  # films named in a sentence


def format_unlike_caution(rows: Iterable[LedgerRow]) -> tuple[str, ...]:
    """Return a sentence on scored films that are unlike those the model was validated on, if any."""
    scored = [row for row in rows if row.status is Status.SCORED]
    count = sum(row.reason == Reason.UNLIKE_VALIDATED_FILMS for row in scored)
    if not count:
        return ()
    sentence = tr_count(
        "{count:,} of {scored:,} scored films is unlike those that the model was validated on, so it is in "
        "review: read it without the model's answer.",
        "{count:,} of {scored:,} scored films are unlike those that the model was validated on, so they are in "
        "review: read them without the model's answers.",
        count,
        scored=len(scored),
    )
    return (sentence,)


def list_outside_ages(rows: Iterable[LedgerRow], states: Mapping[str, FileState], ages: AgeRanges | None) -> list[str]:
    """Return the scored films, sorted, of patients outside the ages of the training films.

    states: of the rows' files, by name.
    """
    scored = sorted(row.file for row in rows if row.status is Status.SCORED and row.file in states)
    return [name for name in scored if is_outside(states[name].age_years, ages)]


def format_age_caution(names: Sequence[str], ages: AgeRanges | None) -> tuple[str, ...]:
    """Return a sentence on scored films of patients outside the training ages, if there are any.

    names: their files, sorted. ages: of the training films' patients.
    """
    if not names or ages is None:
        return ()
    listed = ", ".join(escape_name(name) for name in names[:MAX_NAMES])
    sentence = tr_count(
        "{count:,} scored film is of a patient whose age is not among those of the training films ({ages}); "
        "read it without the model's result: {names}.",
        "{count:,} scored films are of patients whose ages are not among those of the training films ({ages}); "
        "read them without the model's results: {names}.",
        len(names),
        ages=format_age_ranges(ages),
        names=tr("{names} and others", names=listed) if len(names) > MAX_NAMES else listed,
    )
    return (sentence,)


def format_wrong_folder(folder: Path, count: int) -> str:
    """Return the sentence for a folder that holds none of the `count` files of a list."""
    return tr_count(
        "{folder} holds none of the {count} file of this list. Choose the folder that was screened.",
        "{folder} holds none of the {count} files of this list. Choose the folder that was screened.",
        count,
        folder=folder,
    )
