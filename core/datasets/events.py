"""Events and results of reading and auditing a dataset."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from core.system.errors import Reason
from core.system.language import marked

if TYPE_CHECKING:
    from core.datasets.dataset import Dataset
    from core.datasets.preparation import Preparation, Step
    from core.metrics.intervals import Figure
from core.jobs.events import Severity


@dataclass(frozen=True, slots=True)
class FilmLeftOut:
    """A film of a dataset that could not be read and takes no part."""

    path: Path
    reason: Reason
    sentence: str


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
    codes: what tells each film's file (core.films.film_code). ages: those that its films tell (see patient_ages).
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
