"""Scoring one film although it was refused, because a person looked at it and says that it is what is asked for."""

import threading
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import numpy as np

from core.errors import REFUSALS, JobFailed, Reason
from core.events import FilmReading, LedgerRow, Progressed, ScreeningResult, Status
from core.explain import read_one
from core.language import tr
from core.ledger import file_of, write_final
from core.model_file import load_in_use
from core.screening import scored_row


def override(
    result: ScreeningResult, folder: Path, row: LedgerRow, model: Path | None, cancel: threading.Event
) -> Generator[Progressed, None, tuple[LedgerRow, FilmReading, ScreeningResult]]:
    """The row of a refused film with its score, its reading, and the screening with it, also on the disk.

    The row keeps the reason for which it was refused, so that everybody sees that a person overrode it. Raises
    FilmUnreadable or JobFailed: a reason that cannot be overridden, another model than that which screened.
    """
    if row.status is not Status.REFUSED or row.reason not in REFUSALS or not result.completed:
        sentence = tr("{file} was refused because it cannot be scored ({reason}).", file=row.file, reason=row.reason)
        raise JobFailed(Reason.UNSUPPORTED, sentence)
    loaded = load_in_use(model)
    if loaded.header.name != row.model:
        sentence = tr("The folder was screened by {model}; choose that model again.", model=row.model)
        raise JobFailed(Reason.MODEL_INVALID, sentence)
    reading = yield from read_one(file_of(folder, row.file), model, cancel)
    scored = scored_row(loaded, row.file, np.asarray(reading.probabilities), row.reason)
    rows = tuple(scored if other.file == row.file else other for other in result.rows)
    write_final(result.output, rows, loaded.header.classes)
    return scored, reading, replace(result, rows=rows, refused=result.refused - 1, scored=result.scored + 1)
