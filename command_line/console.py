"""What a command says: one line for what matters, and on a terminal a line of progress. Decides nothing."""

import os
import sys
from collections.abc import Generator
from contextlib import closing
from typing import TypeVar

from core.datasets.events import FilmLeftOut
from core.jobs.events import Noted, Progressed
from core.runs.epoch_log import EpochEnded
from core.screening.events import FilmAnswered
from core.system.files import escape_undecodable
from core.system.safe_text import escape_unprintable
from core.training.events import BatchEnded, TrainingStarted, TrialEnded
from core.training.time_estimate import format_duration, format_time_left

Result = TypeVar("Result")


def run_to_end(job: Generator[object, None, Result]) -> Result:
    """Run a job to its end, printing its events."""
    with closing(job):
        while True:
            try:
                event = next(job)
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]
            show(event)


def show(event: object) -> None:
    """One line for what matters; on a terminal also a line of progress that overwrites itself."""
    progress = None
    match event:
        case Progressed(stage, done, total):
            progress = f"{stage} {done}/{total}" if total else f"{stage} ..."
        case BatchEnded():
            left = f", {format_time_left(event)}" if event.seconds_left is not None else ""
            progress = (
                f"Epoch {event.epoch}/{event.epochs}, batch {event.batch}/{event.batches}, loss {event.loss:.3f}, "
                f"{event.films_per_second:.0f} films/s{left}"
            )
        case FilmAnswered():
            progress = f"Screening {event.done}/{event.total}, {format_duration(event.seconds_left or 0)} left"
        case EpochEnded():
            sides = ""
            if event.validation_sensitivity is not None:
                sides = f", sens. {event.validation_sensitivity:.3f}, spec. {event.validation_specificity:.3f}"
            say(
                f"Epoch {event.epoch}/{event.epochs}: loss {event.training_loss:.3f}, accuracy "
                f"{event.training_accuracy:.3f}; validation loss {event.validation_loss:.3f}, accuracy "
                f"{event.validation_accuracy:.3f}, AUC {event.validation_auc:.3f}{sides}; {event.seconds:.0f} s"
                f"{'; best so far' if event.is_best else ''}"
            )
        case TrainingStarted():
            say(
                f"{event.training_films} films for training, {event.validation_films} for validation, "
                f"{event.test_films} for the test; {event.device}"
            )
        case TrialEnded():
            end = "given up early" if event.pruned else "finished"
            say(f"Trial {event.number} {end}: validation AUC {event.auc:.3f} ({event.run_dir})")
        case Noted(sentence):
            say(sentence)
        case FilmLeftOut(path, reason, sentence):
            say(f"Left out: {escape_undecodable(str(path))} ({reason}). {sentence}")
    if progress and sys.stderr.isatty():
        print(f"\r\x1b[K{progress}", end="", file=sys.stderr, flush=True)


def say(text: str) -> None:
    """Say something; a log on a full disk, or a closed pipe, must not end the work."""
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr)
    try:
        print(escape_unprintable(text), flush=True)
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
