"""Build training jobs: training, learning-rate search, recipe search, augmentation preview."""

import threading
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

from core.datasets.events import AuditResult
from core.datasets.preparation import AS_IT_IS, Preparation
from core.jobs.events import Progressed, Stage
from core.recipes.recipe import Augmentation, Recipe
from core.runs.interrupted import find_source, remember_run
from core.runs.run_list import Run, runs_folder
from core.runs.search_file import find_latest_search
from gui.jobs.jobs import freeze_torch
from gui.jobs.worker import Job


def train_job(
    source: Path,
    recipe: Recipe,
    run_dir: Path,
    resume: bool,
    preparation: Preparation = AS_IT_IS,
    audited: AuditResult | None = None,
) -> Job:
    """Train in `run_dir`; returns a TrainingResult.

    resume: continue from its checkpoint. audited: what the person saw of the dataset, used if it has not changed.
    """

    def job(cancel: threading.Event) -> Generator[object, None, object]:
        from core.training.training import train

        freeze_torch()
        return (yield from train(source, recipe, run_dir, cancel, resume, preparation, audited))

    return job


@dataclass(frozen=True, slots=True)
class LostDataset:
    """A training cannot be resumed: its films are no longer where they were, or it is unknown where.

    was: where they were; "" if unknown.
    """

    run: Run
    was: str


def resume_job(run: Run, source: Path | None = None) -> Job:
    """Continue an interrupted training; returns a TrainingResult, or a LostDataset.

    source: where its films are now; None: where they were.
    """

    def job(cancel: threading.Event) -> Generator[object, None, object]:
        yield Progressed(Stage.READING_DATASET, 0, None)
        chosen = source or find_source(run.folder)
        if chosen is None:
            return LostDataset(run, run.card.dataset)
        remember_run(run.folder)
        # a resumed training reads recipe and preparation in its folder
        return (yield from train_job(chosen, run.recipe, run.folder, resume=True)(cancel))

    return job


def find_rate_job(source: Path, recipe: Recipe, preparation: Preparation, audited: AuditResult | None = None) -> Job:
    """Run the learning-rate range test; returns a RateCurve, or None if cancelled."""

    def job(cancel: threading.Event) -> Generator[object, None, object]:
        from core.training.rate_finder import find_rate

        freeze_torch()
        return (yield from find_rate(source, recipe, cancel, preparation, audited))

    return job


def search_job(source: Path, recipe: Recipe, folder: Path, seconds: float, preparation: Preparation) -> Job:
    """Search recipes for `seconds`; returns a SearchResult."""

    def job(cancel: threading.Event) -> Generator[object, None, object]:
        from core.training.search import search

        freeze_torch()
        return (yield from search(source, recipe, folder, cancel, seconds, preparation=preparation))

    return job


def continue_search_job(source: Path, seconds: float, preparation: Preparation) -> Job:
    """Continue the newest search on this dataset for `seconds`; returns a SearchResult."""

    def job(cancel: threading.Event) -> Generator[object, None, object]:
        latest = find_latest_search(runs_folder(), source)
        return (yield from search_job(source, latest.recipe, latest.folder, seconds, preparation)(cancel))

    return job


def preview_job(path: Path, augmentation: Augmentation, size_px: int, count: int, seed: int) -> Job:
    """Augment a film as a training would, `count` times; returns a Preview."""

    def job(cancel: threading.Event) -> Generator[object, None, object]:
        from core.training.augmentation_preview import preview_augmentation

        freeze_torch()
        return (yield from preview_augmentation(path, augmentation, size_px, count, seed, cancel))

    return job
