"""Export one film of a screening as DICOM: read again, and refused unless it is what its row says."""

import threading
from collections.abc import Generator
from pathlib import Path
from typing import Final

from core.exports.dicom_export import write_dicom
from core.jobs.events import Progressed, Stage
from core.models.model_header import bundled_model_path, read_header
from core.models.site_record import apply_site_record
from core.screening.events import FilmReading, LedgerRow, Status
from core.screening.folder_listing import find_film
from core.screening.reader_calls import Opinion
from core.system.errors import REFUSALS, FilmUnreadable, JobFailed, Reason
from core.system.language import tr

LARGEST_CHANGE: Final = 0.01  # in probability, where the film's code is not known; as in a summary


def export_film(
    folder: Path,
    row: LedgerRow,
    model: Path | None,
    target: Path,
    cancel: threading.Event,
    keeps_identity: bool = False,
    opinion: Opinion | None = None,
) -> Generator[Progressed, None, Path]:
    """Write the answer of a row with its heat map as DICOM into `target`; returns the capture's path.

    folder: the screened one. model: None is the bundled one. keeps_identity, opinion: as `write_dicom`
    has them. A film that a person had scored despite its refusal is read in the same way.
    Raises JobFailed where the row has no answer, or file or model are not those that gave it.
    """
    from core.screening.single_film import read_single_film

    if row.status is not Status.SCORED:
        raise JobFailed(Reason.UNSUPPORTED, tr("{file} has no answer that could be exported.", file=row.file))
    header = apply_site_record(read_header(model or bundled_model_path()))
    if header.name != row.model:
        sentence = tr(
            "{file} was read by {other}, but {model} is in use now. Choose that model, then export the film.",
            file=row.file,
            other=row.model,
            model=header.name,
        )
        raise JobFailed(Reason.MODEL_INVALID, sentence)
    path = find_film(folder, row)
    try:
        reading = yield from read_single_film(path, model, cancel, ignore_gate=row.reason in REFUSALS)
        if not isinstance(reading, FilmReading) or not _is_answer_of(row, reading):
            raise FilmUnreadable(Reason.DAMAGED, tr("It has changed since it was screened."))
        yield Progressed(Stage.WRITING, 0, None)
        capture, _ = write_dicom(reading, header, target, keeps_identity, opinion)
    except FilmUnreadable as error:
        raise JobFailed(error.reason, f"{row.file}: {error.sentence}") from error
    return capture


def _is_answer_of(row: LedgerRow, reading: FilmReading) -> bool:
    """Return True if a film, and what was read from it now, are those of the row."""
    if row.film and reading.film != row.film:
        return False
    is_same_answer = (reading.model, reading.label, reading.decision) == (row.model, row.label, row.decision)
    is_near = row.probability is not None and abs(reading.probability - row.probability) <= LARGEST_CHANGE
    return is_same_answer and is_near
