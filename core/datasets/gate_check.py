"""Find the films of a dataset that screening would refuse: laterals, other body parts, documents."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from core.datasets.dataset import Dataset
from core.films.film_properties import FilmProperties
from core.films.view_words import LATERAL, is_side_view, read_described_view
from core.input_checks.gate import GateStatistics, find_refusal
from core.input_checks.gate_features import describe_films
from core.input_checks.gate_rules import GateInput, find_rule_violation
from core.system.errors import Reason

# Robust standard deviations beyond which a film is unlike the others of its dataset. With 3, of five
# sources of chest films 0 of 1,244, 12 of 805, 54 of 2,500, 5 of 692 and 2 of 69 are found; of hands
# among them all, of legs 95 to 100 %, of abdomens 74 to 100 %, of heads 28 to 100 %.
DEVIATIONS: Final = 3.0
MIN_DEVIATION: Final = 0.1  # of log distances, for datasets of very similar films
NORMAL_MAD: Final = 1.4826  # standard deviation of a normal distribution over its median absolute deviation
BY_DISTANCE: Final = frozenset({Reason.NOT_A_CHEST_FILM, Reason.TOO_CROPPED})
Floats = npt.NDArray[np.float64]


def find_refused_films(
    properties: Mapping[Path, FilmProperties], laterals: frozenset[Path], statistics: GateStatistics | None
) -> dict[Path, Reason]:
    """Return the films that screening would refuse, with the reason.

    laterals: films that a label list calls lateral. statistics: the gate of a model of chest films;
    None applies only the rules. Films that are mostly unlike its training films show another body
    part; then only the rules that hold for any body part apply. The model's films may come from
    another hospital, so a film counts as unlike only if it is also far from most films of the
    dataset.
    """
    paths = list(properties)
    inputs = [_gate_input(properties[path], path in laterals) for path in paths]
    if not inputs:
        return {}
    is_chest, is_far = True, np.zeros(len(paths), np.bool_)
    if statistics is not None:
        distances = _measure_distances(inputs, statistics)
        is_chest = bool(np.median(distances[0]) <= 0)
        is_far = np.any([_is_outlying(one) for one in distances], axis=0)
    refused = {}
    for path, film, far in zip(paths, inputs, is_far, strict=True):
        reason = find_rule_violation(film, is_chest)
        if reason is None and is_chest:
            reason = find_refusal(film, statistics)
            reason = None if reason in BY_DISTANCE and not far else reason
        if reason is not None:
            refused[path] = reason
    return refused


def find_listed_laterals(dataset: Dataset) -> frozenset[Path]:
    """Return the films whose label list calls them lateral or oblique, by code or in words."""
    views = ((film.path, dict(film.attributes).get("view", "").strip().upper()) for film in dataset.films)
    return frozenset(path for path, view in views if is_side_view(view) or read_described_view(view) == LATERAL)


def _gate_input(film: FilmProperties, is_lateral: bool) -> GateInput:
    return GateInput(film.small, film.chroma, film.aspect, film.tags, film.is_lateral or is_lateral, film.is_raw)


def _measure_distances(inputs: list[GateInput], statistics: GateStatistics) -> Floats:
    """Return log distances of whole films and of their edges, (2, n), 0 at the gate's thresholds."""
    features = describe_films(np.stack([film.small for film in inputs]))
    films = statistics.films.distances(features) / statistics.threshold
    edges = statistics.edges.distances(features) / statistics.edge_threshold
    return np.log(np.stack([films, edges]))


def _is_outlying(distances: Floats) -> npt.NDArray[np.bool_]:
    """Return which log distances (n,) lie far above the median."""
    middle = np.median(distances)
    deviation = max(MIN_DEVIATION, NORMAL_MAD * float(np.median(np.abs(distances - middle))))
    return np.asarray(distances > middle + DEVIATIONS * deviation)
