"""What this computer knows of a model beside its file: the operating point and the acceptance of this place.

Kept by the model's own key in the app's data folder, so that a chosen file is never changed and nothing carries over
to another model.
"""

import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from core.models.calibration import Calibration
from core.models.model_header import ModelHeader
from core.system.app_folders import data_folder
from core.system.errors import JobFailed, Reason
from core.system.files import read_json, write_text_atomically
from core.system.language import marked, tr

FORMAT: Final = 1
OUTCOMES: Final = {
    True: marked("Accepted here on {day} with {films} films. {sentence}"),
    False: marked("Not accepted here on {day} with {films} films. {sentence}"),
}


@dataclass(frozen=True, slots=True)
class LocalPoint:
    """The operating point that was chosen here: its words, threshold, review band with its error rate, and the day."""

    wish: str
    threshold: float
    review_band: tuple[float, float]
    band_error: float | None
    chosen: str


@dataclass(frozen=True, slots=True)
class Acceptance:
    """How the acceptance test of this place ended.

    passed: go. threshold: what it was done at, for at another one it is void. sentence: the outcome in words. films:
    how many. done: the day, ISO 8601. signed_by: as it stands on the form.
    """

    passed: bool
    threshold: float
    sentence: str
    films: int
    done: str
    signed_by: str


@dataclass(frozen=True, slots=True)
class SiteRecord:
    """point, acceptance: None where nothing was chosen or tested here."""

    point: LocalPoint | None = None
    acceptance: Acceptance | None = None


def _path_of(header: ModelHeader) -> Path:
    return data_folder() / "models" / f"{header.key}.json"


def read_record(header: ModelHeader) -> SiteRecord:
    """What is known here of this model. Raises JobFailed where the record is damaged: a guess might change answers."""
    path = _path_of(header)
    try:
        content = read_json(path)
        if content["format"] != FORMAT:
            raise ValueError("format")
        point, acceptance = content["point"], content["acceptance"]
        return SiteRecord(
            LocalPoint(**{**point, "review_band": tuple(point["review_band"])}) if point else None,
            Acceptance(**acceptance) if acceptance else None,
        )
    except FileNotFoundError:
        return SiteRecord()
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        sentence = tr(
            "{path}, which holds this model's operating point, cannot be read. Restore it, or delete it.", path=path
        )
        raise JobFailed(Reason.OPERATING_POINT_INVALID, sentence) from error


def _write(header: ModelHeader, record: SiteRecord) -> None:
    write_text_atomically(_path_of(header), json.dumps({"format": FORMAT, **asdict(record)}, indent=2) + "\n")


def save_point(header: ModelHeader, point: LocalPoint | None) -> None:
    """Use this operating point wherever the model answers on this computer; None: that of its file again."""
    _write(header, replace(read_record(header), point=point))


def save_acceptance(header: ModelHeader, acceptance: Acceptance) -> None:
    """Keep how the acceptance test ended, instead of an earlier one."""
    _write(header, replace(read_record(header), acceptance=acceptance))


def apply_site_record(header: ModelHeader) -> ModelHeader:
    """The model as it answers on this computer: at the operating point chosen here, else at its own."""
    point = read_record(header).point
    if point is None or header.threshold is None:
        return header
    own = header.calibration
    return header.with_calibration(Calibration(own.temperature, point.threshold, point.review_band, point.band_error))


def format_point(header: ModelHeader) -> str:
    """The operating point that is in use, and whose it is."""
    point = read_record(header).point
    if header.threshold is None:
        return tr("The most probable class is called.")
    if point is None or point.threshold != header.threshold:
        return tr(
            "Threshold {threshold:.4f}, the model's own, fitted on its validation films.", threshold=header.threshold
        )
    return tr(
        "Threshold {threshold:.4f}, chosen here on {day}: {wish}; fitted on validation films.",
        threshold=point.threshold,
        day=point.chosen,
        wish=point.wish,
    )


def format_validation(header: ModelHeader) -> tuple[bool, str]:
    """Whether this model, as it is in use, passed an acceptance test here, and the sentence that says so."""
    acceptance = read_record(header).acceptance
    if acceptance is None:
        return False, tr("Not validated here: no acceptance test with films of this place was done.")
    if acceptance.threshold != header.threshold:
        return False, tr("Not validated here: the acceptance test was done at another operating point.")
    outcome = OUTCOMES[acceptance.passed]
    told = tr(outcome, day=acceptance.done, films=acceptance.films, sentence=acceptance.sentence)
    return acceptance.passed, told


def today() -> str:
    """The local date, ISO 8601."""
    return f"{datetime.now().astimezone():%Y-%m-%d}"
