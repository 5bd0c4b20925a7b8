"""Compare finished trainings on the test films they share."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from core.metrics.intervals import Figure, wilson_interval
from core.metrics.roc import delong_interval
from core.metrics.significance import Difference, delong_difference, holm_adjust, mcnemar_difference
from core.models.model_header import read_header
from core.recipes.recipe import Recipe
from core.recipes.recipe_json import to_json_object
from core.runs.run_folder import (
    MODEL,
    read_predictions,
)
from core.runs.run_list import Run
from core.system.errors import JobFailed, Reason
from core.system.language import tr, tr_count


@dataclass(frozen=True, slots=True)
class Pair:
    """Two of several compared runs: second minus first, None where that cannot be told; sentence says what it means."""

    first: Run
    second: Run
    accuracy: Difference | None
    auc: Difference | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Runs side by side.

    choices: for each choice that differs its name and the value in each run. films: how many test films all have.
    accuracy, auc: of each run on those films; AUC None with several classes. pairs: every run with every later one.
    """

    runs: tuple[Run, ...]
    choices: tuple[tuple[str, ...], ...]
    films: int
    accuracy: tuple[Figure | None, ...]
    auc: tuple[Figure | None, ...]
    pairs: tuple[Pair, ...]


def find_recipe_differences(*recipes: Recipe) -> tuple[tuple[str, ...], ...]:
    """Each choice that differs, with the value in each recipe, in the recipe's order."""
    flat = [_flat(to_json_object(replace(recipe, name=""))) for recipe in recipes]
    rows = ((key, *(str(choices[key]) for choices in flat)) for key in flat[0])
    return tuple(row for row in rows if len(set(row[1:])) > 1)


def _flat(content: dict[str, Any]) -> dict[str, Any]:
    flat = {key: value for key, value in content.items() if not isinstance(value, dict)}
    for key, value in content.items():
        if isinstance(value, dict):
            flat.update({f"{key} {inner}": part for inner, part in value.items()})
    return flat


def compare_runs(*runs: Run) -> Comparison:
    """What two or more runs did otherwise, and which of them is better on the test films that all of them have.

    Raises JobFailed where a run was not finished, or has other classes.
    """
    answers = [_answers_of(run) for run in runs]
    headers = [read_header(run.folder / MODEL) for run in runs]
    classes = headers[0].classes
    if any(header.classes != classes for header in headers):
        raise JobFailed(Reason.MODEL_INVALID, tr("These trainings have different classes and cannot be compared."))
    names = sorted(set.intersection(*(set(answer) for answer in answers)))
    labels = np.array([classes.index(answers[0][name][0]) for name in names], np.int64)
    scores = [np.array([answer[name][1] for name in names], np.float64).reshape(len(names), -1) for answer in answers]
    right = []
    for header, rows in zip(headers, scores, strict=True):
        calls = rows.argmax(axis=1) if header.threshold is None else (rows[:, 0] >= header.threshold).astype(np.int64)
        right.append(calls == labels)
    has_auc = len(classes) == 2
    return Comparison(
        runs,
        find_recipe_differences(*(run.recipe for run in runs)),
        len(names),
        tuple(wilson_interval(int(hits.sum()), len(names)) for hits in right),
        tuple(delong_interval(labels, rows[:, 0]) if has_auc else None for rows in scores),
        _pairs(runs, labels, scores if has_auc else None, right),
    )


def _answers_of(run: Run) -> dict[str, tuple[str, tuple[float, ...]]]:
    try:
        return read_predictions(run.folder)
    except (OSError, ValueError, KeyError) as error:
        sentence = tr(
            "{name} has no answers on test films; only finished trainings can be compared.", name=run.card.name
        )
        raise JobFailed(Reason.RUN_UNREADABLE, sentence) from error


def _pairs(
    runs: Sequence[Run],
    labels: npt.NDArray[np.int64],
    scores: Sequence[npt.NDArray[np.float64]] | None,
    right: Sequence[npt.NDArray[np.bool_]],
) -> tuple[Pair, ...]:
    """Every run with every later one; p values are those of all these tests together."""
    pairs = list(combinations(range(len(runs)), 2))
    accuracies = holm_adjust([mcnemar_difference(right[one], right[other]) for one, other in pairs])
    areas: Sequence[Difference | None] = [None] * len(pairs)
    if scores is not None:
        areas = holm_adjust([delong_difference(labels, scores[one][:, 0], scores[other][:, 0]) for one, other in pairs])
    made = []
    for (one, other), accuracy, area in zip(pairs, accuracies, areas, strict=True):
        figure = "AUC" if area else tr("accuracy")
        sentence = _in_words(runs[one], runs[other], len(labels), area or accuracy, figure)
        made.append(Pair(runs[one], runs[other], accuracy, area, sentence))
    return tuple(made)


def _in_words(first: Run, second: Run, films: int, difference: Difference | None, figure: str) -> str:
    """Whether the difference is real, as a person would say it."""
    one, other = first.card.name, second.card.name
    if difference is None:
        return tr_count(
            "{one} and {other} share {count} test film: too few to compare them.",
            "{one} and {other} share {count} test films: too few to compare them.",
            films,
            one=one,
            other=other,
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
            one=one,
            other=other,
            figure=figure,
            interval=interval,
        )
    better, worse = (other, one) if difference.value > 0 else (one, other)
    return tr(
        "{better} has a better {figure} than {worse}: {interval}.",
        better=better,
        figure=figure,
        worse=worse,
        interval=interval,
    )
