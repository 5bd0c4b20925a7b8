"""Rows and calls of screenings that never took place."""

from core.models.decision import Decision
from core.screening.events import LedgerRow, Status
from core.screening.reader_calls import Call, CallBook

CLASSES = ("NORMAL", "PNEUMONIA")
MODEL = "resnet 12345678"


def scored(file, probability, film="", reason=""):
    """A row of a film; likely from 0.7 on, review from 0.3 on."""
    decisions = {0.7: Decision.LIKELY, 0.3: Decision.REVIEW, 0.0: Decision.UNLIKELY}
    decision = next(decision for bound, decision in decisions.items() if probability >= bound)
    label = CLASSES[probability >= 0.5]
    return LedgerRow(file, Status.SCORED, reason, label, probability, decision, MODEL, film=film)


def refused(file, reason="not_a_chest_film"):
    return LedgerRow(file, Status.REFUSED, reason, None, None, None, MODEL)


def failed(file, reason="damaged"):
    return LedgerRow(file, Status.FAILED, reason, None, None, None, MODEL)


def call(file, reader="PNEUMONIA", note="", film=""):
    return Call(file, reader, False, note, "2026-01-01T12:00:00+01:00", film)


def book(*calls):
    """These calls of a reader; changes are kept in memory only."""
    return CallBook(calls, lambda _call: None)


ROWS = (
    scored("NORMAL/b.png", 0.1),
    refused("leg.png"),
    scored("PNEUMONIA/a.png", 0.9),
    failed("torn.dcm"),
    scored("PNEUMONIA/c.png", 0.5),
    refused("notes.txt", "not_an_image"),
)
BY_PROBABILITY = ["PNEUMONIA/a.png", "PNEUMONIA/c.png", "NORMAL/b.png", "leg.png", "torn.dcm"]
