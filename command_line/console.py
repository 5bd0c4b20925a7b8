"""Print what a command reports: one line for each result, and on a terminal a line of progress."""

import os
import sys
from collections.abc import Generator, Sequence
from contextlib import closing
from typing import TypeVar

from core.datasets.entries import FilmLeftOut
from core.exports.events import FilmNotExported
from core.jobs.events import Noted, Progressed
from core.recipes.recipe import Recipe
from core.recipes.recipe_labels import format_epoch, format_epochs
from core.runs.epoch_log import EpochEnded
from core.screening.events import FilmAnswered, RowSuperseded
from core.system.files import escape_undecodable
from core.system.safe_text import escape_unprintable
from core.training.events import BatchEnded, TrainingStarted, TrialEnded
from core.training.time_estimate import format_duration, format_time_left

Result = TypeVar("Result")


def run_to_end(job: Generator[object, None, Result]) -> Result:
    """Run a job to its end, print its events and return its result."""
    return run_and_count(job)[0]


def run_and_count(job: Generator[object, None, Result]) -> tuple[Result, int]:
    """Run a job as `run_to_end` does; also return how many films it left out."""
    left_out = 0
    recipe: Recipe | None = None
    with closing(job):
        while True:
            try:
                event = next(job)
            except StopIteration as end:
                return end.value, left_out
            if isinstance(event, TrainingStarted):
                recipe = event.recipe
            left_out += isinstance(event, FilmLeftOut)
            print_event(event, recipe)


def print_event(event: object, recipe: Recipe | None = None) -> None:
    """Print an event as a line of its own, or as progress that overwrites itself on a terminal.

    recipe: of the training that runs, if any.
    """
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
    progress = _format_progress(event, recipe)
    if progress and sys.stderr.isatty():
        print(f"\r\x1b[K{progress}", end="", file=sys.stderr, flush=True)


def _format_progress(event: object, recipe: Recipe | None) -> str | None:
    """Return the progress line of an event, None for an event without progress."""
    match event:
        case Progressed(stage, done, total):
            return f"{stage} {done}/{total}" if total else f"{stage} ..."
        case BatchEnded():
            left = f", {format_time_left(event)}" if event.seconds_left is not None else ""
            return (
                f"{_format_number(event, recipe)}, batch {event.batch}/{event.batches}, loss {event.loss:.3f}, "
                f"{event.films_per_second:.0f} films/s{left}"
            )
        case FilmAnswered():
            return f"Screening {event.done}/{event.total}, {format_duration(event.seconds_left or 0)} left"
    return None


def _format_number(event: EpochEnded | BatchEnded, recipe: Recipe | None) -> str:
    """Return the number of an epoch among all, and that in its part of the training."""
    part = format_epoch(recipe, event.epoch) if recipe else ""
    return f"Epoch {event.epoch}/{event.epochs}" + (f" ({part})" if part else "")


def _format_epoch(event: EpochEnded, recipe: Recipe | None) -> str:
    """Return one line with the figures of an epoch."""
    rates = ""
    if event.validation_sensitivity is not None:
        rates = f", sens. {event.validation_sensitivity:.3f}, spec. {event.validation_specificity:.3f}"
    return (
        f"{_format_number(event, recipe)}: loss {event.training_loss:.3f}, accuracy "
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
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr)
    try:
        print(escape_unprintable(text), flush=True)
    except OSError:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)
