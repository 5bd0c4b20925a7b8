"""Read the trainings on disk as the window lists them, with the one that was interrupted."""

from dataclasses import dataclass
from pathlib import Path

from core.runs.interrupted import find_interrupted
from core.runs.run_list import Run, read_runs


@dataclass(frozen=True, slots=True)
class RunListing:
    """The stored trainings, newest first, and the folders of those that cannot be read.

    interrupted: the training to offer for being resumed, if any.
    """

    runs: tuple[Run, ...]
    unreadable: tuple[Path, ...] = ()
    interrupted: Run | None = None


def read_listing(root: Path) -> RunListing:
    """Read the trainings in a folder."""
    runs, unreadable = read_runs(root)
    return RunListing(runs, unreadable, find_interrupted(runs))
