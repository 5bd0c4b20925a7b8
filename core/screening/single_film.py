"""Score a single film, also one that the gate refused and a person then allowed."""

import threading
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from core.films.dicom_details import list_cautions, read_details
from core.films.images import read_film, resize
from core.inference.grad_cam import compute_heat_map
from core.jobs.events import Progressed, Stage
from core.models.model_file import load_model_in_use
from core.models.site_record import format_validation
from core.screening.events import FilmReading, LedgerRow, ScreeningResult, Status
from core.screening.folder_listing import path_of_name
from core.screening.results_csv import write_final
from core.screening.screening import build_scored_row
from core.system.errors import REFUSALS, JobFailed, Reason
from core.system.language import tr


def score_anyway(
    result: ScreeningResult, folder: Path, row: LedgerRow, model: Path | None, cancel: threading.Event
) -> Generator[Progressed, None, tuple[LedgerRow, FilmReading, ScreeningResult]]:
    """Score a film that the gate refused, and write it to the ledger.

    Returns its new row, its reading and the result of the screening with that row. The row keeps
    the reason of refusal, which shows that a person overrode it. Raises FilmUnreadable, and
    JobFailed if the reason cannot be overridden or the folder was screened by another model.
    """
    if row.status is not Status.REFUSED or row.reason not in REFUSALS or not result.completed:
        sentence = tr("{file} was refused because it cannot be scored ({reason}).", file=row.file, reason=row.reason)
        raise JobFailed(Reason.UNSUPPORTED, sentence)
    loaded = load_model_in_use(model)
    if loaded.header.name != row.model:
        sentence = tr("The folder was screened by {model}; choose that model again.", model=row.model)
        raise JobFailed(Reason.MODEL_INVALID, sentence)
    reading = yield from read_single_film(path_of_name(folder, row.file), model, cancel)
    scored = build_scored_row(loaded, row.file, np.asarray(reading.probabilities), row.reason)
    rows = tuple(scored if other.file == row.file else other for other in result.rows)
    write_final(result.output, rows, loaded.header.classes)
    return scored, reading, replace(result, rows=rows, refused=result.refused - 1, scored=result.scored + 1)


def read_single_film(
    path: Path, model: Path | None, cancel: threading.Event
) -> Generator[Progressed, None, FilmReading]:
    """Score one film and compute its heat map; model None is the bundled one.

    The gate is not applied. `cancel` is ignored, since it takes a short time. Raises FilmUnreadable
    or JobFailed.
    """
    yield Progressed(Stage.LOADING_NETWORK, 0, 2)
    loaded = load_model_in_use(model)
    yield Progressed(Stage.EXPLAINING, 1, 2)
    pixels = read_film(path)
    small = resize(pixels, loaded.preprocessing.size_px, loaded.preprocessing.size_px)
    probability = loaded.probabilities(small[None])[0]
    label = loaded.calibration.label(probability)
    heat = compute_heat_map(loaded, small, label)
    height, width = pixels.shape
    heat_full_size = np.asarray(Image.fromarray(heat).resize((width, height), Image.Resampling.BILINEAR))
    details = read_details(path)
    return FilmReading(
        path=path,
        label=loaded.header.classes[label],
        finding=loaded.header.finding_of(loaded.header.classes[label]),
        probability=float(probability if loaded.calibration.threshold is not None else probability[label]),
        probabilities=tuple(map(float, probability)) if np.ndim(probability) else float(probability),
        threshold=loaded.calibration.threshold,
        decision=loaded.calibration.decision(probability),
        model=loaded.header.name,
        validation=format_validation(loaded.header)[1],
        details=details,
        pixels=pixels,
        heat=heat_full_size,
        cautions=list_cautions(details, loaded.header.ages),
    )
