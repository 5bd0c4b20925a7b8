"""Screen a folder of films into a ledger with one row for every file."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from core.inference.heat_map import build_heat_map, draw_overlay
from core.inference.scoring_model import ScoringModel, open_model
from core.input_checks.drift import DRIFT, DriftMonitor, Reference
from core.input_checks.gate import Gate
from core.jobs.events import Noted, Progressed, Severity, Stage
from core.metrics.roc import Floats
from core.models.model_gate import read_gate
from core.models.model_header import ModelHeader
from core.models.site_record import format_validation
from core.screening.cautions import format_age_caution, format_unlike_caution, list_outside_ages
from core.screening.changed_files import find_changes
from core.screening.chunk_scoring import ScoredChunk, ScoredFile, score_here
from core.screening.earlier_rows import check_present_rows, drop_failures, read_earlier_rows
from core.screening.events import (
    FilmAnswered,
    LedgerRow,
    RowSuperseded,
    ScreeningResult,
    ScreeningStarted,
    Status,
)
from core.screening.file_state import FileState, FilmPlace
from core.screening.film_archive import FilmArchive, find_moved, name_files
from core.screening.folder_listing import ListedFile, list_folder
from core.screening.heat_maps import drop_heat_maps, heat_map_path, remove_heat_map, write_heat_map
from core.screening.results_csv import Journal, partial_path, write_final
from core.screening.screening_files import (
    check_places,
    list_own_files,
    set_earlier_aside,
)
from core.screening.state_log import StateLog, add_film
from core.system.errors import FilmUnreadable, Reason
from core.system.file_locks import OutputLock, lock_output

# scores files with a model and its gate, in order; a chunk is None once cancelled
ScoreChunks = Callable[
    [ScoringModel, Gate | None, Sequence[ListedFile], threading.Event], Generator[ScoredChunk | None, None, None]
]
ScreeningEvent = Progressed | Noted | ScreeningStarted | RowSuperseded | FilmAnswered
DECIMALS: Final = 6  # of probabilities in the ledger


class Screening:
    """A screening in progress; every row is in the ledger before it is reported.

    kept: rows of an earlier run. states: of their files, by name; None if this does not go on with an
    earlier run. heatmaps: folder for heat maps, or None. score_chunks: what scores the files. rows: by
    file.
    """

    def __init__(
        self,
        model: ScoringModel,
        output: Path,
        lock: OutputLock,
        kept: Sequence[LedgerRow],
        states: dict[str, FileState] | None,
        heatmaps: Path | None,
        score_chunks: ScoreChunks = score_here,
    ) -> None:
        self.model = model
        self.output = output
        self._lock = lock
        self._states = states or {}
        self.rows = {row.file: row for row in kept}
        self._heatmaps = heatmaps
        self._score_chunks = score_chunks
        self._gate = read_gate(model.header, model.path)
        self._drift = DriftMonitor(Reference.from_json(model.header.content.get(DRIFT)))
        self._journal = Journal(output, model.header.classes, self.rows)
        self._state_log = StateLog(output, states is not None, self.rows, self._states)

    def close(self) -> None:
        try:
            self._journal.close()
        finally:
            self._state_log.close()

    def match_files(self, folder: Path, files: Mapping[str, ListedFile]) -> Mapping[str, ListedFile]:
        """Return listed files by the names that their rows have or will have (film_archive.name_files)."""
        self._keep_states(find_moved(folder, self.rows.values(), self._states, files))
        return name_files(files, self.rows)

    def move_answered(
        self, archive: FilmArchive, files: Mapping[str, ListedFile], cancel: threading.Event
    ) -> Generator[Progressed | Noted, None, None]:
        """Move the answered films among these files into an archive; those that cannot be moved stay.

        files: by the names of their rows. Each reason why one cannot be moved is reported once. The first
        event comes before any film is moved: who still needs films where they are reads them then.
        """
        rows = [row for row in self.rows.values() if row.file in files]
        yield Progressed(Stage.MOVING, 0, None)
        for sentence in archive.move_answered(rows, self._states, self._record_places, cancel):
            yield Noted(sentence, Severity.WARNING)

    def _record_places(self, states: Mapping[str, FileState]) -> None:
        """Keep states with new places of films, and wait until they and all rows are on the disk.

        Where that fails the former places are kept, so that they are written before the next attempt.
        """
        if not states:
            return
        before = {name: self._states[name] for name in states}
        try:
            self._keep_states(states)
            self._journal.sync()
            self._state_log.sync()
        except BaseException:
            self._states |= before
            self.rows |= {name: add_film(self.rows[name], state) for name, state in before.items()}
            raise

    def follow_files(
        self, files: Mapping[str, ListedFile], cancel: threading.Event
    ) -> Generator[Progressed | RowSuperseded, None, bool]:
        """Withdraw the rows whose file is no longer what was read; return False if cancelled.

        Their files have no row then, so that they are read again. The ledger keeps the old rows
        until then, but their states tell that they no longer hold.
        """
        changes = yield from find_changes(self.rows.values(), self._states, files, cancel)
        self._keep_states(changes.renewed)
        for name in changes.changed:
            if self._heatmaps is not None:
                remove_heat_map(heat_map_path(self._heatmaps, name))
            yield RowSuperseded(self.rows.pop(name))
        return changes.is_complete

    def score_files(self, files: Sequence[ListedFile], cancel: threading.Event) -> Generator[LedgerRow, None, None]:
        """Read and score files; rows are in the ledger before they are yielded."""
        for chunk in self._score_chunks(self.model, self._gate, files, cancel):
            if chunk is None:  # cancelled
                return
            scored = chunk.scored
            if scored:
                self._drift.add(chunk.measures, np.stack([film.probability for film in scored]))
            states = {
                file.item.name: replace(file.state, place=FilmPlace(file.item.arrived_as)) for file in chunk.files
            }
            rows = [add_film(self._build_row(file), states[file.item.name]) for file in chunk.files]
            self._states |= states
            self.rows |= {row.file: row for row in rows}
            self._lock.renew()
            self._state_log.add(rows)
            self._journal.add(rows)
            yield from rows

    def _keep_states(self, states: Mapping[str, FileState]) -> None:
        """Keep new states of files that have rows."""
        self._states |= states
        self.rows |= {name: add_film(self.rows[name], state) for name, state in states.items()}
        if states:
            self._state_log.add(self.rows[name] for name in states)

    def _build_row(self, file: ScoredFile) -> LedgerRow:
        """Return the row of a file, and write its heat map where there is a folder for them."""
        name, header = file.item.name, self.model.header
        if isinstance(file.film, FilmUnreadable):
            status = Status.FAILED if file.film.may_be_retried else Status.REFUSED
            return LedgerRow(name, status, file.film.reason, None, None, None, header.name)
        row = build_scored_row(header, name, file.film.probability, is_unlike=file.film.is_unlike)
        if self._heatmaps is not None:
            heat = build_heat_map(header, file.film.outputs, header.finding_of(row.label or ""))
            write_heat_map(heat_map_path(self._heatmaps, name), draw_overlay(file.film.square, heat))
        return row

    def finish(self, completed: bool, found: int) -> ScreeningResult:
        """Return the result; if `completed`, also write the ledger under its final name."""
        rows, header = sorted(self.rows.values(), key=lambda row: row.file), self.model.header
        if completed:
            self._lock.renew()
            write_final(self.output, rows, header.classes)
        counts = Counter(row.status for row in rows)
        return ScreeningResult(
            output=self.output if completed else partial_path(self.output),
            completed=completed,
            found=found,
            scored=counts[Status.SCORED],
            refused=counts[Status.REFUSED],
            failed=counts[Status.FAILED],
            validation=format_validation(header)[1],
            drift=(
                *format_unlike_caution(rows),
                *self._drift.format_warnings(),
                *format_age_caution(list_outside_ages(rows, self._states, header.ages), header.ages),
            ),
            rows=tuple(rows),
        )


def build_scored_row(
    header: ModelHeader, name: str, score: Floats, reason: str = "", is_unlike: bool = False
) -> LedgerRow:
    """Return the row of a film. score: its probability (), or probabilities (classes,).

    reason: why the gate refused it, if a person overrode that. is_unlike: it is unlike the films that
    the model was validated on; it is then in review, and that is the reason unless there is another.
    Label and decision are computed from the exact values. Probabilities are rounded as in the
    ledger, so that a row read back is equal to the one written.
    """
    label = header.calibration.label(score)
    class_probabilities = tuple(round(float(value), DECIMALS) for value in score) if np.ndim(score) else ()
    return LedgerRow(
        file=name,
        status=Status.SCORED,
        reason=reason or (Reason.UNLIKE_VALIDATED_FILMS if is_unlike else ""),
        label=header.classes[label],
        probability=class_probabilities[label] if class_probabilities else round(float(score), DECIMALS),
        decision=header.calibration.decision(score, is_unlike),
        model=header.name,
        class_probabilities=class_probabilities,
    )


def screen(
    folder: Path,
    output: Path,
    model: Path | None,
    cancel: threading.Event,
    heatmaps: Path | None = None,
    resume: bool = False,
    retry_failed: bool = False,
    score_chunks: ScoreChunks = score_here,
    archive: Path | None = None,
) -> Generator[ScreeningEvent, None, ScreeningResult]:
    """Score every file below `folder` and write the ledger `output`; model None is the bundled one.

    Rows are written to `partial_path(output)` at once, and to `output` when all are complete; after
    cancellation the unfinished ledger remains. resume: keep the rows of an interrupted or earlier run by the same
    model, also of files that failed or are gone, unless they changed since. retry_failed: the same, but read failed
    files again. archive: the same as resume, and move the films that are answered there. heatmaps: folder for one PNG
    per scored film. score_chunks: what scores the files, such as a cluster.
    Raises JobFailed, also where others' files stand there.
    """
    check_places(folder, output, heatmaps, archive)
    with lock_output(output) as lock:
        yield Progressed(Stage.LOADING_NETWORK, 0, None)
        loaded = open_model(model)
        files = list_folder(folder, list_own_files(output))
        files = files if heatmaps is None else drop_heat_maps(files, heatmaps)
        is_continued = resume or retry_failed or archive is not None
        aside = None if is_continued else set_earlier_aside(output, files)
        kept, states = read_earlier_rows(output, loaded) if is_continued else ([], None)
        notes = (aside, check_present_rows(kept, files, folder))
        yield from (Noted(sentence, Severity.WARNING) for sentence in notes if sentence)
        kept = drop_failures(kept, () if retry_failed else files)
        screening = Screening(loaded, output, lock, kept, states, heatmaps, score_chunks)
        with closing(screening):
            yield from loaded.notes()
            completed, found = yield from _screen_listed(screening, folder, files, archive, cancel)
        result = screening.finish(completed, found)
    for warning in result.drift:
        yield Noted(warning, Severity.WARNING)
    return result


def _screen_listed(
    screening: Screening,
    folder: Path,
    files: Mapping[str, ListedFile],
    archive: Path | None,
    cancel: threading.Event,
) -> Generator[ScreeningEvent, None, tuple[bool, int]]:
    """Screen listed files that have no row; return whether all have one now, and their number.

    Yields each row with the estimated seconds left.
    """
    files = screening.match_files(folder, files)
    is_compared = yield from screening.follow_files(files, cancel)
    found = len(files.keys() | screening.rows.keys())
    yield ScreeningStarted(found, tuple(screening.rows.values()), screening.model.header.classes)
    waiting = [files[name] for name in sorted(files.keys() - screening.rows.keys())]
    start = time.monotonic()
    for number, row in enumerate(screening.score_files(waiting, cancel), start=1):
        left = (time.monotonic() - start) / number * (len(waiting) - number)
        yield FilmAnswered(row, found - len(waiting) + number, found, left)
    if archive is not None:
        yield from screening.move_answered(FilmArchive(folder, archive), files, cancel)
    return is_compared and len(screening.rows) == found, found
