"""Open a list of screened films as it is on the disk: nothing is screened and nothing is written."""

import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from core.models.model_header import ModelHeader, bundled_model_path, read_header
from core.models.site_record import apply_site_record, format_validation, shorten_validation
from core.screening.cautions import (
    format_age_caution,
    format_unlike_caution,
    format_wrong_folder,
    list_outside_ages,
)
from core.screening.events import LedgerRow, ScreeningResult, Status
from core.screening.file_state import NEVER_READ, FileState
from core.screening.folder_listing import find_film, relative_name
from core.screening.reader_calls import Call, calls_path, read_calls
from core.screening.results_csv import UNFINISHED, partial_path, read_ledger
from core.screening.state_log import add_film, read_states
from core.system.errors import JobFailed, Reason
from core.system.language import tr

CHANGED_FILM: Final = "changed"  # in place of a film's code where the file was read again later: fits no film


@dataclass(frozen=True, slots=True)
class Worklist:
    """A screening with its reader's calls.

    folder: the screened one, None where it is not at hand. output: the ledger when it is complete.
    model: file of the model that screened, None for the bundled one. header: of that model at that
    operating point, None if neither is at hand any more. classes: negative first, () where they are
    not known. validation: "" if that model passed an acceptance test at this site, else that it did
    not, in a few words. screened_at: local time of the last row, ISO 8601.
    """

    folder: Path | None
    output: Path
    result: ScreeningResult
    classes: tuple[str, ...]
    model: Path | None
    header: ModelHeader | None
    validation: str
    screened_at: str
    calls: tuple[Call, ...] = ()


def final_ledger_path(ledger: Path) -> Path:
    """Return the path that a ledger, possibly unfinished, has once it is complete."""
    return ledger.with_name(ledger.name.removesuffix(UNFINISHED))


def open_worklist(
    ledger: Path, folder: Path | None, models: Sequence[Path | None] = (), classes: tuple[str, ...] = ()
) -> Worklist:
    """Return the list in a ledger, finished or not, with its calls.

    folder: the folder that was screened; None where no film will be read. Rows of films that are no
    longer there stay. models: files of which one may be the model that screened; the bundled one is
    always tried. classes: negative first, as far as known. Raises JobFailed if a file cannot be read,
    or if the folder holds none of the films.
    """
    output = final_ledger_path(ledger)
    present = partial_path(output) if partial_path(output).exists() else output  # an unfinished one is the newer one
    rows, columns = read_ledger(present)
    states = read_states(output, rows)
    rows = [_add_film(row, states.get(row.file)) for row in rows]
    if folder is not None:
        _check_folder(folder, rows)
    model, header = _find_model(models, _find_model_name(ledger, rows))
    calls = calls_path(output)
    return Worklist(
        folder=folder,
        output=output,
        result=_build_result(present, present == output, rows, states, header),
        classes=header.classes if header else columns or classes or guess_classes(rows),
        model=model,
        header=header,
        validation=find_fault(header),
        screened_at=_format_time(present),
        calls=tuple(read_calls(calls)) if calls.exists() else (),
    )


def find_row(worklist: Worklist, name: str) -> LedgerRow:
    """Return the row of a file, which is named as in the ledger or by a path below the screened folder.

    Raises JobFailed (dataset_invalid) where the list has no such file.
    """
    names = {name}
    if worklist.folder is not None:
        path, folder = (Path(os.path.normpath(Path(place).absolute())) for place in (name, worklist.folder))
        if path.is_relative_to(folder):
            names.add(relative_name(path, folder))
    for row in worklist.result.rows:
        if row.file in names:
            return row
    raise JobFailed(Reason.DATASET_INVALID, tr("{file} is not in {path}.", file=name, path=worklist.result.output))


def find_fault(header: ModelHeader | None) -> str:
    """Return in a few words that a model was not accepted at this site, "" if it was or is not known."""
    return "" if header is None or format_validation(header)[0] else shorten_validation(header)


def _find_model_name(ledger: Path, rows: Sequence[LedgerRow]) -> str:
    """Return the name of the one model that made the rows, "" without rows. Raises JobFailed for several."""
    names = sorted({row.model for row in rows})
    if len(names) > 1:
        sentence = tr("{path} holds films of several models: {names}.", path=ledger, names=", ".join(names))
        raise JobFailed(Reason.NOTHING_TO_RESUME, sentence)
    return names[0] if names else ""


def _add_film(row: LedgerRow, state: FileState | None) -> LedgerRow:
    row = add_film(row, state)
    return replace(row, film=CHANGED_FILM) if state == NEVER_READ else row


def _build_result(
    ledger: Path,
    is_complete: bool,
    rows: Sequence[LedgerRow],
    states: Mapping[str, FileState],
    header: ModelHeader | None,
) -> ScreeningResult:
    """Return the result of the screening that wrote `ledger`, as far as its files tell."""
    counts = Counter(row.status for row in rows)
    ages = None if header is None else header.ages
    return ScreeningResult(
        output=ledger,
        completed=is_complete,
        found=len(rows),
        scored=counts[Status.SCORED],
        refused=counts[Status.REFUSED],
        failed=counts[Status.FAILED],
        validation="" if header is None else format_validation(header)[1],
        drift=(*format_unlike_caution(rows), *format_age_caution(list_outside_ages(rows, states, ages), ages)),
        rows=tuple(rows),
    )


def _check_folder(folder: Path, rows: Sequence[LedgerRow]) -> None:
    """Raise JobFailed if a folder holds none of the films: calls would be on other patients' films.

    Films that were moved into an archive are found in whatever folder.
    """
    if rows and not any(row.place.is_moved or find_film(folder, row).exists() for row in rows):
        raise JobFailed(Reason.DATASET_INVALID, format_wrong_folder(folder, len(rows)))


def _format_time(ledger: Path) -> str:
    """Return when a ledger was last written: local time, ISO 8601 to the second."""
    return datetime.fromtimestamp(ledger.stat().st_mtime).astimezone().isoformat(timespec="seconds")


def _find_model(models: Sequence[Path | None], name: str) -> tuple[Path | None, ModelHeader | None]:
    """Return the model of this name among files, with its header; the bundled one where none is at hand."""
    for path in (*models, None):
        try:
            header = apply_site_record(read_header(path or bundled_model_path()))
        except JobFailed:
            continue  # moved or damaged since
        if header.name == name:
            return path, header
    return None, None


def guess_classes(rows: Iterable[LedgerRow]) -> tuple[str, ...]:
    """Return both classes of rows, the one with the lowest probabilities of the finding first.

    () if the rows have other than two: what the reader's keys mean must not depend on the films.
    """
    lowest: dict[str, float] = {}
    for row in rows:
        if row.label and row.probability is not None:
            lowest[row.label] = min(row.probability, lowest.get(row.label, 1.0))
    return tuple(sorted(lowest, key=lambda label: lowest[label])) if len(lowest) == 2 else ()
