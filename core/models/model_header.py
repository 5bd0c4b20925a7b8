"""Read a model file's JSON header without torch: classes, calibration, figures."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from safetensors import SafetensorError, safe_open

from core.films.patient_age import AgeRanges
from core.input_checks.likeness import LIKENESS, Likeness
from core.models.calibration import Calibration
from core.models.header_values import (
    UnusableEntry,
    check_further_entries,
    naming,
    parse_age_ranges,
    parse_classes,
    parse_int8,
    parse_likeness,
    parse_list,
    parse_number,
    parse_scale,
    parse_sha256,
    parse_text,
    parse_validation,
)
from core.models.int8_form import INT8, Int8Form
from core.models.operating_point import EVERYTHING
from core.models.predictions import Predictions
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
SEAL: Final = "seal"  # SHA-256 of everything else in the header
# what the seals would be of the bundled models from before there were seals; their format is the same
EARLIER_MODELS: Final = frozenset(
    {
        "cb370e912b3a36a1ab23c611beec433ee54929ea7cf587f199ff595c453c3727",
        "7e336ea1cfed205c9e22d7a9a3b74ef0f9978247adb211bcd1bc36c0bbd89fd2",
        "51d325500c77704d2d58576ea2dfd8ad410bc27597c8b217dc975d021e8e46b5",
        "bc8f77e77efc54a5d2be6309aaa9d63241a45e0f03359b10c4364f548f14466b",
        "1f3537a63e576f848f77a5ad7f34f14feaaddcfb0f001b942deed149b4699546",
        "e93173ba25d8924503f2e6368e4a27069cc84a7875920464158a127a5986cb89",
        "e57731d7df28a42a88db4ca6cd0bda79e5425578b55b94a49b423f4606066e49",
    }
)
AGES: Final = "ages_years"  # [youngest, oldest] training patient in completed years, or a list of such ranges
AGES_OF_DATA: Final = {"015c0902": [1, 5]}  # by data fingerprint, for model files without AGES
HEAT_SCALE: Final = "heat_scale"  # evidence that heat maps show as full heat
LARGEST_TEMPERATURE: Final = 1e6
SIZES_PX: Final = range(16, 2049)  # network input size
BUNDLED_MODEL: Final = "models/pneumonia-resnet18.safetensors"


@dataclass(frozen=True, slots=True)
class ModelHeader:
    """A model's description.

    name: file stem and short hash. classes: negative first.
    calibration: how logits become decisions.
    validation: predictions on validation films; None in files of early versions.
    content: the whole JSON entry, for loading the weights.
    likeness: what validated films look like to the network; None where the file does not say it.
    int8: its 8-bit form; None where none was measured.
    """

    name: str
    architecture: str
    classes: tuple[str, ...]
    calibration: Calibration
    validation: Predictions | None
    content: dict[str, Any]
    likeness: Likeness | None = None
    int8: Int8Form | None = None

    @property
    def size_px(self) -> int:
        """Side of the network's input."""
        return int(self.content["preprocessing"]["size_px"])

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
    def ages(self) -> AgeRanges | None:
        """Ranges of the training patients' ages in completed years, or None where unknown."""
        fallback = AGES_OF_DATA.get(str(self.content.get("data_fingerprint")))
        return parse_age_ranges(self.content.get(AGES) or fallback, AGES)

    @property
    def heat_scale(self) -> float | None:
        """Evidence that heat maps show as full heat, > 0; None where the file has none."""
        scale = self.content.get(HEAT_SCALE)
        return None if scale is None else float(scale)

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


def locate_model(path: Path | None) -> tuple[Path, int, int]:
    """Return path, size and modification time of a model file, of the bundled one for None.

    They are the key under which a model is kept while its file is unchanged. Raises JobFailed (model_invalid).
    """
    path = path or bundled_model_path()
    try:
        status = path.stat()
    except OSError as error:
        raise invalid_model(path, tr("there is no such file")) from error
    return path, status.st_size, status.st_mtime_ns


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
        with naming("JSON"):
            content = dict(json.loads(text, parse_constant=_reject_constant))
        return _parse_header(path, content)
    except RecursionError as error:
        raise invalid_model(path, tr("its description is nested too deeply")) from error
    except UnusableEntry as error:
        why = tr("its description is incomplete or not valid ({what})", what=str(error)[:80])
        raise invalid_model(path, why) from error


def _is_model(path: Path) -> bool:
    """Return True for a model file of this program, also a damaged one."""
    with suppress(SafetensorError, OSError, ValueError), safe_open(path, framework="numpy") as file:
        return KEY in (file.metadata() or {})
    return False


MODEL_FILE: Final = OutputKind(_is_model)


def compute_seal(content: Mapping[str, Any]) -> str:
    """Return the SHA-256 of the header without the seal, independent of key order."""
    return sha256_of_text(json.dumps({key: content[key] for key in content if key != SEAL}, sort_keys=True))


def _reject_constant(name: str) -> float:
    raise UnusableEntry(f"{name} is no number")


def _check_seal(path: Path, content: dict[str, Any]) -> None:
    """Raise JobFailed for a description without its seal, or with that of another one."""
    seal = compute_seal(content)
    if SEAL not in content and seal not in EARLIER_MODELS:
        why = tr(
            "its description has no seal, so nobody can tell whether it was changed; get a new copy, or train again"
        )
        raise invalid_model(path, why)
    if content.get(SEAL, seal) != seal:
        why = tr("its description was changed after it was saved; get a new copy from its source")
        raise invalid_model(path, why)


def _parse_header(path: Path, content: dict[str, Any]) -> ModelHeader:
    """Raise JobFailed, or UnusableEntry for an entry that is missing or impossible."""
    stored = content.get("format")
    if type(stored) is not int or stored != FORMAT:
        why = tr("its format is {found!r}, and this version reads format {known}", found=stored, known=FORMAT)
        raise invalid_model(path, why)
    _check_seal(path, content)
    with naming("letters"):  # half a character could be written to no report
        json.dumps(content, ensure_ascii=False).encode()
    classes = parse_classes(content.get("classes"))
    with naming("size_px"):
        size_px = content["preprocessing"]["size_px"]
    if type(size_px) is not int or size_px not in SIZES_PX:
        raise UnusableEntry("size of films")
    validation = parse_validation(content.get(VALIDATION), len(classes))
    parse_age_ranges(content.get(AGES), AGES)
    parse_scale(content.get(HEAT_SCALE), HEAT_SCALE)
    parse_text(content.get("app_version"), "app_version")
    check_further_entries(content, ACCEPTED, FILMS)
    name = f"{path.stem} {parse_sha256(content.get('sha256'))[:8]}"
    architecture = parse_text(content.get("architecture"), "architecture")
    likeness = parse_likeness(content.get(LIKENESS))
    calibration = _parse_calibration(content, len(classes))
    int8 = parse_int8(content.get(INT8), len(classes))
    return ModelHeader(name, architecture, classes, calibration, validation, content, likeness, int8)


def _parse_calibration(content: dict[str, Any], classes: int) -> Calibration:
    """Return the calibration of a model with so many classes; with two, the band encloses the threshold."""
    bounds = parse_list(content.get("review_band"), "review band")
    with naming("review band"):
        low, high = (parse_number(bound, 0, EVERYTHING, "review band") for bound in bounds)
    threshold = content.get("threshold")
    if threshold is not None:
        threshold = parse_number(threshold, 0, EVERYTHING, "threshold")
    temperature = parse_number(content.get("temperature"), 0, LARGEST_TEMPERATURE, "temperature")
    band_error = content.get("band_error")
    if band_error is not None:
        band_error = parse_number(band_error, 0, 1, "band_error")
    is_enclosed = low <= high if threshold is None else low <= threshold <= high
    if not is_enclosed or (threshold is None) != (classes > 2) or temperature == 0:
        raise UnusableEntry("operating point")
    return Calibration(temperature, threshold, (low, high), band_error)
