"""What a model file says of itself, readable without torch: classes, threshold, figures. Loads no weights."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from safetensors import SafetensorError, safe_open

from core.models.calibration import Calibration
from core.models.predictions import Predictions, predictions_from_json
from core.system.errors import JobFailed, Reason
from core.system.files import sha256_of_text
from core.system.language import tr
from resources import resource

FORMAT: Final = 1
KEY: Final = "pneumoscreen"
ACCEPTED: Final = "accepted_findings"  # blocking findings of the audit that the model was trained with knowingly
VALIDATION: Final = "validation"  # answers on validation films, for choosing an operating point
FILMS: Final = "film_codes"  # for each split the codes of its films
CARD: Final = "card"
GATE: Final = "gate"  # what the training films look like
SEAL: Final = "seal"  # SHA-256 of everything else in the description; None in files of versions before there was one
AGES: Final = "ages_years"  # [youngest, oldest] of the training films' patients in completed years, where it is known
AGES_OF_DATA: Final = {"015c0902": (1, 5)}  # by data fingerprint, for models made before their files told it
MOST_CLASSES, LONGEST_CLASS = 1000, 200
SIZES_PX: Final = range(16, 2049)  # of films as a network sees them
BUNDLED_MODEL: Final = "models/pneumonia-resnet18.safetensors"


@dataclass(frozen=True, slots=True)
class ModelHeader:
    """A model's description.

    name: file stem and short hash. classes: negative first. calibration: how its answers become decisions.
    validation: its answers on validation films, None in files of versions before there were such. content: the whole
    JSON entry, for those who load the weights.
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
        """What tells this model from every other: weights, classes and temperature, not its file's name or place."""
        parts = [self.content["sha256"], self.classes, self.calibration.temperature]
        return sha256_of_text(json.dumps(parts))[:32]

    @property
    def warnings(self) -> tuple[str, ...]:
        """What everybody who reads this model's figures must know; goes into every report."""
        known = self.content.get(ACCEPTED, ())
        return tuple(tr("Trained with known faults. {sentence}", sentence=sentence) for sentence in known)

    @property
    def ages(self) -> tuple[float, float] | None:
        """Youngest and oldest patient among the training films, in completed years, None where it is not known."""
        told = self.content.get(AGES) or AGES_OF_DATA.get(str(self.content.get("data_fingerprint")))
        return (float(told[0]), float(told[1])) if told else None

    def finding_of(self, label: str) -> str:
        """The class that a probability is of: the positive one, with several classes the one that was called."""
        return self.classes[1] if len(self.classes) == 2 else label

    def film_codes(self, *splits: str) -> frozenset[str]:
        """Codes of the films that it was made with, of these splits; empty where the file does not say."""
        codes = self.content.get(FILMS) or {}
        return frozenset(code for split in splits for code in codes.get(split, ()))

    def with_calibration(self, calibration: Calibration) -> "ModelHeader":
        """The same model at another operating point, under a name that tells the two apart in ledgers."""
        parts = [self.content["sha256"], calibration.threshold, calibration.review_band]
        stem, _, _ = self.name.rpartition(" ")
        return replace(self, name=f"{stem} {sha256_of_text(json.dumps(parts))[:8]}", calibration=calibration)


def bundled_model_path() -> Path:
    """The model that the program carries."""
    return resource(BUNDLED_MODEL)


def invalid_model(path: Path, why: str) -> JobFailed:
    """The error for a file that cannot be used as a model. why: in the language that is spoken."""
    return JobFailed(Reason.MODEL_INVALID, tr("{path} cannot be used as a model: {why}.", path=path, why=why))


def format_other_model(other: str, now: str) -> str:
    """The sentence for answers of a model, `other`, that is not the one now in use."""
    return tr(
        "The films were screened by {other}, and now {model} is in use. Screen the folder again.",
        other=other,
        model=now,
    )


def read_header(path: Path) -> ModelHeader:
    """The header of a model file. Raises JobFailed (model_invalid) with what is wrong in one sentence."""
    if not path.is_file():
        raise invalid_model(path, tr("there is no such file"))
    try:
        with safe_open(path, framework="numpy") as file:
            text = (file.metadata() or {}).get(KEY)
    except (SafetensorError, OSError, ValueError) as error:
        raise invalid_model(path, tr("it is not a safetensors file, or it is cut off")) from error
    if text is None:
        raise invalid_model(path, tr("it was not made by PneumoScreen"))
    try:
        return _header(path, json.loads(text, parse_constant=_no_number))
    except RecursionError as error:
        raise invalid_model(path, tr("its description is nested too deeply")) from error
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError) as error:
        raise invalid_model(path, tr("its description is incomplete ({what})", what=str(error)[:80])) from error


def compute_seal(content: Mapping[str, Any]) -> str:
    """What tells that a description was changed: a SHA-256 of all of it but the seal, whatever its order."""
    return sha256_of_text(json.dumps({key: content[key] for key in content if key != SEAL}, sort_keys=True))


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _within(value: Any, least: float, most: float, name: str) -> float:
    number = float(value)
    if not least <= number <= most:
        raise ValueError(name)
    return number


def _header(path: Path, content: dict[str, Any]) -> ModelHeader:
    if content["format"] != FORMAT:
        found = content["format"]
        why = tr("its format is {found!r}, and this version reads format {known}", found=found, known=FORMAT)
        raise invalid_model(path, why)
    if SEAL in content and content[SEAL] != compute_seal(content):
        why = tr("its description was changed since it was saved; fetch it again from where it came")
        raise invalid_model(path, why)
    classes = tuple(str(name) for name in content["classes"])
    if not 2 <= len(classes) <= MOST_CLASSES or len(set(classes)) != len(classes):
        raise ValueError("classes")
    if not all(name and len(name) <= LONGEST_CLASS for name in classes):
        raise ValueError("names of classes")
    if content["preprocessing"]["size_px"] not in SIZES_PX:
        raise ValueError("size of films")
    # a threshold above every probability is the next number after 1
    low, high = (_within(bound, 0, 1.001, "review band") for bound in content["review_band"])
    threshold = None if content["threshold"] is None else _within(content["threshold"], 0, 1.001, "threshold")
    temperature, error = float(content["temperature"]), content.get("band_error")
    if low > high or (threshold is None) != (len(classes) > 2) or not (0 < temperature < 1e6):
        raise ValueError("operating point")
    if ages := content.get(AGES):
        _within(ages[1], _within(ages[0], 0, 150, AGES), 150, AGES)
    calibration = Calibration(temperature, threshold, (low, high), None if error is None else float(error))
    name = f"{path.stem} {str(content['sha256'])[:8]}"
    validation = predictions_from_json(content.get(VALIDATION))
    return ModelHeader(name, str(content["architecture"]), classes, calibration, validation, content)
