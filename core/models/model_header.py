"""Read a model file's JSON header without torch: classes, calibration, figures."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from safetensors import SafetensorError, safe_open

from core.models.calibration import Calibration
from core.models.predictions import Predictions, predictions_from_json
from core.system.errors import JobFailed, Reason
from core.system.files import sha256_of_text
from core.system.language import tr
from core.system.outputs import OutputKind
from resources import resource

FORMAT: Final = 1
KEY: Final = "pneumoscreen"
ACCEPTED: Final = "accepted_findings"  # blocking audit findings that were accepted for training
VALIDATION: Final = "validation"  # predictions on validation films, for choosing an operating point
FILMS: Final = "film_codes"  # codes of the films of each split
CARD: Final = "card"
GATE: Final = "gate"  # description of the training films, for the input check
SEAL: Final = "seal"  # SHA-256 of everything else in the header; missing in files of early versions
AGES: Final = "ages_years"  # [youngest, oldest] training patient in completed years, where known
AGES_OF_DATA: Final = {"015c0902": (1, 5)}  # by data fingerprint, for model files without AGES
MOST_CLASSES, LONGEST_CLASS = 1000, 200
SIZES_PX: Final = range(16, 2049)  # network input size
BUNDLED_MODEL: Final = "models/pneumonia-resnet18.safetensors"


@dataclass(frozen=True, slots=True)
class ModelHeader:
    """A model's description.

    name: file stem and short hash. classes: negative first.
    calibration: how logits become decisions.
    validation: predictions on validation films; None in files of early versions.
    content: the whole JSON entry, for loading the weights.
    """

    name: str
    architecture: str
    classes: tuple[str, ...]
    calibration: Calibration
    validation: Predictions | None
    content: dict[str, Any]

    @property
    def threshold(self) -> float | None:
        return self.calibration.threshold

    @property
    def key(self) -> str:
        """Hash of weights, classes and temperature; independent of file name and path."""
        parts = [self.content["sha256"], self.classes, self.calibration.temperature]
        return sha256_of_text(json.dumps(parts))[:32]

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences that every report on this model must show."""
        known = self.content.get(ACCEPTED, ())
        return tuple(
            tr("Trained despite known problems with its data. {sentence}", sentence=sentence) for sentence in known
        )

    @property
    def ages(self) -> tuple[float, float] | None:
        """Youngest and oldest training patient in completed years, or None where unknown."""
        ages = self.content.get(AGES) or AGES_OF_DATA.get(str(self.content.get("data_fingerprint")))
        return (float(ages[0]), float(ages[1])) if ages else None

    def finding_of(self, label: str) -> str:
        """Return the class that a reported probability refers to.

        With two classes the positive one, with more the class the film was assigned (`label`).
        """
        return self.classes[1] if len(self.classes) == 2 else label

    def film_codes(self, *splits: str) -> frozenset[str]:
        """Return the codes of the films in these splits; empty where the file lists none."""
        codes = self.content.get(FILMS) or {}
        return frozenset(code for split in splits for code in codes.get(split, ()))

    def with_calibration(self, calibration: Calibration) -> "ModelHeader":
        """Return the same model at another operating point.

        Its name gets another hash, so that ledgers distinguish the two.
        """
        parts = [self.content["sha256"], calibration.threshold, calibration.review_band]
        stem, _, _ = self.name.rpartition(" ")
        return replace(self, name=f"{stem} {sha256_of_text(json.dumps(parts))[:8]}", calibration=calibration)


def bundled_model_path() -> Path:
    """Return the path of the model that is shipped with the program."""
    return resource(BUNDLED_MODEL)


def invalid_model(path: Path, why: str) -> JobFailed:
    """Return the error for a file that cannot be used as a model. why: a translated clause."""
    return JobFailed(Reason.MODEL_INVALID, tr("{path} cannot be used as a model: {why}.", path=path, why=why))


def format_model_mismatch(other: str, now: str) -> str:
    """Return the sentence for results made by `other`, which is not the model now in use."""
    return tr(
        "The films were screened with {other}, but {model} is in use now. Screen the folder again.",
        other=other,
        model=now,
    )


def read_header(path: Path) -> ModelHeader:
    """Read and validate the header of a model file.

    Raises JobFailed (model_invalid) whose sentence says what is wrong.
    """
    if not path.is_file():
        raise invalid_model(path, tr("there is no such file"))
    try:
        with safe_open(path, framework="numpy") as file:
            text = (file.metadata() or {}).get(KEY)
    except (SafetensorError, OSError, ValueError) as error:
        raise invalid_model(path, tr("it is not a safetensors file, or it is truncated")) from error
    if text is None:
        raise invalid_model(path, tr("it was not made by PneumoScreen"))
    try:
        with _named("JSON"):
            content = dict(json.loads(text, parse_constant=_reject_constant))
        return _parse_header(path, content)
    except RecursionError as error:
        raise invalid_model(path, tr("its description is nested too deeply")) from error
    except UnusableEntry as error:
        raise invalid_model(path, tr("its description is incomplete ({what})", what=error)) from error


def _is_model(path: Path) -> bool:
    """Return True for a model file of this program, also a damaged one."""
    with suppress(SafetensorError, OSError, ValueError), safe_open(path, framework="numpy") as file:
        return KEY in (file.metadata() or {})
    return False


MODEL_FILE: Final = OutputKind(_is_model)


def compute_seal(content: Mapping[str, Any]) -> str:
    """Return the SHA-256 of the header without the seal, independent of key order."""
    return sha256_of_text(json.dumps({key: content[key] for key in content if key != SEAL}, sort_keys=True))


class UnusableEntry(ValueError):
    """An entry of the description is missing or has an impossible value; the message names the entry."""


@contextmanager
def _named(entry: str) -> Iterator[None]:
    """Turn what parsing an entry raises, which is in Python's words, into UnusableEntry."""
    try:
        yield
    except UnusableEntry:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError) as error:
        raise UnusableEntry(entry) from error


def _reject_constant(name: str) -> float:
    raise UnusableEntry(f"{name} is no number")


def _parse_within(value: Any, least: float, most: float) -> float:
    number = float(value)
    if not least <= number <= most:
        raise ValueError(number)
    return number


def _parse_header(path: Path, content: dict[str, Any]) -> ModelHeader:
    """Raise JobFailed, or UnusableEntry for an entry that is missing or impossible."""
    if content.get("format") != FORMAT:
        stored = content.get("format")
        why = tr("its format is {found!r}, and this version reads format {known}", found=stored, known=FORMAT)
        raise invalid_model(path, why)
    if SEAL in content and content[SEAL] != compute_seal(content):
        why = tr("its description was changed after it was saved; get a new copy from its source")
        raise invalid_model(path, why)
    with _named("classes"):
        classes = tuple(str(name) for name in content["classes"])
        if not 2 <= len(classes) <= MOST_CLASSES or len(set(classes)) != len(classes):
            raise ValueError(len(classes))
    if not all(name and len(name) <= LONGEST_CLASS for name in classes):
        raise UnusableEntry("names of classes")
    with _named("size_px"):
        size_px = content["preprocessing"]["size_px"]
    if size_px not in SIZES_PX:
        raise UnusableEntry("size of films")
    with _named(AGES):
        if ages := content.get(AGES):
            youngest = _parse_within(ages[0], 0, 150)
            _parse_within(ages[1], youngest, 150)
    with _named("validation"):
        validation = predictions_from_json(content.get(VALIDATION))
    with _named("sha256"):
        name = f"{path.stem} {str(content['sha256'])[:8]}"
    with _named("architecture"):
        architecture = str(content["architecture"])
    return ModelHeader(name, architecture, classes, _parse_calibration(content, len(classes)), validation, content)


def _parse_calibration(content: dict[str, Any], classes: int) -> Calibration:
    """Return how logits become decisions. Raises UnusableEntry."""
    # the limit is above 1: a threshold above every probability is the next float after 1
    with _named("review band"):
        low, high = (_parse_within(bound, 0, 1.001) for bound in content["review_band"])
    with _named("threshold"):
        threshold = None if content["threshold"] is None else _parse_within(content["threshold"], 0, 1.001)
    with _named("temperature"):
        temperature = float(content["temperature"])
    with _named("band_error"):
        band_error = None if content.get("band_error") is None else float(content["band_error"])
    if low > high or (threshold is None) != (classes > 2) or not (0 < temperature < 1e6):
        raise UnusableEntry("operating point")
    return Calibration(temperature, threshold, (low, high), band_error)
