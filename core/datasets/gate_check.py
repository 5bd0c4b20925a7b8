"""Find the films of a dataset that screening would refuse: laterals, other body parts, documents."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np

from core.datasets.dataset import Dataset
from core.films.film_properties import FilmProperties
from core.films.view_words import LATERAL, is_side_view, read_described_view
from core.input_checks.gate import Gate
from core.input_checks.gate_features import describe_films
from core.input_checks.gate_rules import GateInput, find_rule_violations
from core.system.errors import Reason

MIN_CHESTS: Final = 0.5  # fraction of films, upright or not, that must show a chest for it to be a dataset of chests


def find_refused_films(
    properties: Mapping[Path, FilmProperties], laterals: frozenset[Path], gate: Gate | None
) -> dict[Path, Reason]:
    """Return the films that screening would refuse, with the reason.

    laterals: films that a label list calls lateral. gate: of a model of chest films; None applies
    only the rules. If most films show something else than a chest, they are films of another body
    part; then only the rules that hold for any body part apply.
    """
    paths = list(properties)
    inputs = [_gate_input(properties[path], path in laterals) for path in paths]
    if not inputs:
        return {}
    reasons: list[Reason | None] = [None] * len(inputs)
    if gate is not None:
        reasons = gate.find_refusals(describe_films(np.stack([film.small for film in inputs])))
    is_chest = reasons.count(Reason.NOT_A_CHEST_FILM) <= (1 - MIN_CHESTS) * len(reasons)
    refused = {}
    for path, broken, seen in zip(paths, find_rule_violations(inputs, is_chest), reasons, strict=True):
        reason = broken or (seen if is_chest else None)
        if reason is not None:
            refused[path] = reason
    return refused


def find_listed_laterals(dataset: Dataset) -> frozenset[Path]:
    """Return the films whose label list calls them lateral or oblique, by code or in words."""
    views = ((film.path, dict(film.attributes).get("view", "").strip().upper()) for film in dataset.films)
    return frozenset(path for path, view in views if is_side_view(view) or read_described_view(view) == LATERAL)


def _gate_input(film: FilmProperties, is_lateral: bool) -> GateInput:
    return GateInput(film.small, film.chroma, film.aspect, film.tags, film.is_lateral or is_lateral, film.is_raw)
