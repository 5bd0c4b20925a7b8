"""List, read and rename the trainings on disk."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from core.metrics.intervals import Figure
from core.recipes.recipe import Recipe
from core.recipes.recipe_json import from_json_object
from core.runs.epoch_log import EpochEnded, read_epochs
from core.runs.run_folder import CARD, METRICS, MODEL, RECIPE, RunCard, is_resumable, read_card, write_card
from core.runs.test_set_use import read_use_count
from core.system.app_folders import data_folder
from core.system.errors import JobFailed, PneumoScreenError, Reason
from core.system.files import read_json
from core.system.json_records import parse_value
from core.system.language import tr


@dataclass(frozen=True, slots=True)
class Run:
    """One training.

    metrics: contents of metrics.json, None if not finished. is_resumable: it was interrupted and
    can continue. uses: how often its held-out test films were used. best_epoch: None before the
    first epoch.
    """

    folder: Path
    card: RunCard
    recipe: Recipe
    epochs: tuple[EpochEnded, ...]
    metrics: dict[str, Any] | None
    is_resumable: bool
    uses: int

    @property
    def best_epoch(self) -> int | None:
        return next((epoch.epoch for epoch in reversed(self.epochs) if epoch.is_best), None)

    @property
    def model(self) -> Path | None:
        path = self.folder / MODEL
        return path if path.is_file() else None


def runs_folder() -> Path:
    """Return the folder of the trainings that the window starts."""
    return data_folder() / "runs"


def read_runs(root: Path) -> tuple[tuple[Run, ...], tuple[Path, ...]]:
    """Return the runs in `root` and its searches, newest first, and folders of unreadable ones.

    A folder counts as an unreadable run if it has a card: it is damaged, or of a newer version.
    """
    if not root.is_dir():
        return (), ()
    runs, unreadable = [], []
    for folder in (*root.iterdir(), *root.glob("search-*/trial-*")):
        try:
            runs.append(read_run(folder))
        except JobFailed:
            if (folder / CARD).exists():
                unreadable.append(folder)
    return tuple(sorted(runs, key=lambda run: run.card.started, reverse=True)), tuple(sorted(unreadable))


def list_runs(root: Path) -> tuple[Run, ...]:
    """Return the readable runs of `read_runs`."""
    return read_runs(root)[0]


def read_run(folder: Path) -> Run:
    """Read the run in `folder`. Raises JobFailed (run_unreadable) if there is none."""
    try:
        card = read_card(folder)
        recipe = from_json_object(read_json(folder / RECIPE))
        path = folder / METRICS
        metrics = _check_metrics(read_json(path)) if path.is_file() else None
    except (OSError, ValueError, PneumoScreenError) as error:
        sentence = tr("{folder} contains no readable training.", folder=folder)
        raise JobFailed(Reason.RUN_UNREADABLE, sentence) from error
    return Run(folder, card, recipe, read_epochs(folder), metrics, is_resumable(folder), read_use_count(folder))


def _check_metrics(metrics: Any) -> dict[str, Any]:
    """Check the main figures in metrics.json. Raises ValueError."""
    if not isinstance(metrics, dict) or "accuracy" not in metrics:
        raise ValueError("metrics")
    for name in ("accuracy", "roc_auc", "macro_auc"):
        parse_value(Figure | None, metrics.get(name), name)
    return metrics


def rename_run(run: Run, name: str, note: str) -> Run:
    """Change name and note of a run; return the changed run. Raises JobFailed."""
    card = replace(run.card, name=name.strip() or run.folder.name, note=note)
    write_card(run.folder, card)
    return replace(run, card=card)
