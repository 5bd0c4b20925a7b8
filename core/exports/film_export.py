"""Export films of a screening as DICOM: each is read again, and refused unless it is what its row says."""

import threading
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from core.exports.dicom_export import write_dicom
from core.exports.events import FilmNotExported, FilmsExported
from core.jobs.events import Progressed, Stage
from core.jobs.progress import Pace
from core.screening.events import FilmReading, LedgerRow, Status
from core.screening.folder_listing import find_film
from core.screening.reader_agreement import list_opinions
from core.screening.reader_calls import Call, Opinion
from core.screening.worklist_file import Worklist, find_row
from core.system.errors import REFUSALS, FilmUnreadable, JobFailed, Reason
from core.system.language import tr

if TYPE_CHECKING:
    from core.inference.scoring_model import ScoringModel

LARGEST_CHANGE: Final = 0.01  # in probability, where the film's code is not known; as in a summary
OF_TARGET: Final = frozenset({Reason.OUTPUT_NOT_WRITABLE, Reason.DISK_FULL})  # so no other film can be written


def select_films(worklist: Worklist, names: Sequence[str]) -> list[LedgerRow]:
    """Return the rows of these files, as `find_row` finds them; without names those of all scored films."""
    if names:
        return [find_row(worklist, name) for name in names]
    return [row for row in worklist.result.rows if row.status is Status.SCORED]


def export_films(
    folder: Path,
    rows: Sequence[LedgerRow],
    calls: Sequence[Call],
    model: Path | None,
    target: Path,
    cancel: threading.Event,
    keeps_identity: bool = False,
) -> Generator[Progressed | FilmNotExported, None, FilmsExported]:
    """Write the answer of each row as `export_film` does, with the reader's opinion on it.

    rows: those to export; one that cannot be is reported and left out. calls: of the whole list.
    Raises JobFailed where nothing can be written into `target`.
    """
    opinions = list_opinions(rows, calls)
    written = 0
    left_out: list[FilmNotExported] = []
    pace = Pace(Stage.WRITING, len(rows))
    for done, row in enumerate(rows, start=1):
        if cancel.is_set():
            return FilmsExported(written, tuple(left_out), completed=False)
        try:
            for _event in export_film(folder, row, model, target, cancel, keeps_identity, opinions.get(row.file)):
                pass  # the progress of one film: that of the list matters
            written += 1
        except JobFailed as error:
            if error.reason in OF_TARGET:
                raise
            left_out.append(FilmNotExported(row.file, error.sentence))
            yield left_out[-1]
        if progress := pace.progress_at(done):
            yield progress
    return FilmsExported(written, tuple(left_out), completed=True)


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

    folder: the screened one. model: None is the bundled one. keeps_identity, opinion: as `build_dicom`
    has them. A film that a person had scored despite its refusal is read in the same way.
    Raises JobFailed where the row has no answer, or file or model are not those that gave it.
    """
    from core.inference.scoring_model import open_model

    yield Progressed(Stage.LOADING_NETWORK, 0, 2)
    loaded = open_model(model)
    yield Progressed(Stage.EXPLAINING, 1, 2)
    reading = read_answer(folder, row, loaded)
    yield Progressed(Stage.WRITING, 0, None)
    try:
        capture, _ = write_dicom(reading, loaded.header, target, keeps_identity, opinion)
    except FilmUnreadable as error:
        raise JobFailed(error.reason, f"{row.file}: {error.sentence}") from error
    return capture


def read_answer(folder: Path, row: LedgerRow, model: "ScoringModel") -> FilmReading:
    """Read the film of a row again, with its heat map.

    folder: the screened one. Raises JobFailed where the row has no answer, or file or model are not
    those that gave it.
    """
    from core.screening.single_film import read_film

    if row.status is not Status.SCORED:
        raise JobFailed(Reason.UNSUPPORTED, tr("{file} has no answer that could be exported.", file=row.file))
    if model.header.name != row.model:
        sentence = tr(
            "{file} was read by {other}, but {model} is in use now. Choose that model, then export the film.",
            file=row.file,
            other=row.model,
            model=model.header.name,
        )
        raise JobFailed(Reason.MODEL_INVALID, sentence)
    try:
        reading = read_film(find_film(folder, row), model, ignore_gate=row.reason in REFUSALS)
    except FilmUnreadable as error:
        raise JobFailed(error.reason, f"{row.file}: {error.sentence}") from error
    if not isinstance(reading, FilmReading) or not _is_answer_of(row, reading):
        raise JobFailed(Reason.DAMAGED, f"{row.file}: {tr('It has changed since it was screened.')}")
    return reading


def _is_answer_of(row: LedgerRow, reading: FilmReading) -> bool:
    """Return True if a film, and what was read from it now, are those of the row."""
    if row.film and reading.film != row.film:
        return False
    is_same_answer = (reading.model, reading.label, reading.decision) == (row.model, row.label, row.decision)
    is_near = row.probability is not None and abs(reading.probability - row.probability) <= LARGEST_CHANGE
    return is_same_answer and is_near
