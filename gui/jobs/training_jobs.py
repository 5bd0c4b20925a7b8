"""Build training jobs: training, learning-rate search, recipe search, augmentation preview."""

import threading
from dataclasses import dataclass
from pathlib import Path

from core.datasets.events import AuditResult
from core.datasets.preparation import AS_IT_IS, Preparation
from core.jobs.events import Progressed, Stage
from core.recipes.recipe import Augmentation, Recipe
from core.runs.interrupted import find_source, remember_run
from core.runs.run_list import Run, runs_folder
from core.runs.search_file import find_latest_search
from core.training.events import Preview, RateCurve, SearchResult, TrainingResult
from gui.jobs.jobs import freeze_torch
from gui.jobs.worker import Steps, as_job


@as_job
def train_job(
    cancel: threading.Event,
    source: Path,
    recipe: Recipe,
    run_dir: Path,
    resume: bool,
    preparation: Preparation = AS_IT_IS,
    audited: AuditResult | None = None,
) -> Steps[TrainingResult]:
    """Train in `run_dir`.

    resume: continue from its checkpoint. audited: what the person saw of the dataset, used if it has not changed.
    """
    from core.training.training import train

    freeze_torch()
    return (yield from train(source, recipe, run_dir, cancel, resume, preparation, audited))


@dataclass(frozen=True, slots=True)
class LostDataset:
    """A training cannot be resumed: its films are no longer where they were, or it is unknown where."""

    run: Run


@as_job
def resume_job(cancel: threading.Event, run: Run, source: Path | None = None) -> Steps[TrainingResult | LostDataset]:
    """Continue an interrupted training.

    source: where its films are now; None: where they were.
    """
    yield Progressed(Stage.READING_DATASET, 0, None)
    chosen = source or find_source(run.folder)
    if chosen is None:
        return LostDataset(run)
    remember_run(run.folder)
    # a resumed training reads recipe and preparation in its folder
    return (yield from train_job(chosen, run.recipe, run.folder, resume=True)(cancel))


@as_job
def find_rate_job(
    cancel: threading.Event,
    source: Path,
    recipe: Recipe,
    preparation: Preparation,
    audited: AuditResult | None = None,
) -> Steps[RateCurve | None]:
    """Run the learning-rate range test; None if cancelled. audited: as in `train_job`."""
    from core.training.rate_finder import find_rate

    freeze_torch()
    return (yield from find_rate(source, recipe, cancel, preparation, audited))


@as_job
def search_job(
    cancel: threading.Event, source: Path, recipe: Recipe, folder: Path, seconds: float, preparation: Preparation
) -> Steps[SearchResult]:
    """Search recipes for `seconds`."""
    from core.training.search import search

    freeze_torch()
    return (yield from search(source, recipe, folder, cancel, seconds, preparation=preparation))


@as_job
def continue_search_job(
    cancel: threading.Event, source: Path, seconds: float, preparation: Preparation
) -> Steps[SearchResult]:
    """Continue the newest search on this dataset for `seconds`."""
    latest = find_latest_search(runs_folder(), source)
    return (yield from search_job(source, latest.recipe, latest.folder, seconds, preparation)(cancel))


@as_job
def preview_job(
    cancel: threading.Event, path: Path, augmentation: Augmentation, size_px: int, count: int, seed: int
) -> Steps[Preview]:
    """Augment a film as a training would, `count` times."""
    from core.training.augmentation_preview import preview_augmentation

    freeze_torch()
    return (yield from preview_augmentation(path, augmentation, size_px, count, seed, cancel))
