"""Events and results of screening a folder and of scoring a single film."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from core.models.decision import Decision
from core.screening.file_state import IN_FOLDER, FilmPlace
from core.system.errors import Reason
from core.system.language import marked

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from core.films.dicom_details import FilmDetails
    from core.films.film_facts import FilmFacts


class Status(StrEnum):
    """Outcome for one file. The values are written to RESULTS.csv; users see them translated."""

    SCORED = marked("scored")
    REFUSED = marked("refused")
    FAILED = marked("failed")


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One row of RESULTS.csv: a regular file and its outcome.

    file: path relative to the folder, with "/". reason: why it was not scored; of a scored film why
    the gate had refused it, if a person overrode that, or UNLIKE_VALIDATED_FILMS. label, probability,
    decision: None unless scored.
    class_probabilities: in class order, empty for two classes. film: code of the film's content, ""
    if unknown. place: where the film is. These two are not part of the ledger
    (core/screening/state_log.py).
    """

    file: str
    status: Status
    reason: str
    label: str | None
    probability: float | None
    decision: Decision | None
    model: str
    class_probabilities: tuple[float, ...] = ()
    film: str = field(default="", compare=False)
    place: FilmPlace = field(default=IN_FOLDER, compare=False)

    @property
    def name_in_folder(self) -> str:
        """The name that the film has, or had before it was moved, in the folder that was screened."""
        return self.place.arrived_as or self.file


@dataclass(frozen=True, slots=True)
class ScreeningStarted:
    """The folder has been listed.

    found: number of files. resumed: rows of an earlier run that are kept. classes: of the model,
    negative first.
    """

    found: int
    resumed: tuple[LedgerRow, ...]
    classes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FilmAnswered:
    """One file has its row, which is already in the ledger. done, total: rows."""

    row: LedgerRow
    done: int
    total: int
    seconds_left: float | None


@dataclass(frozen=True, slots=True)
class RowSuperseded:
    """The file of a row is no longer what was read. The row is withdrawn; the file is read again."""

    row: LedgerRow


@dataclass(frozen=True, slots=True)
class ScreeningResult:
    """Result of a screening; found = scored + refused + failed if it was completed.

    output: the ledger, or the unfinished one after an interruption. validation: a sentence on
    whether the model was accepted at this site. drift: sentences on how these films differ from the
    model's validation films.
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
    """The model's result for one film, with the picture and its heat map.

    finding: the positive class; with several classes, `label`. probability: calibrated, of the
    finding. probabilities: the same; with several classes, of every class. validation: a sentence
    on whether the model was accepted at this site. details: from the file's DICOM tags. facts: what
    was read from the file. pixels: (height, width) uint8, upright, dense tissue white. heat: same
    shape, float32, 0..1, the evidence for the finding. is_heat_scaled: whether 1 is the evidence of
    the clearest validation films, else it is the film's own maximum. cautions: sentences that warn
    the reader of this film. reason: as in a row of the ledger. is_unlike: the film is unlike those
    that the model was validated on. film: code of the file's content, "" if unknown.
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
    facts: "FilmFacts"
    is_heat_scaled: bool = False
    cautions: tuple[str, ...] = ()
    reason: str = ""
    film: str = ""
    is_unlike: bool = False


@dataclass(frozen=True, slots=True)
class FilmRefusal:
    """A film that the model's gate refused, with its picture; fields as in FilmReading.

    A person may override the gate and have it scored.
    """

    path: Path
    reason: Reason
    model: str
    details: "FilmDetails"
    facts: "FilmFacts"
    pixels: "npt.NDArray[np.uint8]"
