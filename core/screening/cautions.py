"""Sentences on the films of a whole screening that a reader must know of before any answer."""

from collections.abc import Iterable

from core.screening.events import LedgerRow, Status
from core.system.errors import Reason
from core.system.language import tr_count


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
