"""Open a list of screened films as it is on the disk: nothing is screened and nothing is written."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.models.model_header import ModelHeader, bundled_model_path, read_header
from core.models.site_record import apply_site_record, format_validation
from core.screening.cautions import (
    format_age_caution,
    format_unlike_caution,
    format_wrong_folder,
    list_outside_ages,
)
from core.screening.events import LedgerRow, ScreeningResult, Status
from core.screening.folder_listing import path_of_name
from core.screening.reader_calls import Call, calls_path, read_calls
from core.screening.results_csv import UNFINISHED, partial_path, read_ledger
from core.screening.seen_films import read_seen, seen_path
from core.screening.state_log import add_film_code, read_states
from core.system.errors import JobFailed, Reason
from core.system.language import tr


@dataclass(frozen=True, slots=True)
class Worklist:
    """A screening with its reader's calls.

    output: the ledger when it is complete. model: file of the model that screened, None for the
    bundled one. header: of that model at that operating point, None if neither is at hand any more.
    classes: negative first. is_accepted: whether that model passed an acceptance test at this site.
    screened_at: local time of the last row, ISO 8601. seen: films whose answer the reader has seen.
    """

    folder: Path
    output: Path
    result: ScreeningResult
    classes: tuple[str, ...]
    model: Path | None
    header: ModelHeader | None
    is_accepted: bool
    screened_at: str
    calls: tuple[Call, ...] = ()
    seen: frozenset[str] = frozenset()


def final_ledger_path(ledger: Path) -> Path:
    """Return the path that a ledger, possibly unfinished, has once it is complete."""
    return ledger.with_name(ledger.name.removesuffix(UNFINISHED))


def open_worklist(
    ledger: Path, folder: Path, models: Sequence[Path | None] = (), classes: tuple[str, ...] = ()
) -> Worklist:
    """Return the list in a ledger, finished or not, with calls and seen films.

    folder: the folder that was screened. Rows of films that are no longer there stay. models: files
    of which one may be the model that screened; the bundled one is always tried. classes: negative
    first, as far as known. Raises JobFailed if a file cannot be read, or if the folder holds none
    of the films.
    """
    output = final_ledger_path(ledger)
    is_complete = output.exists()
    rows, columns = read_ledger(output if is_complete else partial_path(output))
    _check_folder(folder, rows)
    names = {row.model for row in rows}
    if len(names) > 1:
        sentence = tr("{path} holds films of several models: {names}.", path=ledger, names=", ".join(sorted(names)))
        raise JobFailed(Reason.NOTHING_TO_RESUME, sentence)
    model, header = _find_model(models, names)
    states = read_states(output, rows)
    rows = [add_film_code(row, states.get(row.file)) for row in rows]
    counts = Counter(row.status for row in rows)
    is_accepted, validation = (False, "") if header is None else format_validation(header)
    outside = [] if header is None else list_outside_ages(rows, states, header.ages)
    result = ScreeningResult(
        output=output if is_complete else partial_path(output),
        completed=is_complete,
        found=len(rows),
        scored=counts[Status.SCORED],
        refused=counts[Status.REFUSED],
        failed=counts[Status.FAILED],
        validation=validation,
        drift=(*format_unlike_caution(rows), *(() if header is None else format_age_caution(outside, header.ages))),
        rows=tuple(rows),
    )
    calls = calls_path(output)
    return Worklist(
        folder=folder,
        output=output,
        result=result,
        classes=(header.classes if header else columns or classes or guess_classes(rows)),
        model=model,
        header=header,
        is_accepted=is_accepted,
        screened_at=_format_time(result.output),
        calls=tuple(read_calls(calls)) if calls.exists() else (),
        seen=frozenset(read_seen(seen_path(output))),
    )


def _check_folder(folder: Path, rows: Sequence[LedgerRow]) -> None:
    """Raise JobFailed if a folder holds none of the films: calls would be on other patients' films."""
    if rows and not any(path_of_name(folder, row.file).exists() for row in rows):
        raise JobFailed(Reason.DATASET_INVALID, format_wrong_folder(folder, len(rows)))


def _format_time(ledger: Path) -> str:
    """Return when a ledger was last written: local time, ISO 8601 to the second."""
    return datetime.fromtimestamp(ledger.stat().st_mtime).astimezone().isoformat(timespec="seconds")


def _find_model(models: Sequence[Path | None], names: Iterable[str]) -> tuple[Path | None, ModelHeader | None]:
    """Return the model of this name among files, with its header; the bundled one where none is at hand."""
    for path in (*models, None):
        try:
            header = apply_site_record(read_header(path or bundled_model_path()))
        except JobFailed:
            continue  # moved or damaged since
        if header.name in names:
            return path, header
    return None, None


def guess_classes(rows: Iterable[LedgerRow]) -> tuple[str, ...]:
    """Return the classes of rows, the one with the lowest probabilities of the finding first."""
    lowest: dict[str, float] = {}
    for row in rows:
        if row.label and row.probability is not None:
            lowest[row.label] = min(row.probability, lowest.get(row.label, 1.0))
    return tuple(sorted(lowest, key=lambda label: lowest[label]))
