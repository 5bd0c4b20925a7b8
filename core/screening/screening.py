"""A folder of films in, a ledger out: one row for every file. Decides only by the model's own calibration."""

import glob
import threading
import time
from collections import Counter
from collections.abc import Generator, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from core.films.images import Grey
from core.films.patient_age import is_outside, parse_age
from core.inference.grad_cam import compute_heat_map, draw_overlay
from core.inference.pipeline import ScoredItem, one_thread_of_torch, score_films
from core.inference.scorer import Scorer
from core.input_checks.drift import DRIFT, DriftMonitor, reference_from_json
from core.input_checks.gate import GateStatistics, find_refusal
from core.input_checks.gate_rules import inspect_film
from core.jobs.events import Noted, Progressed, Severity, Stage
from core.metrics.roc import Floats
from core.models.model_file import Model, draw_known_films, load_in_use
from core.models.model_header import GATE, invalid_model
from core.models.site_record import format_validation
from core.screening.events import FilmAnswered, LedgerRow, ScreeningResult, ScreeningStarted, Status
from core.screening.folder_listing import ListedFile, list_folder
from core.screening.reader_calls import calls_path
from core.screening.results_csv import Journal, partial_path, read_rows, write_final
from core.system.errors import REFUSALS, FilmUnreadable, JobFailed, Reason
from core.system.file_locks import lock_output
from core.system.files import check_writable, explain_write_errors, sha256_of_text, unused_path, write_atomically
from core.system.language import tr, tr_count
from core.system.safe_text import escape_name

ScreeningEvent = Progressed | Noted | ScreeningStarted | FilmAnswered
ASIDE: Final = ".bak"  # after the name of an unfinished ledger that was not resumed
DECIMALS = 6  # of probabilities in the ledger
MOST_NAMED = 5  # films in a sentence
LONGEST_NAME = 255 - len(".12345678.tmp")  # bytes of a file's name, with room for that of its temporary file


class Screening:
    """One screening under way: every file that it answers has its row on the disk before anybody hears of it."""

    def __init__(self, model: Model, output: Path, kept: Sequence[LedgerRow], heatmaps: Path | None) -> None:
        self.model, self.output, self.rows = model, output, list(kept)
        self._heatmaps = heatmaps
        self._gate = read_gate(model)
        self._scorer = Scorer(model)
        self._drift = DriftMonitor(reference_from_json(model.header.content.get(DRIFT)))
        self._of_other_ages: list[str] = []
        self._journal = Journal(output, model.header.classes, kept)

    def close(self) -> None:
        self._journal.close()

    def _read(self, item: ListedFile) -> Grey:
        """The film of a file as the network sees it. Raises FilmUnreadable, also where the gate refuses it."""
        if item.error is not None:
            if isinstance(item.error, PermissionError):
                raise FilmUnreadable(Reason.NO_PERMISSION, tr("The folder may not be listed."))
            sentence = tr("It cannot be looked at ({why}).", why=item.error.strerror)
            raise FilmUnreadable(Reason.READ_ERROR, sentence)
        looked = inspect_film(item.path, self.model.preprocessing.size_px)
        reason = find_refusal(looked, self._gate)
        if reason is not None:
            raise FilmUnreadable(reason, tr(REFUSALS[reason]))
        if is_outside(parse_age(looked.tags.get("PatientAge", "")), self.model.header.ages):
            self._of_other_ages.append(item.name)
        return looked.square

    def answered(self, waiting: Sequence[ListedFile], cancel: threading.Event) -> Generator[LedgerRow, None, None]:
        """Decode and score on every core; each row is written before it is yielded."""
        if waiting and not self._scorer.is_settled and not cancel.is_set():
            # before the first film, so that every film is computed alike, whatever was done before an interruption
            with one_thread_of_torch():
                self._scorer.settle(draw_known_films(self.model.preprocessing.size_px))
        for answer in score_films(waiting, self._read, self._scorer, cancel):
            row = self._row_of(answer)
            self._journal.add(row)
            self.rows.append(row)
            yield row

    def _row_of(self, answer: ScoredItem[ListedFile]) -> LedgerRow:
        name, film = answer.item.name, answer.film
        if isinstance(film, FilmUnreadable):
            status = Status.FAILED if film.may_be_retried else Status.REFUSED
            return LedgerRow(name, status, film.reason, None, None, None, self.model.header.name)
        assert answer.logits is not None  # only unreadable films have none
        score = self.model.calibration.probabilities(answer.logits[None])
        self._drift.add(film[None], score)
        row = build_scored_row(self.model, name, score[0])
        if self._heatmaps is not None:
            label = self.model.header.classes.index(row.label or "")
            picture = draw_overlay(film, compute_heat_map(self.model, film, label))
            write_atomically(heat_map_path(self._heatmaps, name), partial(picture.save, format="PNG"))
        return row

    def result(self, completed: bool, found: int) -> ScreeningResult:
        """What the screening came to; completed: the ledger gets its final name."""
        rows = sorted(self.rows, key=lambda row: row.file)
        if completed:
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
            drift=(*self._drift.warnings(), *format_age_caution(self._of_other_ages, self.model)),
            rows=tuple(rows),
        )


def heat_map_path(folder: Path, name: str) -> Path:
    """Where the heat map of the film of this name in the ledger stands; a name too long for ".png" ends in its hash."""
    path = folder / f"{name}.png"
    if len(path.name.encode()) <= LONGEST_NAME:
        return path
    return path.with_name(f"{path.name[: LONGEST_NAME // 8]}-{sha256_of_text(name)[:16]}.png")


def format_age_caution(names: Sequence[str], model: Model) -> tuple[str, ...]:
    """A sentence on the scored films of patients of other ages than the model knows; none where there are none."""
    if not names or model.header.ages is None:
        return ()
    low, high = model.header.ages
    named = ", ".join(escape_name(name) for name in sorted(names)[:MOST_NAMED])
    sentence = tr_count(
        "{count:,} scored film is of a patient outside of the ages that the model was trained with ({low:g} to "
        "{high:g} years); read it without the model's answer: {names}.",
        "{count:,} scored films are of patients outside of the ages that the model was trained with ({low:g} to "
        "{high:g} years); read them without its answers: {names}.",
        len(names),
        low=low,
        high=high,
        names=tr("{names} and others", names=named) if len(names) > MOST_NAMED else named,
    )
    return (sentence,)


def read_gate(model: Model) -> GateStatistics | None:
    """What the model's training films look like, None in files of versions before. Raises JobFailed (model_invalid)."""
    try:
        return GateStatistics.from_json(model.header.content.get(GATE))
    except ValueError as error:
        raise invalid_model(model.path, str(error)) from error


def build_scored_row(model: Model, name: str, score: Floats, reason: str = "") -> LedgerRow:
    """The row of one film from its probability (), or probabilities (classes,).

    Label and decision are those of the exact values; the row has them as the ledger holds them, so that a row read
    back is equal to it.
    """
    label = model.calibration.label(score)
    several = tuple(round(float(value), DECIMALS) for value in score) if np.ndim(score) else ()
    return LedgerRow(
        file=name,
        status=Status.SCORED,
        reason=reason,
        label=model.header.classes[label],
        probability=several[label] if several else round(float(score), DECIMALS),
        decision=model.calibration.decision(score),
        model=model.header.name,
        class_probabilities=several,
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
    """Score every file below `folder` and write `output`; model None is the bundled one.

    Rows stand in `unfinished(output)` as they come and get their final name when all are there. resume: rows of an
    interrupted or earlier run by the same model are kept, also those that failed. retry_failed: the same, but files
    that failed are read again. heatmaps: a folder for one PNG a scored film. Cancelled: the unfinished ledger stays.
    Raises JobFailed.
    """
    if not folder.is_dir():
        raise JobFailed(Reason.DATASET_INVALID, tr("{folder} is not a folder.", folder=folder))
    for place in (output.parent, *([heatmaps] if heatmaps else [])):
        check_writable(place)
    with lock_output(output):
        yield Progressed(Stage.LOADING_NETWORK, 0, None)
        loaded = load_in_use(model)
        names = list_folder(folder, [*list_own_files(output), *([heatmaps] if heatmaps else [])])
        kept = keep_present_rows(read_earlier_rows(output, loaded, resume or retry_failed), names, folder)
        kept = [row for row in kept if not (retry_failed and row.status is Status.FAILED)]
        found = len(names.keys() | {row.file for row in kept})
        yield ScreeningStarted(found, tuple(kept), loaded.header.classes)
        waiting = [names[name] for name in sorted(names.keys() - {row.file for row in kept})]
        work, start = Screening(loaded, output, kept, heatmaps), time.monotonic()
        try:
            for number, row in enumerate(work.answered(waiting, cancel), start=1):
                left = (time.monotonic() - start) / number * (len(waiting) - number)
                yield FilmAnswered(row, len(work.rows), found, left)
        finally:
            work.close()
        result = work.result(completed=len(work.rows) == found, found=found)
    for warning in result.drift:
        yield Noted(warning, Severity.WARNING)
    return result


def list_own_files(output: Path) -> list[Path]:
    """What a screening into `output` writes, which is no film where it stands among the films."""
    aside = output.parent.glob(f"{glob.escape(partial_path(output).name)}{ASIDE}*")
    return [output, partial_path(output), calls_path(output), *aside]


def keep_present_rows(rows: Sequence[LedgerRow], names: dict[str, ListedFile], folder: Path) -> list[LedgerRow]:
    """Rows of files that were found again, and of those below a folder that cannot be listed just now.

    Raises JobFailed where rows were kept and no file at all is found: a share that is not connected looks like that,
    and must not cost the results so far.
    """
    if rows and not names:
        sentence = tr_count(
            "{folder} is empty now, but {count} file was screened in it. Is its share connected?",
            "{folder} is empty now, but {count} files were screened in it. Is its share connected?",
            len(rows),
            folder=folder,
        )
        raise JobFailed(Reason.DATASET_INVALID, sentence)
    closed = tuple(f"{name}/" for name, item in names.items() if item.error is not None)
    return [row for row in rows if row.file in names or row.file.startswith(closed)]


def read_earlier_rows(output: Path, model: Model, resume: bool) -> list[LedgerRow]:
    """Rows to keep from an earlier run. Without `resume`, an unfinished ledger is set aside, never overwritten."""
    partial_ledger = partial_path(output)
    if resume:
        found = next((path for path in (partial_ledger, output) if path.exists()), None)
        return read_rows(found, model.header.classes, model.header.name) if found else []
    if partial_ledger.exists():
        with explain_write_errors(partial_ledger):
            partial_ledger.replace(unused_path(partial_ledger.with_name(partial_ledger.name + ASIDE)))
    return []
