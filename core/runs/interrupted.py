"""Find the training that was interrupted last, and the dataset it needs to go on."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from core.runs.run_folder import read_card
from core.runs.run_list import Run
from core.runs.search_file import SEARCH
from core.system.files import write_text_atomically

FORGOTTEN: Final = "forgotten"  # its presence in a run's folder says that the run is no longer offered


def find_interrupted(runs: Iterable[Run]) -> Run | None:
    """Return the first of these runs that can go on and was not forgotten; None if there is none.

    Trials do not count: they go on with their search.
    """
    for run in runs:
        is_trial = (run.folder.parent / SEARCH).exists()
        if run.is_resumable and not is_trial and not (run.folder / FORGOTTEN).exists():
            return run
    return None


def forget_run(run: Run) -> None:
    """Offer a run no longer; it stays in the list of runs. Raises JobFailed."""
    write_text_atomically(run.folder / FORGOTTEN, "")


def remember_run(run_dir: Path) -> None:
    """Offer a run again that was forgotten."""
    with suppress(OSError):
        (run_dir / FORGOTTEN).unlink(missing_ok=True)


def find_source(run_dir: Path) -> Path | None:
    """Return the dataset of a run; None if its card does not tell it, or if it is no longer there."""
    try:
        source = Path(read_card(run_dir).dataset)
        return source if source.is_absolute() and source.exists() else None
    except (OSError, ValueError, TypeError, KeyError):
        return None
