"""Say how far a list is called, and how the reader agrees with the model."""

from collections.abc import Sequence

from core.metrics.agreement import Agreement, measure_agreement
from core.screening.events import LedgerRow, Status
from core.screening.reader_calls import Opinion, Stance
from core.system.language import tr, tr_count
from gui.reading.open_list import OpenList

Opinions = Sequence[tuple[LedgerRow, Opinion]]


def measure_list_agreement(opened: OpenList) -> Agreement:
    """Return the agreement of model and reader on all films of a list that both gave a class.

    Calls on earlier versions of films do not count.
    """
    return _measure_agreement(opened.book.list_opinions(opened.rows), opened.classes)


def format_calls(opened: OpenList) -> tuple[str, str]:
    """Return in a few words how far a list is called, and the agreement with its intervals."""
    opinions = opened.book.list_opinions(opened.rows)
    scored = sum(row.status is Status.SCORED for row in opened.rows.values())
    return _format_progress(scored, opinions), _format_agreement(opinions, opened.classes)


def _measure_agreement(opinions: Opinions, classes: tuple[str, ...]) -> Agreement:
    both = [(opinion.reader, row.label) for row, opinion in opinions if row.label and opinion.is_current]
    return measure_agreement([reader for reader, _ in both], [label for _, label in both], classes)


def _format_progress(scored: int, opinions: Opinions) -> str:
    """Return how many scored films are called, and on how many of them reader and model agree."""
    stances = [opinion.stance for row, opinion in opinions if row.status is Status.SCORED]
    called = len(stances) - stances.count(Stance.EARLIER_FILM)
    agreed = stances.count(Stance.AGREES)
    parts = [tr("{called:,} of {count:,} called", called=called, count=scored)]
    if compared := agreed + stances.count(Stance.DISAGREES):
        parts.append(tr("agree {agreed:,} of {compared:,}", agreed=agreed, compared=compared))
    return " · ".join(parts)


def _format_agreement(opinions: Opinions, classes: tuple[str, ...]) -> str:
    """Return the agreement, and how many calls do not count."""
    earlier = sum(not opinion.is_current for _, opinion in opinions)
    sentence = _measure_agreement(opinions, classes).sentence
    if not earlier:
        return sentence
    uncounted = tr_count(
        "{count} call (↺) is on an earlier version of its film and does not count until you call it again.",
        "{count} calls (↺) are on earlier versions of their films and do not count until you call them again.",
        earlier,
    )
    return f"{sentence}\n{uncounted}"
