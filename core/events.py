"""Every value that a job yields or returns: frozen, without behaviour, without torch, so the window may know them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import Reason
from core.language import marked

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from core.dataset import Dataset
    from core.film_details import FilmDetails
    from core.intervals import Figure
    from core.label_list import Columns
    from core.metrics import Figures
    from core.preparation import Preparation, Step
    from core.recipe import Recipe


class Stage(StrEnum):
    """What a job is busy with; the value is shown to people, translated."""

    MAKING_PHANTOMS = marked("Making phantoms")
    READING_DATASET = marked("Reading the dataset")
    READING_RUNS = marked("Reading the trainings")
    CHECKING_FILMS = marked("Checking films")
    COMPARING = marked("Comparing films")
    PROBING = marked("Looking for shortcuts")
    DECODING = marked("Decoding films")
    LOADING_NETWORK = marked("Loading the network")
    DOWNLOADING = marked("Downloading weights")
    EXTRACTING_FEATURES = marked("Extracting features")
    TRAINING = marked("Training")
    FINDING_RATE = marked("Finding a learning rate")
    VALIDATING = marked("Validating")
    TESTING = marked("Testing")
    WATCHING = marked("Watching the folder")
    EXPLAINING = marked("Making heat maps")
    READING_MODEL = marked("Reading the model")
    WRITING = marked("Writing")


class Severity(StrEnum):
    """How much a note or finding matters. The values stand in JSON, and are shown to people, translated."""

    INFORMATION = marked("information")
    WARNING = marked("warning")
    BLOCKING = marked("blocking")


class Status(StrEnum):
    """What became of one file. The values stand in RESULTS.csv, and are shown to people, translated."""

    SCORED = marked("scored")
    REFUSED = marked("refused")
    FAILED = marked("failed")


class Decision(StrEnum):
    """The three-way answer. The values stand in RESULTS.csv, and are shown to people, translated."""

    LIKELY = marked("likely")
    REVIEW = marked("review")
    UNLIKELY = marked("unlikely")


@dataclass(frozen=True, slots=True)
class Progressed:
    """A stage has come so far. total is None where it cannot be known; seconds_left where it is not yet known."""

    stage: Stage
    done: int
    total: int | None
    seconds_left: float | None = None


@dataclass(frozen=True, slots=True)
class Noted:
    """One sentence for the log of a job."""

    sentence: str
    severity: Severity = Severity.INFORMATION


@dataclass(frozen=True, slots=True)
class FilmLeftOut:
    """A film of a dataset that could not be read and takes no part."""

    path: Path
    reason: Reason
    sentence: str


@dataclass(frozen=True, slots=True)
class TrainingStarted:
    """All is read and the first epoch begins."""

    run_dir: Path
    classes: tuple[str, ...]
    training_films: int
    validation_films: int
    test_films: int
    epochs: int
    device: str


@dataclass(frozen=True, slots=True)
class BatchEnded:
    """Training has come so far inside an epoch. Sent at most ten times a second.

    may_end_early: seconds_left is for all epochs, and early stopping may save some of them.
    """

    epoch: int
    epochs: int
    batch: int
    batches: int
    loss: float
    films_per_second: float
    seconds_left: float | None
    may_end_early: bool


@dataclass(frozen=True, slots=True)
class EpochEnded:
    """One epoch is over. Accuracies, AUC, sensitivity and specificity are fractions, the last two at 0.5.

    With several classes AUC is the mean over them, and sensitivity and specificity are None.
    """

    epoch: int
    epochs: int
    training_loss: float
    training_accuracy: float
    validation_loss: float
    validation_accuracy: float
    validation_auc: float
    validation_sensitivity: float | None
    validation_specificity: float | None
    learning_rate: float
    films_per_second: float
    seconds: float
    is_best: bool


@dataclass(frozen=True, slots=True)
class TrainingResult:
    """How a training ended.

    completed: False where it was cancelled. model: the best epoch's model, None if no epoch was finished.
    figures: on the sealed test films, None where it was cancelled.
    """

    run_dir: Path
    completed: bool
    model: Path | None
    best_epoch: int | None
    epochs_done: int
    threshold: float | None
    figures: "Figures | None"


@dataclass(frozen=True, slots=True)
class Preview:
    """Variants of one film, each (size, size) uint8, as augmentation makes them."""

    path: Path
    films: "tuple[npt.NDArray[np.uint8], ...]"


@dataclass(frozen=True, slots=True)
class RateCurve:
    """Smoothed training loss over growing learning rates, and the rate that suits, None where none can be told."""

    rates: tuple[float, ...]
    losses: tuple[float, ...]
    suggestion: float | None


@dataclass(frozen=True, slots=True)
class TrialEnded:
    """One recipe of a search was tried. auc: its best on validation films. pruned: it was given up early."""

    number: int
    recipe: "Recipe"
    auc: float
    pruned: bool
    run_dir: Path


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The best recipe of a search with its validation AUC, None before a trial was finished."""

    recipe: "Recipe | None"
    auc: float | None
    finished: int
    pruned: int


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


class FindingKind(StrEnum):
    """What an audit may find; the value is its title, which is shown translated."""

    UNREADABLE = marked("Unreadable files")
    PATIENT_LEAK = marked("Patients across splits")
    COPY_LEAK = marked("Copies across splits")
    LABEL_CONFLICT = marked("Copies with different labels")
    EXACT_COPIES = marked("Exact copies")
    NEAR_COPIES = marked("Near copies")
    TINY_VALIDATION = marked("Tiny validation split")
    IMBALANCE = marked("Unequal classes")
    FEW_FILMS = marked("Few films")
    INVERTED = marked("Inverted films")
    SIZES = marked("Mixed sizes")
    DEPTHS = marked("Mixed bit depths")
    COLOURED = marked("Colour films")
    BORDERS = marked("Plain borders")
    SHORTCUT = marked("Shortcut")
    NO_SPLIT = marked("No split possible")
    DOUBTFUL = marked("Doubtful labels")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing an audit has to say: what it is, how bad, what to do, which files, and what one click can do."""

    kind: FindingKind
    severity: Severity
    sentence: str
    advice: str
    files: tuple[Path, ...] = ()
    fixes: "tuple[Step, ...]" = ()


@dataclass(frozen=True, slots=True)
class Shortcut:
    """How well something beside the picture tells the classes apart.

    auc: cross-validated by patient, 0.5 is chance. sentence: the same in words.
    """

    what: str
    auc: "Figure"
    sentence: str


@dataclass(frozen=True, slots=True)
class AuditResult:
    """A dataset that was read, corrected and checked.

    dataset: readable films, with the splits that were given or chosen. planned: the same with the splits that a
    training with seed 0 makes, None where none can be made. copies: groups of copies, exact and near.
    codes: what tells each film's file (core.answers.film_code). ages: those that its films tell (core.ages.told_age).
    preparation: how the dataset was read. completed: False where it was cancelled.
    """

    preparation: "Preparation"
    dataset: "Dataset"
    planned: "Dataset | None"
    left_out: tuple[FilmLeftOut, ...]
    findings: tuple[Finding, ...]
    copies: tuple[tuple[Path, ...], ...]
    codes: Mapping[Path, str]
    ages: Mapping[Path, str]
    shortcuts: tuple[Shortcut, ...]
    completed: bool


@dataclass(frozen=True, slots=True)
class IntakeLook:
    """How a dataset could be read, for a person to correct.

    header: columns of a label list, empty for folders. columns: the guess, None where there is none.
    names: file names without suffix, for trying patient patterns.
    """

    source: Path
    header: tuple[str, ...]
    columns: "Columns | None"
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SelfTestResult:
    """The bundled model's answers on known inputs, beside the stored ones."""

    model: str
    answers: tuple[float, ...]
    expected: tuple[float, ...]
    seconds: float
