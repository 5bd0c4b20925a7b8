"""Print what a command reports: a line for each result and event, and on a terminal a line of progress.

`--quiet` leaves results, warnings and errors; `--verbose` adds the log.
"""

import logging
import os
import sys
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from contextvars import ContextVar
from enum import Enum
from typing import Final, TextIO, TypeVar

from command_line.progress_line import ProgressLine, format_number, make_room
from core.datasets.entries import FilmLeftOut
from core.exports.events import FilmNotExported
from core.jobs.events import Noted, Progressed, Severity
from core.recipes.recipe import Recipe
from core.recipes.recipe_labels import format_epochs
from core.runs.epoch_log import EpochEnded
from core.screening.events import RowSuperseded
from core.system.files import escape_undecodable
from core.system.safe_text import escape_unprintable
from core.training.events import TrainingStarted, TrialEnded

Result = TypeVar("Result")
log = logging.getLogger(__name__)


class Verbosity(Enum):
    """How much is printed beside errors.

    SILENT: nothing. QUIET: results and warnings. NORMAL: also events and progress. VERBOSE: also the log.
    """

    SILENT = "silent"
    QUIET = "quiet"
    NORMAL = "normal"
    VERBOSE = "verbose"


_verbosity: Final = ContextVar("verbosity", default=Verbosity.NORMAL)


@contextmanager
def print_as(verbosity: Verbosity) -> Iterator[None]:
    """Print this much until the context ends."""
    token = _verbosity.set(verbosity)
    root = logging.getLogger()
    level, outer = root.level, [handler for handler in root.handlers if isinstance(handler, _LogLines)]
    own = [_LogLines()] if verbosity is Verbosity.VERBOSE else []
    _replace_handlers(outer, own)
    if own:
        root.setLevel(logging.INFO)
    try:
        yield
    finally:
        root.setLevel(level)
        _replace_handlers(own, outer)
        _verbosity.reset(token)


def _replace_handlers(old: list["_LogLines"], new: list["_LogLines"]) -> None:
    """Replace handlers of the root logger."""
    root = logging.getLogger()
    for handler in old:
        root.removeHandler(handler)
    for handler in new:
        root.addHandler(handler)


class _LogLines(logging.StreamHandler[TextIO]):
    """Prints the log on standard error, unprintable characters escaped."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))

    def format(self, record: logging.LogRecord) -> str:
        return escape_unprintable(super().format(record))

    def emit(self, record: logging.LogRecord) -> None:
        with make_room(_terminal()):
            super().emit(record)


def _terminal() -> TextIO | None:
    """Return standard error if it is a terminal."""
    return sys.stderr if sys.stderr.isatty() else None


def run_to_end(job: Generator[object, None, Result]) -> Result:
    """Run a job to its end, print its events and return its result."""
    return run_and_count(job)[0]


def run_and_count(job: Generator[object, None, Result]) -> tuple[Result, int]:
    """Run a job as `run_to_end` does; also return how many films it left out."""
    left_out = 0
    recipe: Recipe | None = None
    stage: str | None = None
    is_quiet = _verbosity.get() in (Verbosity.SILENT, Verbosity.QUIET)
    with closing(job), closing(ProgressLine(None if is_quiet else _terminal())) as progress:
        while True:
            try:
                event = next(job)
            except StopIteration as end:
                return end.value, left_out
            if isinstance(event, TrainingStarted):
                recipe = event.recipe
            if isinstance(event, Progressed) and event.stage != stage:
                stage = event.stage
                log.info("%s", stage)
            left_out += isinstance(event, FilmLeftOut)
            print_event(event, recipe)
            progress.show(event, recipe)


def print_event(event: object, recipe: Recipe | None = None) -> None:
    """Print an event as a line of its own; nothing for one that is only progress.

    Quiet commands print warnings and what was left out. recipe: of the training that runs, if any.
    """
    if _verbosity.get() is Verbosity.QUIET and not _is_warning(event):
        return
    match event:
        case EpochEnded():
            print_line(_format_epoch(event, recipe))
        case TrainingStarted():
            print_line(
                f"{event.training_films} films for training, {event.validation_films} for validation, "
                f"{event.test_films} for the test; {event.device}\n{format_epochs(event.recipe)}"
            )
        case TrialEnded():
            end = "stopped early" if event.pruned else "finished"
            print_line(f"Trial {event.number} {end}: validation AUC {event.auc:.3f} ({event.run_dir})")
        case Noted(sentence):
            print_line(sentence)
        case RowSuperseded(row):
            print_line(f"Changed since it was screened, so it is read again: {row.file}")
        case FilmLeftOut(path, reason, sentence):
            print_line(f"Left out: {escape_undecodable(str(path))} ({reason}). {sentence}")
        case FilmNotExported(_, sentence):
            print_line(f"Not exported: {sentence}")


def _is_warning(event: object) -> bool:
    """Return whether an event is needed to judge a result."""
    is_warning = isinstance(event, Noted) and event.severity is not Severity.INFORMATION
    return is_warning or isinstance(event, FilmLeftOut | FilmNotExported)


def _format_epoch(event: EpochEnded, recipe: Recipe | None) -> str:
    """Return one line with the figures of an epoch."""
    rates = ""
    if event.validation_sensitivity is not None:
        rates = f", sens. {event.validation_sensitivity:.3f}, spec. {event.validation_specificity:.3f}"
    return (
        f"{format_number(event, recipe)}: loss {event.training_loss:.3f}, accuracy "
        f"{event.training_accuracy:.3f}; validation loss {event.validation_loss:.3f}, accuracy "
        f"{event.validation_accuracy:.3f}, AUC {event.validation_auc:.3f}{rates}; {event.seconds:.0f} s"
        f"{'; best so far' if event.is_best else ''}"
    )


def print_table(rows: Sequence[Sequence[str]]) -> None:
    """Print rows of the same length, their columns aligned."""
    shown = [[escape_unprintable(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    for row in shown:
        print_line("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def print_line(text: str) -> None:
    """Print text, unprintable characters escaped. A full disk or closed pipe ends no job."""
    if _verbosity.get() is Verbosity.SILENT:
        return
    try:
        with make_room(_terminal()):
            print(escape_unprintable(text), flush=True)
    except OSError:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)
