"""The files of a screening beside its ledger: which may be replaced, which are set aside, none is lost."""

import re
from collections.abc import Container
from contextlib import suppress
from pathlib import Path
from typing import Final

from core.screening.reader_calls import CALLS_FILE, calls_path
from core.screening.results_csv import LEDGER, UNFINISHED_LEDGER, partial_path
from core.screening.state_log import STATE_FILE, state_path
from core.system.csv_text import drop_torn_line, parse_csv, unquote_formula
from core.system.files import check_writable, explain_write_errors, unused_path
from core.system.language import tr
from core.system.outputs import check_output

ASIDE: Final = ".bak"  # suffix of an earlier ledger that was set aside


def check_outputs(output: Path, heatmaps: Path | None) -> None:
    """Raise JobFailed if a screening into `output` would replace a file of another origin, or cannot write there.

    heatmaps: folder for heat maps, or None.
    """
    check_output(output, LEDGER)
    check_output(partial_path(output), UNFINISHED_LEDGER)
    if not output.exists() and not partial_path(output).exists():  # else the states are theirs, even if damaged
        check_output(state_path(output), STATE_FILE)
    check_writable(output.parent, private=True)
    if heatmaps is not None:
        check_writable(heatmaps)


def list_own_files(output: Path) -> list[Path]:
    """Return the files that a screening into `output` writes, which are not screened."""
    names = "|".join(re.escape(path.name) for path in (output, partial_path(output)))
    asides = [
        path
        for path in output.parent.glob("*" + ASIDE)
        if re.fullmatch(rf"({names})(-\d+)?{ASIDE}", path.name) and UNFINISHED_LEDGER.is_own(path)
    ]
    ledgers = (output, *asides)
    calls = [path for path in map(calls_path, ledgers) if path.exists() and CALLS_FILE.may_be_replaced(path)]
    return [partial_path(output), *ledgers, *map(state_path, ledgers), *calls]


def set_unfinished_aside(output: Path) -> None:
    """Rename an unfinished ledger that is not resumed. Raises JobFailed."""
    unfinished = partial_path(output)
    if unfinished.exists():
        with explain_write_errors(unfinished):
            unfinished.replace(_aside_path(unfinished))


def set_other_films_aside(output: Path, files: Container[str]) -> str | None:
    """Rename a finished ledger, with its calls, that lists other films than these; return a sentence on it.

    A ledger of the same films is replaced by the new one: it can be made again. Raises JobFailed.
    """
    if not output.exists() or all(name in files for name in _read_names(output)):
        return None
    aside = _aside_path(output)
    with explain_write_errors(output):
        for companion in (state_path, calls_path):
            if companion(output).exists():
                companion(output).replace(companion(aside))
        output.replace(aside)
    return tr("{path} listed other films; it is kept as {aside}.", path=output, aside=aside.name)


def _aside_path(ledger: Path) -> Path:
    return unused_path(ledger.with_name(ledger.name + ASIDE))


def _read_names(ledger: Path) -> list[str]:
    """Return the films of a ledger of any model; none if it cannot be read."""
    with suppress(OSError, ValueError):
        return [unquote_formula(cells[0]) for cells in parse_csv(drop_torn_line(ledger.read_bytes()))[1:] if cells]
    return []
