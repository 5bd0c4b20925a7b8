"""A folder of films in, a ledger out: one row for every file. Decides only by the model's own calibration."""

import threading
import time
from collections import Counter
from collections.abc import Generator, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from core.cache import in_order
from core.errors import FilmUnreadable, JobFailed, Reason
from core.events import (
    FilmAnswered,
    LedgerRow,
    Noted,
    Progressed,
    ScreeningResult,
    ScreeningStarted,
    Stage,
    Status,
)
from core.explain import heat_map, overlay
from core.files import check_writable, write_atomically
from core.images import Grey, read_square
from core.ledger import Journal, read_rows, regular_files, relative_name, unfinished, unlisted, write_final
from core.model_file import Model, load_in_use
from core.site import validation_here

ScreeningEvent = Progressed | Noted | ScreeningStarted | FilmAnswered
BATCH = 16


def screen(
    folder: Path,
    output: Path,
    model: Path | None,
    cancel: threading.Event,
    heatmaps: Path | None = None,
    resume: bool = False,
) -> Generator[ScreeningEvent, None, ScreeningResult]:
    """Score every file below `folder` and write `output`; model None is the bundled one.

    Rows stand in `unfinished(output)` as they come and get their final name when all are there. resume: rows of an
    interrupted or earlier run by the same model are kept, also those that failed. heatmaps: a folder for one PNG a
    scored film. Cancelled: the unfinished ledger stays. Raises JobFailed.
    """
    if not folder.is_dir():
        raise JobFailed(Reason.DATASET_INVALID, f"{folder} is not a folder.")
    check_writable(output.parent)
    yield Progressed(Stage.LOADING_NETWORK, 0, None)
    loaded = load_in_use(model)
    listing = list(regular_files(folder, [output, unfinished(output), *([heatmaps] if heatmaps else [])]))
    if len(listing) == 1 and listing[0][1] is not None and listing[0][0] == folder:
        raise unlisted(folder, listing[0][1])
    names = {relative_name(path, folder): (path, error) for path, error in listing}
    kept = [row for row in _earlier_rows(output, loaded, resume) if row.file in names]
    yield ScreeningStarted(len(names), tuple(kept))
    answered = {row.file for row in kept}
    waiting = [(name, *names[name]) for name in sorted(names) if name not in answered]
    rows = list(kept)
    journal = Journal(output, loaded.header.classes, kept)
    try:
        yield from _scored_rows(waiting, loaded, journal, rows, len(names), cancel, heatmaps)
    finally:
        journal.close()
    completed = len(rows) == len(names)
    rows.sort(key=lambda row: row.file)
    if completed:
        write_final(output, rows, loaded.header.classes)
    counts = Counter(row.status for row in rows)
    return ScreeningResult(
        output=output if completed else unfinished(output),
        completed=completed,
        found=len(names),
        scored=counts[Status.SCORED],
        refused=counts[Status.REFUSED],
        failed=counts[Status.FAILED],
        validation=validation_here(loaded.header)[1],
        rows=tuple(rows),
    )


def _earlier_rows(output: Path, model: Model, resume: bool) -> list[LedgerRow]:
    """Rows to keep from an earlier run. Without `resume`, an unfinished ledger is set aside, never overwritten."""
    partial = unfinished(output)
    if resume:
        found = next((path for path in (partial, output) if path.exists()), None)
        return read_rows(found, model.header.classes, model.header.name) if found else []
    if partial.exists():
        partial.replace(partial.with_name(partial.name + ".bak"))
    return []


def _scored_rows(
    waiting: Sequence[tuple[str, Path, OSError | None]],
    model: Model,
    journal: Journal,
    rows: list[LedgerRow],
    total: int,
    cancel: threading.Event,
    heatmaps: Path | None,
) -> Generator[ScreeningEvent, None, None]:
    """Decode on threads, score in batches, write each row before it is yielded."""
    size, start, done_before = model.preprocessing.size_px, time.monotonic(), len(rows)
    batch: list[tuple[str, Grey | FilmUnreadable]] = []

    def decoded(item: tuple[str, Path, OSError | None]) -> Grey:
        if item[2] is not None:
            raise FilmUnreadable(Reason.NO_PERMISSION, "The folder may not be listed.")
        return read_square(item[1], size)

    for number, (item, future) in enumerate(in_order(decoded, waiting), start=1):
        if cancel.is_set():
            return
        try:
            batch.append((item[0], future.result()))
        except FilmUnreadable as refusal:
            batch.append((item[0], refusal))
        if len(batch) < BATCH and number < len(waiting):
            continue
        for row in _rows_of(batch, model, heatmaps):
            journal.add(row)
            rows.append(row)
            done = len(rows)
            left = (time.monotonic() - start) / (done - done_before) * (total - done)
            yield FilmAnswered(row, done, total, left)
        batch = []


def _rows_of(
    batch: Sequence[tuple[str, Grey | FilmUnreadable]], model: Model, heatmaps: Path | None
) -> list[LedgerRow]:
    """The rows of one batch, in its order."""
    films = [film for _, film in batch if not isinstance(film, FilmUnreadable)]
    scores = iter(model.probabilities(np.stack(films)) if films else np.zeros(0))
    rows = []
    for name, film in batch:
        if isinstance(film, FilmUnreadable):
            status = Status.FAILED if film.may_be_retried else Status.REFUSED
            rows.append(LedgerRow(name, status, film.reason, None, None, None, model.header.name))
            continue
        score = next(scores)
        label = model.calibration.label(score)
        several = tuple(float(value) for value in score) if np.ndim(score) else ()
        rows.append(
            LedgerRow(
                file=name,
                status=Status.SCORED,
                reason="",
                label=model.header.classes[label],
                probability=several[label] if several else float(score),
                decision=model.calibration.decision(score),
                model=model.header.name,
                class_probabilities=several,
            )
        )
        if heatmaps is not None:
            picture = overlay(film, heat_map(model, film, label))
            write_atomically(heatmaps / f"{name}.png", partial(picture.save, format="PNG"))
    return rows
