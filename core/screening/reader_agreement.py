"""Compare a reader's calls with the model's answers on a list: opinions, how far it is called, agreement."""

from collections.abc import Iterable, Mapping, Sequence

from core.metrics.agreement import Agreement, measure_agreement
from core.screening.events import LedgerRow, Status
from core.screening.reader_calls import Call, Opinion, Stance, compare_call
from core.system.language import tr, tr_count


def list_opinions(rows: Iterable[LedgerRow], calls: Iterable[Call]) -> dict[str, Opinion]:
    """Return the reader's opinion on each row that has one, by file."""
    calls_by_file = {call.file: call for call in calls}
    opinions = {}
    for row in rows:
        if opinion := compare_call(calls_by_file.get(row.file), row.film, row.label):
            opinions[row.file] = opinion
    return opinions


def measure_reader_agreement(
    rows: Iterable[LedgerRow], opinions: Mapping[str, Opinion], classes: Sequence[str]
) -> Agreement:
    """Return the agreement of model and reader on all films that both gave a class.

    opinions: of `list_opinions`; those on earlier versions of films do not count. classes: negative first.
    """
    called = [(row.label, opinions[row.file]) for row in rows if row.label and row.file in opinions]
    counted = [(opinion.reader, label) for label, opinion in called if opinion.is_current]
    return measure_agreement([reader for reader, _ in counted], [label for _, label in counted], classes)


def format_progress(rows: Iterable[LedgerRow], opinions: Mapping[str, Opinion]) -> str:
    """Return how many scored films are called, and on how many of them reader and model agree."""
    scored = [row for row in rows if row.status is Status.SCORED]
    stances = [opinions[row.file].stance for row in scored if row.file in opinions]
    called = len(stances) - stances.count(Stance.EARLIER_FILM)
    agreed = stances.count(Stance.AGREES)
    parts = [tr("{called:,} of {count:,} called", called=called, count=len(scored))]
    if compared := agreed + stances.count(Stance.DISAGREES):
        parts.append(tr("agree {agreed:,} of {compared:,}", agreed=agreed, compared=compared))
    return " · ".join(parts)


def format_agreement(rows: Sequence[LedgerRow], opinions: Mapping[str, Opinion], classes: Sequence[str]) -> str:
    """Return the agreement with its intervals, and how many calls do not count. Arguments as above.

    Only the latter where no other film is called.
    """
    agreement = measure_reader_agreement(rows, opinions, classes)
    earlier = sum(row.file in opinions and not opinions[row.file].is_current for row in rows)
    if not earlier:
        return agreement.sentence
    uncounted = tr_count(
        "{count} call (↺) is on an earlier version of its film and does not count until you call it again.",
        "{count} calls (↺) are on earlier versions of their films and do not count until you call them again.",
        earlier,
    )
    return f"{agreement.sentence}\n{uncounted}" if agreement.films else uncounted
