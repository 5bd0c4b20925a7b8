"""Events and results of screening a folder and of reading a single film."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from core.system.language import marked

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from core.films.dicom_details import FilmDetails
from core.models.decision import Decision


class Status(StrEnum):
    """What became of one file. The values stand in RESULTS.csv, and are shown to people, translated."""

    SCORED = marked("scored")
    REFUSED = marked("refused")
    FAILED = marked("failed")


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One line of RESULTS.csv: one regular file and what became of it.

    file: relative to the folder, with "/". label, probability, decision: None unless scored.
    class_probabilities: in class order, empty for two classes.
    """

    file: str
    status: Status
    reason: str
    label: str | None
    probability: float | None
    decision: Decision | None
    model: str
    class_probabilities: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class ScreeningStarted:
    """The folder is listed: found files, of which so many already have a row from an earlier run.

    classes: of the model, negative first.
    """

    found: int
    resumed: tuple[LedgerRow, ...]
    classes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FilmAnswered:
    """One file has its row, and the row is on disk."""

    row: LedgerRow
    done: int
    total: int
    seconds_left: float | None


@dataclass(frozen=True, slots=True)
class ScreeningResult:
    """found = scored + refused + failed when completed. output: the CSV, or the unfinished one if interrupted.

    validation: whether the model was accepted at this place, in words. drift: sentences on how these films differ from
    the model's validation films.
    """

    output: Path
    completed: bool
    found: int
    scored: int
    refused: int
    failed: int
    validation: str
    drift: tuple[str, ...]
    rows: tuple[LedgerRow, ...]


@dataclass(frozen=True, slots=True)
class FilmReading:
    """One film's answer with its picture.

    finding: the positive class, with several classes `label`. probability: calibrated, of the finding. probabilities:
    the same, or of every class with several. details: what the file tells beside its picture.
    validation: whether the model was accepted at this place, in words. pixels: (height, width) uint8, upright, white
    is dense. heat: same shape, float32, 0..1. cautions: what a reader must know of this film, as sentences.
    """

    path: Path
    label: str
    finding: str
    probability: float
    probabilities: float | tuple[float, ...]
    threshold: float | None
    decision: Decision
    model: str
    validation: str
    details: "FilmDetails"
    pixels: "npt.NDArray[np.uint8]"
    heat: "npt.NDArray[np.float32]"
    cautions: tuple[str, ...] = ()
