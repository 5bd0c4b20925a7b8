"""Past trainings on disk: listed, named, compared. Trains nothing and deletes nothing."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import JobFailed, PneumoScreenError, Reason
from core.events import EpochEnded
from core.metrics import Difference, delong_difference, mcnemar
from core.model_header import read_header
from core.places import data_folder
from core.recipe import Recipe, from_json_object, to_json_object
from core.run_folder import (
    CHECKPOINT,
    METRICS,
    MODEL,
    RECIPE,
    RunCard,
    read_card,
    read_epochs,
    read_predictions,
    write_card,
)


@dataclass(frozen=True, slots=True)
class Run:
    """One training. metrics: those of metrics.json, None where it was not finished. best_epoch: None before the first.

    is_resumable: it was interrupted and can go on.
    """

    folder: Path
    card: RunCard
    recipe: Recipe
    epochs: tuple[EpochEnded, ...]
    metrics: dict[str, Any] | None
    is_resumable: bool

    @property
    def best_epoch(self) -> int | None:
        return next((epoch.epoch for epoch in reversed(self.epochs) if epoch.is_best), None)

    @property
    def model(self) -> Path | None:
        path = self.folder / MODEL
        return path if path.is_file() else None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs side by side.

    choices: for each choice that differs its name and both values. films: how many test films both have.
    accuracy, auc: second minus first on those films, None where that cannot be told.
    sentence: what it means.
    """

    first: Run
    second: Run
    choices: tuple[tuple[str, str, str], ...]
    films: int
    accuracy: Difference | None
    auc: Difference | None
    sentence: str


def runs_folder() -> Path:
    """Where the window's trainings are kept."""
    return data_folder() / "runs"


def list_runs(root: Path) -> tuple[Run, ...]:
    """All runs in `root` and in the searches there, the newest first; what cannot be read as a run is left out."""
    if not root.is_dir():
        return ()
    found = []
    for folder in (*root.iterdir(), *root.glob("search-*/trial-*")):
        try:
            found.append(read_run(folder))
        except JobFailed:
            continue
    return tuple(sorted(found, key=lambda run: run.card.started, reverse=True))


def read_run(folder: Path) -> Run:
    """The run in `folder`. Raises JobFailed (run_unreadable) where there is none."""
    try:
        card = read_card(folder)
        recipe = from_json_object(json.loads((folder / RECIPE).read_text("utf-8")))
        path = folder / METRICS
        metrics = json.loads(path.read_text("utf-8")) if path.is_file() else None
    except (OSError, ValueError, TypeError, PneumoScreenError) as error:
        raise JobFailed(Reason.RUN_UNREADABLE, f"{folder} holds no training that can be read.") from error
    return Run(folder, card, recipe, read_epochs(folder), metrics, (folder / CHECKPOINT).is_file())


def described(run: Run, name: str, note: str) -> Run:
    """Give a run another name and note; returns it as it is now. Raises JobFailed where it cannot be written."""
    card = replace(run.card, name=name.strip() or run.folder.name, note=note)
    write_card(run.folder, card)
    return replace(run, card=card)


def recipe_differences(first: Recipe, second: Recipe) -> tuple[tuple[str, str, str], ...]:
    """Each choice that differs, with both values, in the recipe's order."""
    one, other = _flat(to_json_object(first)), _flat(to_json_object(second))
    return tuple((key, str(one[key]), str(other[key])) for key in one if one[key] != other[key])


def _flat(content: dict[str, Any]) -> dict[str, Any]:
    flat = {key: value for key, value in content.items() if not isinstance(value, dict)}
    for key, value in content.items():
        if isinstance(value, dict):
            flat.update({f"{key} {inner}": part for inner, part in value.items()})
    return flat


def compare(first: Run, second: Run) -> Comparison:
    """Whether the second run is better than the first on the test films that both have.

    Raises JobFailed where a run was not finished, or has other classes.
    """
    answers = []
    for run in (first, second):
        try:
            answers.append(read_predictions(run.folder))
        except (OSError, ValueError, KeyError) as error:
            sentence = f"{run.card.name} has no answers on test films; only finished trainings can be compared."
            raise JobFailed(Reason.RUN_UNREADABLE, sentence) from error
    headers = [read_header(run.folder / MODEL) for run in (first, second)]
    if headers[0].classes != headers[1].classes:
        raise JobFailed(Reason.MODEL_INVALID, "These trainings have different classes and cannot be compared.")
    names = sorted(set(answers[0]) & set(answers[1]))
    classes = headers[0].classes
    labels = np.array([classes.index(answers[0][name][0]) for name in names], np.int64)
    scores = [np.array([answer[name][1] for name in names], np.float64).reshape(len(names), -1) for answer in answers]
    right = []
    for header, rows in zip(headers, scores, strict=True):
        calls = rows.argmax(axis=1) if header.threshold is None else (rows[:, 0] >= header.threshold).astype(np.int64)
        right.append(calls == labels)
    accuracy = mcnemar(right[0], right[1])
    auc = delong_difference(labels, scores[0][:, 0], scores[1][:, 0]) if len(classes) == 2 else None
    choices = recipe_differences(first.recipe, second.recipe)
    sentence = _in_words(first, second, len(names), auc or accuracy, "AUC" if auc else "accuracy")
    return Comparison(first, second, choices, len(names), accuracy, auc, sentence)


def _in_words(first: Run, second: Run, films: int, difference: Difference | None, figure: str) -> str:
    """Whether the difference is real, as a person would say it."""
    if difference is None:
        return f"These trainings share {films} test films: too few to compare them."
    bounds = f"95 % interval {difference.low:+.3f} to {difference.high:+.3f}"
    interval = f"{difference.value:+.3f} ({bounds}, p = {difference.p:.3f})"
    if difference.p >= 0.05:
        return f"On the {films} test films of both no difference in {figure} can be shown: {interval}."
    better = second.card.name if difference.value > 0 else first.card.name
    return f"On the {films} test films of both {better} has the better {figure}: {interval}."
