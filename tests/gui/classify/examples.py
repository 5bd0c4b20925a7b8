"""Rows, results and readings of screenings that never took place."""

from pathlib import Path

import numpy as np

from core.films.dicom_details import FilmDetails
from core.films.film_facts import FilmFacts
from core.films.film_notes import Note
from core.models.decision import Decision
from core.screening.events import FilmReading, FilmRefusal, LedgerRow, ScreeningResult, Status
from core.screening.reader_calls import Call, CallBook
from core.system.errors import Reason

FOLDER = Path("films")
CLASSES = ("NORMAL", "PNEUMONIA")
MODEL = "resnet 12345678"


def scored(file, probability, label=None, model=MODEL):
    """A row of a film; likely from 0.7 on, review from 0.3 on."""
    decisions = {0.7: Decision.LIKELY, 0.3: Decision.REVIEW, 0.0: Decision.UNLIKELY}
    decision = next(decision for bound, decision in decisions.items() if probability >= bound)
    return LedgerRow(file, Status.SCORED, "", label or CLASSES[probability >= 0.5], probability, decision, model)


def refused(file, reason="not_an_image"):
    return LedgerRow(file, Status.REFUSED, reason, None, None, None, MODEL)


def failed(file, reason="damaged"):
    return LedgerRow(file, Status.FAILED, reason, None, None, None, MODEL)


ROWS = (
    scored("likely.png", 0.9),
    scored("review.png", 0.5),
    scored("unlikely.png", 0.1),
    refused("notes.txt"),
    failed("torn.dcm"),
)


def screening(rows=ROWS, output=Path("2026-01-01-screening.csv"), completed=True, drift=()):
    """The result of a screening with these rows."""
    counts = [sum(row.status is status for row in rows) for status in Status]
    return ScreeningResult(output, completed, len(rows), *counts, "Not validated here.", drift, tuple(rows))


FACTS = FilmFacts(
    stored_width=96,
    stored_height=64,
    bits=12,
    transfer_syntax="1.2.840.10008.1.2.1",
    window="2048/4096 LINEAR",
    view="PA",
    age_years=4.0,
    notes=(Note.PADDING_HIDDEN,),
)


def refusal(name="photo.png", reason=Reason.COLOUR_PHOTO, model=MODEL):
    """A film that was opened alone and refused."""
    return FilmRefusal(FOLDER / name, reason, model, FilmDetails(), FACTS, np.full((64, 96), 90, np.uint8))


def reading(name="likely.png", probability=0.9, model=MODEL, **changes):
    """A film with the model's answer: grey, with heat in its middle."""
    row = scored(name, probability)
    heat = np.zeros((64, 96), np.float32)
    heat[24:40, 36:60] = 1
    values = {
        "path": FOLDER / name, "label": row.label, "finding": "PNEUMONIA", "probability": probability,
        "probabilities": probability, "threshold": 0.5, "decision": row.decision, "model": model,
        "validation": "Not validated here.", "details": FilmDetails(age="4 years", view="PA"), "facts": FACTS,
        "pixels": np.full((64, 96), 90, np.uint8), "heat": heat, **changes,
    }  # fmt: skip
    return FilmReading(**values)


def call(file, reader="PNEUMONIA", note=""):
    return Call(file, reader, False, note, "2026-01-01T12:00:00+01:00")


def book(*calls):
    """These calls of a reader; changes are kept in memory only."""
    return CallBook(calls, lambda _call: None)
