"""Events and results of training, rate finder, search and augmentation preview."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from core.metrics.figures import Figures
    from core.recipes.recipe import Recipe


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
