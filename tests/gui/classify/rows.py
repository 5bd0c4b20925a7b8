"""Rows of a worklist made by hand."""

from core.models.decision import Decision
from core.screening.events import LedgerRow, Status

MODEL = "model 12345678"


def scored(file, probability, decision=Decision.REVIEW, label=None):
    """A scored film, called PNEUMONIA from one half on."""
    label = label or ("PNEUMONIA" if probability >= 0.5 else "NORMAL")
    return LedgerRow(file, Status.SCORED, "", label, probability, decision, MODEL)


def unscored(file, status=Status.REFUSED, reason="not_an_image"):
    return LedgerRow(file, status, reason, None, None, None, MODEL)


ROWS = (
    scored("a.png", 0.2, Decision.UNLIKELY),
    scored("b.png", 0.95, Decision.LIKELY),
    scored("c.png", 0.6),
    unscored("letter.txt"),
    unscored("cut.png", Status.FAILED, "damaged"),
)
