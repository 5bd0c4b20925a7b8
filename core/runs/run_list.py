"""Past trainings on disk: listed, named, compared. Trains nothing and deletes nothing."""

from dataclasses import asdict, dataclass, replace
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
from core.system.language import tr


@dataclass(frozen=True, slots=True)
class Run:
    """One training. metrics: those of metrics.json, None where it was not finished. best_epoch: None before the first.

    is_resumable: it was interrupted and can go on. looks: how often its sealed test films were looked at.
    """

    folder: Path
    card: RunCard
    recipe: Recipe
    epochs: tuple[EpochEnded, ...]
    metrics: dict[str, Any] | None
    is_resumable: bool
    looks: int

    @property
    def best_epoch(self) -> int | None:
        return next((epoch.epoch for epoch in reversed(self.epochs) if epoch.is_best), None)

    @property
    def model(self) -> Path | None:
        path = self.folder / MODEL
        return path if path.is_file() else None


def runs_folder() -> Path:
    """Where the window's trainings are kept."""
    return data_folder() / "runs"


def read_runs(root: Path) -> tuple[tuple[Run, ...], tuple[Path, ...]]:
    """All runs in `root` and in the searches there, the newest first; and the folders of those that cannot be read.

    The latter say that they are runs: damaged ones, or of a newer version.
    """
    if not root.is_dir():
        return (), ()
    found, unreadable = [], []
    for folder in (*root.iterdir(), *root.glob("search-*/trial-*")):
        try:
            found.append(read_run(folder))
        except JobFailed:
            if (folder / CARD).exists():
                unreadable.append(folder)
    return tuple(sorted(found, key=lambda run: run.card.started, reverse=True)), tuple(sorted(unreadable))


def list_runs(root: Path) -> tuple[Run, ...]:
    """Those of `read_runs` that can be read."""
    return read_runs(root)[0]


def read_run(folder: Path) -> Run:
    """The run in `folder`. Raises JobFailed (run_unreadable) where there is none."""
    try:
        card = read_card(folder)
        recipe = from_json_object(read_json(folder / RECIPE))
        path = folder / METRICS
        metrics = _checked(read_json(path)) if path.is_file() else None
    except (OSError, ValueError, TypeError, KeyError, PneumoScreenError) as error:
        sentence = tr("{folder} holds no training that can be read.", folder=folder)
        raise JobFailed(Reason.RUN_UNREADABLE, sentence) from error
    return Run(folder, card, recipe, read_epochs(folder), metrics, is_resumable(folder), read_use_count(folder))


def _checked(metrics: Any) -> dict[str, Any]:
    """What stands in metrics.json. Raises ValueError or TypeError where the figures that are shown are none."""
    if not isinstance(metrics, dict) or "accuracy" not in metrics:
        raise ValueError("metrics")
    for name in ("accuracy", "roc_auc", "macro_auc"):
        found = metrics.get(name)
        if found is not None and not all(isinstance(value, int | float) for value in asdict(Figure(**found)).values()):
            raise TypeError(name)
    return metrics


def rename_run(run: Run, name: str, note: str) -> Run:
    """Give a run another name and note; returns it as it is now. Raises JobFailed where it cannot be written."""
    card = replace(run.card, name=name.strip() or run.folder.name, note=note)
    write_card(run.folder, card)
    return replace(run, card=card)
