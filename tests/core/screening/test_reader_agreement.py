"""The reader's calls beside the model's answers: which of them count."""

from core.screening.events import LedgerRow, Status
from core.screening.reader_agreement import (
    format_agreement,
    format_progress,
    list_opinions,
    measure_reader_agreement,
)
from core.screening.reader_calls import UNSURE, WITHDRAWN, Call, Stance

CLASSES = ("NORMAL", "PNEUMONIA")


def row(file, label, film="code"):
    status = Status.SCORED if label else Status.REFUSED
    return LedgerRow(file, status, "", label, 0.5 if label else None, None, "m 1", film=film)


def call(file, reader, film="code"):
    return Call(file, reader, False, "", "2026-01-01T12:00:00+01:00", film)


ROWS = (
    row("a.png", "PNEUMONIA"),
    row("b.png", "NORMAL"),
    row("c.png", "NORMAL"),
    row("d.png", "NORMAL", film="new"),
    row("e.png", "NORMAL"),
    row("f.png", "NORMAL"),
    row("refused.png", None),
)
CALLS = (
    call("a.png", "PNEUMONIA"),
    call("b.png", "PNEUMONIA"),
    call("c.png", UNSURE),
    call("d.png", "NORMAL", film="old"),
    call("e.png", WITHDRAWN),
    call("refused.png", "NORMAL"),
    call("gone.png", "NORMAL"),
)
OPINIONS = list_opinions(ROWS, CALLS)


def test_an_opinion_needs_a_call_and_an_answer():
    assert {file: opinion.stance for file, opinion in OPINIONS.items()} == {
        "a.png": Stance.AGREES,
        "b.png": Stance.DISAGREES,
        "c.png": Stance.UNSURE,
        "d.png": Stance.EARLIER_FILM,
    }


def test_films_that_both_gave_a_class_count():
    agreement = measure_reader_agreement(ROWS, OPINIONS, CLASSES)
    assert (agreement.films, agreement.share.value, agreement.sensitivity.value) == (2, 0.5, 0.5)


def test_progress_and_agreement_in_words():
    assert format_progress(ROWS, OPINIONS) == "3 of 6 called · agree 1 of 2"
    first, second = format_agreement(ROWS, OPINIONS, CLASSES).splitlines()
    assert first.startswith("2 films classified: agreement 0.500")
    assert second.startswith("1 call (↺) is on an earlier version")
    earlier = {file: opinion for file, opinion in OPINIONS.items() if not opinion.is_current}
    assert format_agreement(ROWS, earlier, CLASSES) == second
    assert format_agreement(ROWS, {}, CLASSES) == "The reader has not classified any film yet."
