"""The line of progress on a terminal, drawn by tqdm."""

import os
import threading
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final, TextIO

from core.jobs.events import Progressed
from core.recipes.recipe import Recipe
from core.recipes.recipe_labels import format_epoch
from core.runs.epoch_log import EpochEnded
from core.screening.events import FilmAnswered
from core.training.events import BatchEnded
from core.training.time_estimate import format_duration, format_time_left

if TYPE_CHECKING:
    from tqdm import tqdm

USUAL_COLUMNS: Final = 80


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a part of a job is. total: None if it cannot be known. note: behind the numbers."""

    part: str
    done: int
    total: int | None
    note: str = ""


class ProgressLine:
    """Shows the progress of a job as the last line of a terminal; closed, it leaves nothing behind."""

    def __init__(self, stream: TextIO | None) -> None:
        """stream: the terminal, None to show nothing."""
        self._stream = stream
        self._shown: Progress | None = None
        self._bar: tqdm | None = None

    def show(self, event: object, recipe: Recipe | None = None) -> None:
        """Show the progress that an event reports, if it does. recipe: of the training that runs, if any."""
        progress = describe_progress(event, recipe)
        if progress is None or self._stream is None:
            return
        if self._bar is None or not _continues(self._shown, progress):
            self.close()
            self._bar = _start_bar(self._stream, progress)
        self._shown = progress
        self._bar.set_postfix_str(progress.note, refresh=False)
        self._bar.update(progress.done - self._bar.n)

    def close(self) -> None:
        """Remove the line."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def _continues(before: Progress | None, progress: Progress) -> bool:
    """Return whether progress is further on in the same part of a job."""
    return (
        before is not None
        and (before.part, before.total) == (progress.part, progress.total)
        and before.done <= progress.done
    )


@cache
def _load_tqdm() -> "type[tqdm]":
    """Import tqdm, which the start of the window need not wait for."""
    from tqdm import tqdm

    # tqdm's own lock is also one of multiprocessing, which would settle how this program starts its child processes
    tqdm.set_lock(threading.RLock())
    tqdm.monitor_interval = 0  # no thread that looks for bars that stand still
    return tqdm  # type: ignore[no-any-return]


def _start_bar(stream: TextIO, progress: Progress) -> "tqdm":
    is_measurable = _is_measurable(stream)
    return _load_tqdm()(  # type: ignore[no-any-return]
        desc=progress.part,
        initial=progress.done,
        total=progress.total,
        postfix=progress.note,
        bar_format="{desc} ..." if progress.total is None else "{desc} |{bar:20}| {n_fmt}/{total_fmt}{postfix}",
        file=stream,
        leave=False,
        miniters=1,
        ncols=None if is_measurable else USUAL_COLUMNS,
        dynamic_ncols=is_measurable,
    )


def _is_measurable(stream: TextIO) -> bool:
    """Return False for a terminal that says it has no columns, as a new pseudo-terminal does."""
    try:
        return os.get_terminal_size(stream.fileno()).columns > 0
    except (OSError, ValueError):
        return True  # no terminal, or a closed one: tqdm decides


def make_room(stream: TextIO | None) -> AbstractContextManager[None]:
    """Return a context in which lines can be printed: no progress is shown within it.

    stream: the terminal that progress is shown on, None for none.
    """
    return nullcontext() if stream is None else _load_tqdm().external_write_mode(stream)


def describe_progress(event: object, recipe: Recipe | None) -> Progress | None:
    """Return the progress that an event reports, None for an event without progress."""
    match event:
        case Progressed(stage, done, total, seconds_left):
            return Progress(stage, done, total, _format_left(seconds_left))
        case BatchEnded():
            left = f", {format_time_left(event)}" if event.seconds_left is not None else ""
            note = f"loss {event.loss:.3f}, {event.films_per_second:.0f} films/s{left}"
            return Progress(f"{format_number(event, recipe)}, batch", event.batch, event.batches, note)
        case FilmAnswered():
            return Progress("Screening", event.done, event.total, _format_left(event.seconds_left))
    return None


def _format_left(seconds: float | None) -> str:
    return "" if seconds is None else f"{format_duration(seconds)} left"


def format_number(event: EpochEnded | BatchEnded, recipe: Recipe | None) -> str:
    """Return the number of an epoch among all, and that in its part of the training."""
    part = format_epoch(recipe, event.epoch) if recipe else ""
    return f"Epoch {event.epoch}/{event.epochs}" + (f" ({part})" if part else "")
