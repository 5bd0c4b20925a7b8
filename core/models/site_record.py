"""Store what belongs to a model at this site: its chosen operating point and acceptance test.

Records are kept in the app's data folder under the model's own key, so that the model file is
never changed and nothing carries over to another model.
"""

import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from core.models.calibration import Calibration
from core.models.model_header import ModelHeader
from core.system.app_folders import data_folder, format_lost_data
from core.system.errors import JobFailed, Reason
from core.system.files import read_json, write_text_atomically
from core.system.json_records import check_version, parse_record
from core.system.language import format_day, marked, tr

FORMAT: Final = 1
OUTCOMES: Final = {
    True: marked("Accepted here on {day} with {films} films. {sentence}"),
    False: marked("Not accepted here on {day} with {films} films. {sentence}"),
}


@dataclass(frozen=True, slots=True)
class LocalPoint:
    """An operating point chosen here.

    wish: the request in words. band_error: error rate of the band. chosen: the day, ISO 8601.
    """

    wish: str
    threshold: float
    review_band: tuple[float, float]
    band_error: float | None
    chosen: str


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Outcome of the acceptance test at this site.

    passed: True for go. threshold: tested operating point; the outcome is void at any other.
    sentence: the outcome in words. films: how many. done: the day, ISO 8601.
    signed_by: the printed name on the form.
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


def _record_path(header: ModelHeader) -> Path:
    return data_folder() / "models" / f"{header.key}.json"


def read_record(header: ModelHeader) -> SiteRecord:
    """Read this site's record of a model; empty where there is none.

    Raises JobFailed (operating_point_invalid) for a damaged record: guessing might change
    decisions.
    """
    path = _record_path(header)
    try:
        return parse_record(SiteRecord, check_version(read_json(path), FORMAT))
    except (FileNotFoundError, NotADirectoryError):
        return SiteRecord()
    except (OSError, ValueError) as error:
        sentence = tr(
            "{path}, which holds this model's operating point, cannot be read. Restore it, or delete it.", path=path
        )
        raise JobFailed(Reason.OPERATING_POINT_INVALID, sentence) from error


def _write_record(header: ModelHeader, record: SiteRecord) -> None:
    write_text_atomically(_record_path(header), json.dumps({"format": FORMAT, **asdict(record)}, indent=2) + "\n")


def save_point(header: ModelHeader, point: LocalPoint | None) -> None:
    """Use this operating point for the model on this computer; None returns to that of its file.

    Raises JobFailed (output_not_writable) where it would not last: a point that is gone at the next
    start would change decisions without a word.
    """
    if lost := format_lost_data():
        raise JobFailed(Reason.OUTPUT_NOT_WRITABLE, lost)
    _write_record(header, replace(read_record(header), point=point))


def save_acceptance(header: ModelHeader, acceptance: Acceptance) -> None:
    """Store the outcome of the acceptance test in place of an earlier one."""
    _write_record(header, replace(read_record(header), acceptance=acceptance))


def apply_site_record(header: ModelHeader) -> ModelHeader:
    """Return the model at the operating point chosen here, or unchanged where none was."""
    point = read_record(header).point
    if point is None or header.threshold is None:
        return header
    own = header.calibration
    return header.with_calibration(Calibration(own.temperature, point.threshold, point.review_band, point.band_error))


def format_point(header: ModelHeader) -> str:
    """Return a sentence on the operating point in use and where it comes from."""
    point = read_record(header).point
    if header.threshold is None:
        return tr("The most probable class is predicted.")
    if point is None or point.threshold != header.threshold:
        return tr(
            "Threshold {threshold:.4f}, the model's own, fitted on its validation films.", threshold=header.threshold
        )
    return tr(
        "Threshold {threshold:.4f}, chosen here on {day}: {wish}; fitted on validation films.",
        threshold=point.threshold,
        day=format_day(point.chosen),
        wish=point.wish,
    )


def format_validation(header: ModelHeader) -> tuple[bool, str]:
    """Return whether the model, at its current operating point, passed an acceptance test here.

    Also returns the sentence that says so.
    """
    acceptance = read_record(header).acceptance
    if acceptance is None:
        return False, tr("Not validated here: no acceptance test has been done with films of this site.")
    if acceptance.threshold != header.threshold:
        return False, tr("Not validated here: the acceptance test was done at another operating point.")
    outcome = OUTCOMES[acceptance.passed]
    sentence = tr(outcome, day=format_day(acceptance.done), films=acceptance.films, sentence=acceptance.sentence)
    return acceptance.passed, sentence


def shorten_validation(header: ModelHeader) -> str:
    """Return `format_validation` in two or three words."""
    acceptance = read_record(header).acceptance
    if acceptance is None or acceptance.threshold != header.threshold:
        return tr("not validated here")
    return tr("accepted here") if acceptance.passed else tr("not accepted here")


def today() -> str:
    """Return the local date, ISO 8601."""
    return f"{datetime.now().astimezone():%Y-%m-%d}"
