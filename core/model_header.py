"""What a model file says of itself, readable without torch: classes, threshold, figures. Loads no weights."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from safetensors import SafetensorError, safe_open

from core.answers import Answers, answers_of
from core.calibration import Calibration
from core.errors import JobFailed, Reason
from core.files import sha256_of_text
from resources import resource

FORMAT: Final = 1
KEY: Final = "pneumoscreen"
ACCEPTED: Final = "accepted_findings"  # blocking findings of the audit that the model was trained with knowingly
VALIDATION: Final = "validation"  # answers on validation films, for choosing an operating point
FILMS: Final = "film_codes"  # for each split the codes of its films
CARD: Final = "card"
GATE: Final = "gate"  # what the training films look like
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
    validation: Answers | None
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
        return tuple(f"Trained with known faults. {sentence}" for sentence in self.content.get(ACCEPTED, ()))

    def film_codes(self, *splits: str) -> frozenset[str]:
        """Codes of the films that it was made with, of these splits; empty where the file does not say."""
        codes = self.content.get(FILMS) or {}
        return frozenset(code for split in splits for code in codes.get(split, ()))

    def with_calibration(self, calibration: Calibration) -> "ModelHeader":
        """The same model at another operating point, under a name that tells the two apart in ledgers."""
        parts = [self.content["sha256"], calibration.threshold, calibration.review_band]
        stem, _, _ = self.name.rpartition(" ")
        return replace(self, name=f"{stem} {sha256_of_text(json.dumps(parts))[:8]}", calibration=calibration)


def bundled_model() -> Path:
    """The model that the program carries."""
    return resource(BUNDLED_MODEL)


def invalid_model(path: Path, why: str) -> JobFailed:
    """The error for a file that cannot be used as a model."""
    return JobFailed(Reason.MODEL_INVALID, f"{path} cannot be used as a model: {why}.")


def read_header(path: Path) -> ModelHeader:
    """The header of a model file. Raises JobFailed (model_invalid) with what is wrong in one sentence."""
    if not path.is_file():
        raise invalid_model(path, "there is no such file")
    try:
        with safe_open(path, framework="numpy") as file:
            text = (file.metadata() or {}).get(KEY)
    except (SafetensorError, OSError, ValueError) as error:
        raise invalid_model(path, "it is not a safetensors file, or it is cut off") from error
    if text is None:
        raise invalid_model(path, "it was not made by PneumoScreen")
    try:
        return _header(path, json.loads(text))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise invalid_model(path, f"its description is incomplete ({error})") from error


def _header(path: Path, content: dict[str, Any]) -> ModelHeader:
    if content["format"] != FORMAT:
        raise invalid_model(path, f"its format is {content['format']!r}, and this version reads format {FORMAT}")
    classes = tuple(str(name) for name in content["classes"])
    if len(classes) < 2 or len(set(classes)) != len(classes):
        raise ValueError("classes")
    low, high = (float(bound) for bound in content["review_band"])
    threshold = None if content["threshold"] is None else float(content["threshold"])
    temperature, error = float(content["temperature"]), content.get("band_error")
    if (threshold is None) != (len(classes) > 2) or not (0 < temperature < 1e6):
        raise ValueError("operating point")
    calibration = Calibration(temperature, threshold, (low, high), None if error is None else float(error))
    name = f"{path.stem} {str(content['sha256'])[:8]}"
    validation = answers_of(content.get(VALIDATION))
    return ModelHeader(name, str(content["architecture"]), classes, calibration, validation, content)
