"""Screen a folder of films into a ledger with one row for every file."""

import threading
import time
from collections import Counter
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from core.films.images import Grey
from core.films.patient_age import format_age_ranges, is_outside
from core.inference.grad_cam import compute_heat_map, draw_overlay
from core.inference.pipeline import ScoredItem, score_films, single_torch_thread
from core.inference.scorer import Scorer
from core.input_checks.drift import DRIFT, DriftMonitor, Reference, measure_films
from core.input_checks.inspection import inspect_film
from core.jobs.events import Noted, Progressed, Severity, Stage
from core.metrics.roc import Floats
from core.models.model_file import Model, draw_known_films, load_model_in_use
from core.models.model_gate import read_gate
from core.models.site_record import format_validation
from core.models.validated_films import is_unlike
from core.screening.cautions import format_unlike_caution
from core.screening.changed_files import find_changes
from core.screening.events import (
    FilmAnswered,
    LedgerRow,
    RowSuperseded,
    ScreeningResult,
    ScreeningStarted,
    Status,
)
from core.screening.file_state import NEVER_READ, FileState, add_content, observe
from core.screening.folder_listing import ListedFile, list_folder
from core.screening.heat_maps import drop_heat_maps, heat_map_path, remove_heat_map, write_heat_map
from core.screening.results_csv import Journal, partial_path, read_rows, write_final
from core.screening.screening_files import (
    check_places,
    list_own_files,
    set_other_films_aside,
    set_unfinished_aside,
)
from core.screening.state_log import StateLog, add_film_code, read_states
from core.system.errors import REFUSALS, FilmUnreadable, JobFailed, Reason
from core.system.file_locks import OutputLock, lock_output
from core.system.language import tr, tr_count
from core.system.safe_text import escape_name

ScreeningEvent = Progressed | Noted | ScreeningStarted | RowSuperseded | FilmAnswered
DECIMALS: Final = 6  # of probabilities in the ledger
MAX_NAMES: Final = 5  # films named in a sentence


class Screening:
    """A screening in progress; every row is in the ledger before it is reported.

    kept: rows of an earlier run. heatmaps: folder for heat maps, or None. is_continued: whether
    this goes on with an earlier run. rows: by file.
    """

    def __init__(
        self,
        model: Model,
        output: Path,
        lock: OutputLock,
        kept: Sequence[LedgerRow],
        heatmaps: Path | None,
        is_continued: bool,
    ) -> None:
        self.model = model
        self.output = output
        self._lock = lock
        self._states = read_states(output, kept) if is_continued else {}
        self._read_states: dict[str, FileState] = {}  # of files that are read but have no row yet
        self.rows = {row.file: add_film_code(row, self._states.get(row.file)) for row in kept}
        self._heatmaps = heatmaps
        self._gate = read_gate(model.header, model.path)
        self._scorer = Scorer(model)
        self._drift = DriftMonitor(Reference.from_json(model.header.content.get(DRIFT)))
        self._journal = Journal(output, model.header.classes, self.rows)
        self._state_log = StateLog(output, is_continued, self.rows, self._states)

    def close(self) -> None:
        try:
            self._journal.close()
        finally:
            self._state_log.close()

    def follow_files(
        self, files: Mapping[str, ListedFile], cancel: threading.Event
    ) -> Generator[Progressed | RowSuperseded, None, bool]:
        """Withdraw the rows whose file is no longer what was read; return False if cancelled.

        Their files have no row then, so that they are read again. The ledger keeps the old rows
        until then, but their states tell that they no longer hold.
        """
        changes = yield from find_changes(self.rows.values(), self._states, files, cancel)
        for name, state in changes.renewed.items():
            self._states[name] = state
        if changes.renewed:
            self._state_log.add(self.rows[name] for name in changes.renewed)
        for name in changes.changed:
            if self._heatmaps is not None:
                remove_heat_map(heat_map_path(self._heatmaps, name))
            yield RowSuperseded(self.rows.pop(name))
        return changes.is_complete

    def _read(self, item: ListedFile) -> Grey:
        """Return the film as the network sees it. Raises FilmUnreadable, also for the gate."""
        self._read_states[item.name] = NEVER_READ
        if item.error is not None:
            if isinstance(item.error, PermissionError):
                raise FilmUnreadable(Reason.NO_PERMISSION, tr("You have no permission to list this folder."))
            sentence = tr("It cannot be accessed ({why}).", why=item.error.strerror)
            raise FilmUnreadable(Reason.READ_ERROR, sentence)
        self._read_states[item.name] = before = observe(item.path)
        inspected = inspect_film(item.path, self.model.preprocessing.size_px, self._gate)
        if inspected.refusal is not None:
            raise FilmUnreadable(inspected.refusal, tr(REFUSALS[inspected.refusal]))
        state = add_content(before, item.path)
        self._read_states[item.name] = replace(state, age_years=inspected.film.facts.age_years)
        return inspected.square

    def score_files(self, files: Sequence[ListedFile], cancel: threading.Event) -> Generator[LedgerRow, None, None]:
        """Decode and score files on every core; rows are in the ledger before they are yielded."""
        if files and not self._scorer.is_settled and not cancel.is_set():
            # before the first film, so that a resumed run computes every film in the same way
            with single_torch_thread():
                self._scorer.settle(draw_known_films(self.model.preprocessing.size_px))
        for scored in score_films(files, self._read, self._scorer, cancel):
            name = scored.item.name
            state = self._states[name] = self._read_states.pop(name)
            row = self.rows[name] = add_film_code(self._build_row(scored), state)
            self._lock.renew()
            self._state_log.add([row])
            self._journal.add([row])
            yield row

    def _build_row(self, scored: ScoredItem[ListedFile]) -> LedgerRow:
        """Return the row of a file; add the film to the drift monitor and write its heat map."""
        name, film = scored.item.name, scored.film
        if isinstance(film, FilmUnreadable):
            status = Status.FAILED if film.may_be_retried else Status.REFUSED
            return LedgerRow(name, status, film.reason, None, None, None, self.model.header.name)
        assert scored.logits is not None  # only unreadable films have none
        assert scored.features is not None
        probabilities = self.model.calibration.probabilities(scored.logits[None])
        self._drift.add(measure_films(film[None]), probabilities)
        unlike = is_unlike(self.model.header, scored.features, self._states[name].age_years)
        row = build_scored_row(self.model, name, probabilities[0], is_unlike=unlike)
        if self._heatmaps is not None:
            finding = self.model.header.finding_of(row.label or "")
            picture = draw_overlay(film, compute_heat_map(self.model, film, finding))
            write_heat_map(heat_map_path(self._heatmaps, name), picture)
        return row

    def _list_outside_ages(self) -> list[str]:
        """Return the scored films of patients outside the ages of the training films, also of an earlier run."""
        ages = {name: self._states[name].age_years for name in sorted(self.rows) if name in self._states}
        scored = (name for name in ages if self.rows[name].status is Status.SCORED)
        return [name for name in scored if is_outside(ages[name], self.model.header.ages)]

    def finish(self, completed: bool, found: int) -> ScreeningResult:
        """Return the result; if `completed`, also write the ledger under its final name."""
        rows = sorted(self.rows.values(), key=lambda row: row.file)
        if completed:
            self._lock.renew()
            write_final(self.output, rows, self.model.header.classes)
        counts = Counter(row.status for row in rows)
        return ScreeningResult(
            output=self.output if completed else partial_path(self.output),
            completed=completed,
            found=found,
            scored=counts[Status.SCORED],
            refused=counts[Status.REFUSED],
            failed=counts[Status.FAILED],
            validation=format_validation(self.model.header)[1],
            drift=(
                *format_unlike_caution(rows),
                *self._drift.format_warnings(),
                *format_age_caution(self._list_outside_ages(), self.model),
            ),
            rows=tuple(rows),
        )


def format_age_caution(names: Sequence[str], model: Model) -> tuple[str, ...]:
    """Return a sentence on scored films of patients outside the training ages, if there are any.

    names: their files, sorted.
    """
    if not names or model.header.ages is None:
        return ()
    listed = ", ".join(escape_name(name) for name in names[:MAX_NAMES])
    sentence = tr_count(
        "{count:,} scored film is of a patient whose age is not among those of the training films ({ages}); "
        "read it without the model's result: {names}.",
        "{count:,} scored films are of patients whose ages are not among those of the training films ({ages}); "
        "read them without the model's results: {names}.",
        len(names),
        ages=format_age_ranges(model.header.ages),
        names=tr("{names} and others", names=listed) if len(names) > MAX_NAMES else listed,
    )
    return (sentence,)


def build_scored_row(model: Model, name: str, score: Floats, reason: str = "", is_unlike: bool = False) -> LedgerRow:
    """Return the row of a film. score: its probability (), or probabilities (classes,).

    reason: why the gate refused it, if a person overrode that. is_unlike: it is unlike the films that
    the model was validated on; it is then in review, and that is the reason unless there is another.
    Label and decision are computed from the exact values. Probabilities are rounded as in the
    ledger, so that a row read back is equal to the one written.
    """
    label = model.calibration.label(score)
    class_probabilities = tuple(round(float(value), DECIMALS) for value in score) if np.ndim(score) else ()
    return LedgerRow(
        file=name,
        status=Status.SCORED,
        reason=reason or (Reason.UNLIKE_VALIDATED_FILMS if is_unlike else ""),
        label=model.header.classes[label],
        probability=class_probabilities[label] if class_probabilities else round(float(score), DECIMALS),
        decision=model.calibration.decision(score, is_unlike),
        model=model.header.name,
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
) -> Generator[ScreeningEvent, None, ScreeningResult]:
    """Score every file below `folder` and write the ledger `output`; model None is the bundled one.

    Rows are written to `partial_path(output)` at once, and to `output` when all are complete; after
    cancellation the unfinished ledger remains. resume: keep the rows of an interrupted or earlier
    run by the same model, also those that failed, unless their file changed since. retry_failed:
    the same, but read failed files again. heatmaps: folder for one PNG per scored film. Raises
    JobFailed, also for outputs that would replace other files.
    """
    check_places(folder, output, heatmaps)
    with lock_output(output) as lock:
        yield Progressed(Stage.LOADING_NETWORK, 0, None)
        loaded = load_model_in_use(model)
        files = list_folder(folder, list_own_files(output))
        if heatmaps is not None:
            files = drop_heat_maps(files, heatmaps)
        is_continued = resume or retry_failed
        if not is_continued and (sentence := set_other_films_aside(output, files)):
            yield Noted(sentence, Severity.WARNING)
        kept = keep_present_rows(read_earlier_rows(output, loaded, is_continued), files, folder)
        kept = [row for row in kept if not (retry_failed and row.status is Status.FAILED)]
        screening = Screening(loaded, output, lock, kept, heatmaps, is_continued)
        with closing(screening):
            is_compared = yield from screening.follow_files(files, cancel)
            found = len(files.keys() | screening.rows.keys())
            yield ScreeningStarted(found, tuple(screening.rows.values()), loaded.header.classes)
            yield from _score_waiting(screening, files, found, cancel)
        result = screening.finish(completed=is_compared and len(screening.rows) == found, found=found)
    for warning in result.drift:
        yield Noted(warning, Severity.WARNING)
    return result


def _score_waiting(
    screening: Screening, files: Mapping[str, ListedFile], found: int, cancel: threading.Event
) -> Generator[FilmAnswered, None, None]:
    """Score the files without a row and yield each row with the estimated seconds left."""
    waiting = [files[name] for name in sorted(files.keys() - screening.rows.keys())]
    start = time.monotonic()
    for number, row in enumerate(screening.score_files(waiting, cancel), start=1):
        left = (time.monotonic() - start) / number * (len(waiting) - number)
        yield FilmAnswered(row, len(screening.rows), found, left)


def keep_present_rows(rows: Sequence[LedgerRow], files: dict[str, ListedFile], folder: Path) -> list[LedgerRow]:
    """Return the rows of files that still exist or are below a folder that cannot be listed now.

    Raises JobFailed if there are rows but no file at all, or none of theirs: a disconnected share
    or another folder looks like that, and must not cost the results so far.
    """
    if rows and not files:
        sentence = tr_count(
            "{folder} is empty now, but {count} file was screened in it. Is its share connected?",
            "{folder} is empty now, but {count} files were screened in it. Is its share connected?",
            len(rows),
            folder=folder,
        )
        raise JobFailed(Reason.DATASET_INVALID, sentence)
    unlistable = tuple(f"{name}/" for name, item in files.items() if item.error is not None)
    present = [row for row in rows if row.file in files or row.file.startswith(unlistable)]
    if rows and not present:
        sentence = tr_count(
            "{folder} holds none of the {count} file of this list. Choose the folder that was screened.",
            "{folder} holds none of the {count} files of this list. Choose the folder that was screened.",
            len(rows),
            folder=folder,
        )
        raise JobFailed(Reason.DATASET_INVALID, sentence)
    return present


def read_earlier_rows(output: Path, model: Model, resume: bool) -> list[LedgerRow]:
    """Return the rows of an earlier run if `resume`; otherwise rename an unfinished ledger."""
    if not resume:
        set_unfinished_aside(output)
        return []
    for ledger in (partial_path(output), output):
        if ledger.exists():
            return read_rows(ledger, model.header.classes, model.header.name)
    return []
