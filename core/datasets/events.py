"""Events and results of reading and auditing a dataset."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from core.jobs.events import Severity
from core.system.language import marked

if TYPE_CHECKING:
    from core.datasets.dataset import Dataset
    from core.datasets.entries import FilmLeftOut
    from core.datasets.preparation import Preparation, Step
    from core.metrics.intervals import Figure


class FindingKind(StrEnum):
    """What an audit may find; the value is the title, which is translated where it is shown."""

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
    FINDING_UNKNOWN = marked("Finding not named")
    SPELLINGS = marked("Class names spelled differently")
    NOT_FRONTAL = marked("Not frontal chest films")
    SHARED_PATIENT = marked("One patient for many films")
    UNLABELLED = marked("Files without a label")
    LIST_NOTES = marked("How the list was read")


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding of an audit.

    sentence: what is wrong. advice: what to do. files: the films concerned. fixes: steps that a
    single click applies.
    """

    kind: FindingKind
    severity: Severity
    sentence: str
    advice: str
    files: tuple[Path, ...] = ()
    fixes: "tuple[Step, ...]" = ()


@dataclass(frozen=True, slots=True)
class Shortcut:
    """How well something other than the picture separates the classes.

    auc: cross-validated by patient, 0.5 is chance. sentence: the same in words.
    """

    what: str
    auc: "Figure"
    sentence: str


@dataclass(frozen=True, slots=True)
class AuditResult:
    """A dataset after reading, corrections and checks.

    preparation: how the dataset was read. dataset: readable films, with given or corrected splits.
    planned: the same with the splits of a training with seed 0, None if none are possible. copies:
    groups of copies, exact and near. codes: short code that identifies each film's file (see
    core.films.film_code). ages: as films and label list state them (see patient_ages). completed:
    False if cancelled. state: a hash of the source before it was read (see core.datasets.audit.is_current).
    """

    preparation: "Preparation"
    dataset: "Dataset"
    planned: "Dataset | None"
    left_out: "tuple[FilmLeftOut, ...]"
    findings: tuple[Finding, ...]
    copies: tuple[tuple[Path, ...], ...]
    codes: Mapping[Path, str]
    ages: Mapping[Path, str]
    shortcuts: tuple[Shortcut, ...]
    completed: bool
    state: str = ""
