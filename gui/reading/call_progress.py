"""Say how far a list is called, and how the reader agrees with the model."""

from core.metrics.agreement import Agreement, measure_agreement
from core.screening.events import Status
from core.screening.reader_calls import Stance
from core.system.language import tr, tr_count
from gui.reading.open_list import OpenList


def measure_list_agreement(opened: OpenList) -> Agreement:
    """Return the agreement of model and reader on all films of a list that both gave a class.

    Calls on earlier versions of films do not count.
    """
    called = [row for row in opened.rows.values() if row.label and opened.is_called(row)]
    by_reader = [call.reader for row in called if (call := opened.book.find(row.file))]
    return measure_agreement(by_reader, [str(row.label) for row in called], opened.classes)


def format_progress(opened: OpenList) -> str:
    """Return how many scored films are called, and on how many of them reader and model agree."""
    scored = [row for row in opened.rows.values() if row.status is Status.SCORED]
    stances = [opinion.stance for row in scored if (opinion := opened.opinion(row))]
    called = len(stances) - stances.count(Stance.EARLIER_FILM)
    agreed = stances.count(Stance.AGREES)
    parts = [tr("{called:,} of {count:,} called", called=called, count=len(scored))]
    if compared := agreed + stances.count(Stance.DISAGREES):
        parts.append(tr("agree {agreed:,} of {compared:,}", agreed=agreed, compared=compared))
    return " · ".join(parts)


def format_agreement(opened: OpenList) -> str:
    """Return the agreement with its intervals, and how many calls do not count."""
    opinions = (opened.opinion(row) for row in opened.rows.values())
    earlier = sum(opinion is not None and opinion.stance is Stance.EARLIER_FILM for opinion in opinions)
    sentence = measure_list_agreement(opened).sentence
    if not earlier:
        return sentence
    uncounted = tr_count(
        "{count} call (↺) is on an earlier version of its film and does not count until you call it again.",
        "{count} calls (↺) are on earlier versions of their films and do not count until you call them again.",
        earlier,
    )
    return f"{sentence}\n{uncounted}"
