"""Compare finished trainings on the test films that they have in common."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from core.metrics.figure_labels import format_interval
from core.metrics.intervals import Figure, wilson_interval
from core.metrics.roc import delong_interval
from core.metrics.significance import Difference, delong_difference, holm_adjust, mcnemar_difference
from core.models.model_header import read_header
from core.recipes.recipe import Recipe
from core.recipes.recipe_json import to_json_object
from core.recipes.recipe_labels import choice_title, choice_value
from core.runs.run_folder import MODEL, read_predictions
from core.runs.run_list import Run
from core.system.errors import JobFailed, Reason
from core.system.language import tr, tr_count


@dataclass(frozen=True, slots=True)
class Pair:
    """Two of the compared runs.

    accuracy, auc: second minus first, None if it cannot be computed. sentence: the result in words.
    """

    first: Run
    second: Run
    accuracy: Difference | None
    auc: Difference | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Runs side by side.

    choices: for each recipe choice that differs, its name and the value in each run. films: number
    of test films common to all runs. accuracy, auc: of each run on those films; AUC is None with
    more than two classes. pairs: every run with every later one.
    """

    runs: tuple[Run, ...]
    choices: tuple[tuple[str, ...], ...]
    films: int
    accuracy: tuple[Figure | None, ...]
    auc: tuple[Figure | None, ...]
    pairs: tuple[Pair, ...]

    @property
    def table(self) -> tuple[tuple[str, ...], ...]:
        """Rows of a table for people: each figure, then each differing choice, with its value in every run."""
        films = self.films
        rows = [(tr("Test accuracy, n = {films}", films=films), *map(_format_figure, self.accuracy))]
        if any(self.auc):
            rows.append((tr("Test AUC, n = {films}", films=films), *map(_format_figure, self.auc)))
        rows += [(choice_title(key), *map(choice_value, values)) for key, *values in self.choices]
        return tuple(rows)


def _format_figure(figure: Figure | None) -> str:
    return format_interval(figure, 3) if figure else ""


def find_recipe_differences(*recipes: Recipe) -> tuple[tuple[str, ...], ...]:
    """Return each choice that differs, with its value in each recipe, in the recipe's order."""
    flat = [_flatten(to_json_object(replace(recipe, name=""))) for recipe in recipes]
    rows = ((key, *(str(choices[key]) for choices in flat)) for key in flat[0])
    return tuple(row for row in rows if len(set(row[1:])) > 1)


def _flatten(content: dict[str, Any]) -> dict[str, Any]:
    """Replace each nested object by its entries, named "key inner"."""
    flat = {key: value for key, value in content.items() if not isinstance(value, dict)}
    for key, value in content.items():
        if isinstance(value, dict):
            flat.update({f"{key} {inner}": part for inner, part in value.items()})
    return flat


def compare_runs(*runs: Run) -> Comparison:
    """Compare two or more runs: their recipes, and their figures on the test films common to all.

    Raises JobFailed if a run was not finished, or if the runs have different classes.
    """
    predictions = [_read_predictions(run) for run in runs]
    headers = [read_header(run.folder / MODEL) for run in runs]
    classes = headers[0].classes
    if any(header.classes != classes for header in headers):
        raise JobFailed(Reason.MODEL_INVALID, tr("These trainings have different classes and cannot be compared."))
    names = sorted(set.intersection(*(set(rows) for rows in predictions)))
    labels = np.array([classes.index(predictions[0][name][0]) for name in names], np.int64)
    scores = [np.array([rows[name][1] for name in names], np.float64).reshape(len(names), -1) for rows in predictions]
    correct = [
        _classify(probabilities, header.threshold) == labels
        for header, probabilities in zip(headers, scores, strict=True)
    ]
    has_auc = len(classes) == 2
    return Comparison(
        runs=runs,
        choices=find_recipe_differences(*(run.recipe for run in runs)),
        films=len(names),
        accuracy=tuple(wilson_interval(int(hits.sum()), len(names)) for hits in correct),
        auc=tuple(delong_interval(labels, probabilities[:, 0]) if has_auc else None for probabilities in scores),
        pairs=_compare_pairs(runs, labels, scores if has_auc else None, correct),
    )


def _classify(probabilities: npt.NDArray[np.float64], threshold: float | None) -> npt.NDArray[np.int64]:
    """Return the predicted classes (n,) of probabilities (n, outputs)."""
    if threshold is None:
        return np.asarray(probabilities.argmax(axis=1), np.int64)
    return (probabilities[:, 0] >= threshold).astype(np.int64)


def _read_predictions(run: Run) -> dict[str, tuple[str, tuple[float, ...]]]:
    try:
        return read_predictions(run.folder)
    except (OSError, ValueError, KeyError) as error:
        sentence = tr(
            "{name} has no predictions for test films; only finished trainings can be compared.", name=run.card.name
        )
        raise JobFailed(Reason.RUN_UNREADABLE, sentence) from error


def _compare_pairs(
    runs: Sequence[Run],
    labels: npt.NDArray[np.int64],
    scores: Sequence[npt.NDArray[np.float64]] | None,
    correct: Sequence[npt.NDArray[np.bool_]],
) -> tuple[Pair, ...]:
    """Compare every run with every later one, with p values corrected by Holm's method.

    labels: (n,). scores: of each run (n, 1), None with more than two classes. correct: of each run
    (n,).
    """
    indices = list(combinations(range(len(runs)), 2))
    accuracies = holm_adjust([mcnemar_difference(correct[first], correct[second]) for first, second in indices])
    aucs: Sequence[Difference | None] = [None] * len(indices)
    if scores is not None:
        aucs = holm_adjust(
            [delong_difference(labels, scores[first][:, 0], scores[second][:, 0]) for first, second in indices]
        )
    pairs = []
    for (first, second), accuracy, auc in zip(indices, accuracies, aucs, strict=True):
        figure = "AUC" if auc else tr("accuracy")
        sentence = _format_difference(runs[first], runs[second], len(labels), auc or accuracy, figure)
        pairs.append(Pair(runs[first], runs[second], accuracy, auc, sentence))
    return tuple(pairs)


def _format_difference(first: Run, second: Run, films: int, difference: Difference | None, figure: str) -> str:
    """Format whether one run is better than the other. figure: name of the figure compared."""
    first_name, second_name = first.card.name, second.card.name
    if difference is None:
        return tr_count(
            "{one} and {other} share {count} test film: too few to compare them.",
            "{one} and {other} share {count} test films: too few to compare them.",
            films,
            one=first_name,
            other=second_name,
        )
    interval = tr(
        "{value:+.3f} (95 % interval {low:+.3f} to {high:+.3f}, p = {p:.3f}, n = {films})",
        value=difference.value,
        low=difference.low,
        high=difference.high,
        p=difference.p,
        films=films,
    )
    if difference.p >= 0.05:
        return tr(
            "{one} and {other}: no difference in {figure} can be shown, {interval}.",
            one=first_name,
            other=second_name,
            figure=figure,
            interval=interval,
        )
    better, worse = (second_name, first_name) if difference.value > 0 else (first_name, second_name)
    return tr(
        "{better} has a better {figure} than {worse}: {interval}.",
        better=better,
        figure=figure,
        worse=worse,
        interval=interval,
    )
