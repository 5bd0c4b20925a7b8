"""Screen a single film, read one with its heat map, or score one that the gate refused."""

import threading
from collections.abc import Generator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from core.films.dicom_details import list_cautions, read_details
from core.films.film_code import film_code
from core.inference.heat_map import build_heat_map
from core.inference.scoring_model import ScoringModel, open_model
from core.input_checks.inspection import InspectedFilm, inspect_film
from core.jobs.events import Progressed, Stage
from core.models.model_gate import read_gate
from core.models.site_record import format_validation
from core.models.validated_films import is_unlike
from core.screening.events import (
    FilmAnswered,
    FilmReading,
    FilmRefusal,
    LedgerRow,
    ScreeningResult,
    ScreeningStarted,
    Status,
)
from core.screening.file_state import add_content, observe
from core.screening.folder_listing import ListedFile, find_film, relative_name
from core.screening.results_csv import read_ledger, write_final
from core.screening.screening import Screening, ScreeningEvent, build_scored_row
from core.screening.screening_files import check_places
from core.screening.state_log import add_film, append_state
from core.system.errors import REFUSALS, JobFailed, Reason
from core.system.file_locks import lock_output
from core.system.language import tr


def screen_film(
    path: Path, output: Path, model: Path | None, cancel: threading.Event
) -> Generator[ScreeningEvent, None, ScreeningResult]:
    """Screen one film into a ledger of one row, as `screen` does for a folder; model None is the bundled one.

    The file's name in the ledger is relative to its folder. Raises JobFailed, also if there is no such file.
    """
    if not path.is_file():
        raise JobFailed(Reason.DATASET_INVALID, tr("{path} is not a file that can be opened.", path=path))
    check_places(path.parent, output, heatmaps=None)
    with lock_output(output) as lock:
        yield Progressed(Stage.LOADING_NETWORK, 0, None)
        loaded = open_model(model)
        screening = Screening(loaded, output, lock, (), states=None, heatmaps=None)
        with closing(screening):
            yield ScreeningStarted(1, (), loaded.header.classes)
            listed = ListedFile(relative_name(path, path.parent), path, state=observe(path))
            for row in screening.score_files([listed], cancel):
                yield FilmAnswered(row, 1, 1, None)
        return screening.finish(completed=bool(screening.rows), found=1)


def score_anyway(
    result: ScreeningResult, folder: Path, row: LedgerRow, model: Path | None, cancel: threading.Event
) -> Generator[Progressed, None, tuple[LedgerRow, FilmReading, ScreeningResult]]:
    """Score a film that the gate refused, and write it to the ledger.

    Returns its new row, its reading and the result of the screening with that row. The row keeps
    the reason of refusal, which shows that a person overrode it. Raises FilmUnreadable, and
    JobFailed if the reason cannot be overridden, the folder was screened by another model, or the
    ledger is not complete or no longer what `result` says.
    """
    _check_refusal(result, row)
    yield Progressed(Stage.LOADING_NETWORK, 0, 2)
    loaded = open_model(model)
    if loaded.header.name != row.model:
        sentence = tr("The folder was screened by {model}; choose that model again.", model=row.model)
        raise JobFailed(Reason.MODEL_INVALID, sentence)
    path = find_film(folder, row)
    before = observe(path)
    yield Progressed(Stage.EXPLAINING, 1, 2)
    inspected = inspect_film(path, loaded.header.size_px, read_gate(loaded.header, loaded.path))
    reading = _build_reading(path, loaded, inspected)
    state = replace(add_content(before, path, inspected.film.sha256), place=row.place)
    scored = build_scored_row(loaded.header, row.file, np.asarray(reading.probabilities), row.reason, reading.is_unlike)
    scored = add_film(scored, state)
    rows = tuple(scored if other.file == row.file else other for other in result.rows)
    with lock_output(result.output):
        _check_unchanged(result)
        append_state(result.output, scored, state)
        write_final(result.output, rows, loaded.header.classes)
    return scored, reading, replace(result, rows=rows, refused=result.refused - 1, scored=result.scored + 1)


def _check_refusal(result: ScreeningResult, row: LedgerRow) -> None:
    """Raise JobFailed unless a person may override the refusal of a row."""
    if not result.completed:
        sentence = tr("{path} is not complete: let its screening end first.", path=result.output)
        raise JobFailed(Reason.NOTHING_TO_RESUME, sentence)
    if row.status is not Status.REFUSED:
        raise JobFailed(Reason.UNSUPPORTED, tr("{file} was not refused.", file=row.file))
    if row.reason not in REFUSALS:
        sentence = tr("{file} was refused because it cannot be scored ({reason}).", file=row.file, reason=row.reason)
        raise JobFailed(Reason.UNSUPPORTED, sentence)


def _check_unchanged(result: ScreeningResult) -> None:
    """Raise JobFailed if the ledger has other rows now: another window or command would lose its own."""
    rows, _ = read_ledger(result.output)
    if {row.file: row for row in rows} != {row.file: row for row in result.rows}:
        sentence = tr("{path} was changed by another window or command. Open it again.", path=result.output)
        raise JobFailed(Reason.IN_USE, sentence)


def read_single_film(
    path: Path, model: Path | None, cancel: threading.Event, ignore_gate: bool = False
) -> Generator[Progressed, None, FilmReading | FilmRefusal]:
    """Read one film and, unless the gate refuses it, score it and compute its heat map.

    The result is the one that screening gives: the same picture, gate and form of the network.
    model: None is the bundled one. ignore_gate: score a refused film too. `cancel` is ignored,
    since it takes a short time. Raises FilmUnreadable or JobFailed.
    """
    yield Progressed(Stage.LOADING_NETWORK, 0, 2)
    loaded = open_model(model)
    yield Progressed(Stage.EXPLAINING, 1, 2)
    return read_film(path, loaded, ignore_gate)


def read_film(path: Path, model: ScoringModel, ignore_gate: bool = False) -> FilmReading | FilmRefusal:
    """Do what `read_single_film` does with a model that is open already. Raises FilmUnreadable."""
    inspected = inspect_film(path, model.header.size_px, read_gate(model.header, model.path))
    if inspected.refusal is not None and not ignore_gate:
        pixels, facts = inspected.pixels, inspected.film.facts
        return FilmRefusal(path, inspected.refusal, model.header.name, read_details(path), facts, pixels)
    return _build_reading(path, model, inspected)


def _build_reading(path: Path, model: ScoringModel, inspected: InspectedFilm) -> FilmReading:
    header, facts = model.header, inspected.film.facts
    outputs = model.compute(inspected.square)
    score = np.asarray(header.calibration.probabilities(outputs.logits[None])[0])
    label = header.calibration.label(score)
    finding = header.finding_of(header.classes[label])
    heat = build_heat_map(header, outputs, finding)
    pixels = inspected.pixels
    unlike = is_unlike(header, outputs.features, facts.age_years)
    height, width = pixels.shape
    details = read_details(path)
    return FilmReading(
        path=path,
        label=header.classes[label],
        finding=finding,
        probability=float(score if header.threshold is not None else score[label]),
        probabilities=tuple(map(float, score)) if np.ndim(score) else float(score),
        threshold=header.threshold,
        decision=header.calibration.decision(score, unlike),
        model=header.name,
        validation=format_validation(header)[1],
        details=details,
        facts=facts,
        pixels=pixels,
        heat=np.asarray(Image.fromarray(heat).resize((width, height), Image.Resampling.BILINEAR)),
        is_heat_scaled=header.heat_scale is not None,
        cautions=list_cautions(details, header.ages),
        reason=str(inspected.refusal or (Reason.UNLIKE_VALIDATED_FILMS if unlike else "")),
        film=film_code(inspected.film.sha256),
        is_unlike=unlike,
    )
