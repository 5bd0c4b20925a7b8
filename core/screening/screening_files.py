"""The files of a screening beside its ledger: which may be replaced, which are set aside, none is lost."""

import os
import re
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Final

from core.screening.file_state import NEVER_READ, FileState
from core.screening.film_archive import check_archive
from core.screening.folder_listing import ListedFile
from core.screening.outbox_log import outbox_log_path
from core.screening.reader_calls import CALLS_FILE, calls_path
from core.screening.results_csv import LEDGER, UNFINISHED_LEDGER, partial_path
from core.screening.state_log import STATE_FILE, read_file_states, state_path
from core.system.csv_text import drop_torn_line, parse_csv, unquote_formula
from core.system.errors import JobFailed, Reason
from core.system.files import check_writable, explain_write_errors
from core.system.language import tr
from core.system.outputs import check_output

ASIDE: Final = ".bak"  # suffix of an earlier ledger that was set aside


def check_places(folder: Path, output: Path, heatmaps: Path | None, archive: Path | None = None) -> None:
    """Raise JobFailed if there is no folder to screen, or if its outputs cannot or must not be written.

    heatmaps, archive: folders for heat maps and for answered films, or None. No file of another origin is
    ever replaced.
    """
    if not folder.is_dir():
        raise JobFailed(Reason.DATASET_INVALID, tr("{folder} is not a folder.", folder=folder))
    check_output(output, LEDGER, inputs=[folder])
    check_output(partial_path(output), UNFINISHED_LEDGER, inputs=[folder])
    if not output.exists() and not partial_path(output).exists():  # else the states are theirs, even if damaged
        check_output(state_path(output), STATE_FILE)
    check_writable(output.parent, private=True)
    if heatmaps is not None:
        check_writable(heatmaps)
    if archive is not None:
        check_archive(folder, archive)


def list_own_files(output: Path) -> list[Path]:
    """Return the files that a screening into `output` writes, which are not screened."""
    names = "|".join(re.escape(path.name) for path in (output, partial_path(output)))
    asides = [
        path
        for path in output.parent.glob("*" + ASIDE)
        if re.fullmatch(rf"({names})(-\d+)?{ASIDE}", path.name) and UNFINISHED_LEDGER.is_own(path)
    ]
    ledgers = (output, *asides)
    calls = [path for path in map(calls_path, ledgers) if CALLS_FILE.is_own(path)]
    return [partial_path(output), *ledgers, *map(state_path, ledgers), outbox_log_path(output), *calls]


def set_earlier_aside(output: Path, files: Mapping[str, ListedFile]) -> str | None:
    """Rename an earlier ledger that is not continued; return a sentence on a finished one.

    A finished one, with its calls, is renamed if it has no film in common with `files`, or if films of it
    were moved. A film is another one if its size or time is not what it was when it was read. A ledger
    of the same films is replaced by the new one: it can be made again. Raises JobFailed.
    """
    states = read_file_states(output)
    is_moved = any(state.place.moved_to for state in states.values())
    sentence = None
    if output.exists() and (is_moved or not _has_film_of(output, files, states)):
        aside = _aside_path(output)
        with explain_write_errors(output):
            for companion in (state_path, calls_path):
                if companion(output).exists():
                    companion(output).replace(companion(aside))
            output.replace(aside)
        sentence = tr("{path} listed other films; it is kept as {aside}.", path=output, aside=aside.name)
    unfinished = partial_path(output)
    if unfinished.exists():
        aside = _aside_path(unfinished)
        with explain_write_errors(unfinished):
            if is_moved and state_path(output).exists():  # they tell where its films are
                state_path(output).replace(state_path(aside))
            unfinished.replace(aside)
    return sentence


def _has_film_of(ledger: Path, files: Mapping[str, ListedFile], states: Mapping[str, FileState]) -> bool:
    """Return True if a ledger of any model has no row, or one of these files; False if it cannot be read."""
    try:
        lines = parse_csv(drop_torn_line(ledger.read_bytes()))[1:]
    except (OSError, ValueError):
        return False
    names = {unquote_formula(cells[0]) for cells in lines if cells}
    return not names or any(name in files and _may_be_same(files[name].state, states.get(name)) for name in names)


def _may_be_same(now: FileState | None, then: FileState | None) -> bool:
    """Return False for a file whose size or time of change differs from when it was read."""
    if now is None or then is None or then == NEVER_READ:
        return True
    return (now.size, now.modified_ns) == (then.size, then.modified_ns)


def _aside_path(ledger: Path) -> Path:
    """Return the first name for a ledger to be set aside under which neither it nor a companion exists."""
    for number in count(1):
        aside = ledger.with_name(f"{ledger.name}{f'-{number}' if number > 1 else ''}{ASIDE}")
        if not any(os.path.lexists(path) for path in (aside, state_path(aside), calls_path(aside))):
            break
    return aside
