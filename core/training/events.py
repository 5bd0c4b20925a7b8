"""Events and results of training, rate finder, recipe search and augmentation preview."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from core.datasets.events import AuditResult
    from core.metrics.figures import Figures
    from core.recipes.recipe import Recipe


@dataclass(frozen=True, slots=True)
class DatasetRead:
    """The dataset at `source` was read and checked."""

    source: Path
    audit: "AuditResult"


@dataclass(frozen=True, slots=True)
class TrainingStarted:
    """All films are read, and the first epoch begins. epochs: in all."""

    run_dir: Path
    classes: tuple[str, ...]
    training_films: int
    validation_films: int
    test_films: int
    epochs: int
    device: str
    recipe: "Recipe"


@dataclass(frozen=True, slots=True)
class BatchEnded:
    """A batch has ended. Sent at most ten times per second.

    seconds_left: for all epochs, None if unknown. may_end_early: early stopping may skip some of
    them.
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
class TrainingResult:
    """Result of a training.

    completed: False if cancelled. model: of the best epoch, None if no epoch was finished. figures:
    on the held-out test films, None if cancelled.
    """

    run_dir: Path
    completed: bool
    model: Path | None = None
    best_epoch: int | None = None
    epochs_done: int = 0
    threshold: float | None = None
    figures: "Figures | None" = None


@dataclass(frozen=True, slots=True)
class Preview:
    """Augmented variants of one film, each (size, size) uint8."""

    path: Path
    films: "tuple[npt.NDArray[np.uint8], ...]"


@dataclass(frozen=True, slots=True)
class RateCurve:
    """Smoothed training loss over rising learning rates. suggestion: None if there is none."""

    rates: tuple[float, ...]
    losses: tuple[float, ...]
    suggestion: float | None


@dataclass(frozen=True, slots=True)
class TrialEnded:
    """A trial of a search has ended. auc: its best on validation. pruned: stopped early."""

    number: int
    recipe: "Recipe"
    auc: float
    pruned: bool
    run_dir: Path


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The best recipe of a search with its validation AUC, None before any trial was finished."""

    recipe: "Recipe | None"
    auc: float | None
    finished: int
    pruned: int
