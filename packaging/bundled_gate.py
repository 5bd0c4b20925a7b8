"""Train the gate of chest models, which the bundled model's file carries.

Chest models that users train get the same gate (core/input_checks/gate.py). packaging/
gate_examples.py says what the recogniser learns to tell apart; benchmarks/gate_left_out.py measures
it without the hospital, or the kind of picture, that it is measured on.
"""

import csv
from pathlib import Path

import numpy as np
import torch
from gate_examples import CROPPED, FRONTAL, INVERTED, ROTATED, Examples, Pictures, make_examples
from sources import OTHERS, SIDE
from torch import nn
from torch.nn import functional

from core.films.film_reader import read_square
from core.input_checks.chest_gate import ChestGate
from core.input_checks.gate_features import (
    ALTERATIONS,
    FEATURES,
    PERMUTATIONS,
    SIGNS,
    Floats,
    fit_distribution,
)
from core.input_checks.recogniser import KINDS, Recogniser

SHARES = (0.5, 0, 0, 0.1, 0.15, 0.25)  # of the KINDS in a batch, before films are turned
TURNED, NEGATIVE = 0.32, 0.08  # fractions of the frontal films that are put in a wrong orientation, or inverted
TURNED_OTHERS = 0.2
MIRRORED = PERMUTATIONS[3][PERMUTATIONS[1]]  # left to right: top to bottom, and turned by 180 degrees
NO_CHEST = "not_chest"  # labels begin so
GATE_USE = "gate"  # in films.csv: pictures for the gate, among them chest films on their side
HIDDEN = 128
BATCH, STEPS = 256, 4000
LEARNING_RATE, WEIGHT_DECAY, DROPOUT = 2e-3, 1e-3, 0.3
SMOOTHING = 0.02  # of the labels
SCALE = 8.0  # of the features, which have unit length, so that weights are of the usual size
COMPONENTS = 32
# Chosen by leaving out a hospital at a time. With 0, three times as many of its films are refused as with -2, but with
# -2 a third of the side views that were not trained with pass. Parts are rarer than in training: with 0 instead of 1.5
# a half more films are refused, more than 1.5 changes little.
LEAST_ODDS = -0.75
RARE_PARTS = 1.5
# of the 99th percentile of the distances of altered films: 0.3 % of films as they are lie beyond, and nearly all
# photographs and drawings that the recogniser takes for films
MARGIN = 1.15


def fit_chest_gate(examples: Examples) -> ChestGate:
    """Return the gate for these examples."""
    frontal = examples.features[examples.kinds == FRONTAL].astype(np.float64)
    films = fit_distribution(frontal, COMPONENTS)
    threshold = MARGIN * float(np.quantile(films.distances(frontal), 0.99))
    return ChestGate(train_recogniser(examples), LEAST_ODDS, films, round(threshold, 4))


def fit_bundled_gate(films: Pictures, others: Pictures) -> ChestGate:
    """Return the gate for frontal chest films (n, side, side) uint8 by source, and pictures of no chest by kind."""
    return fit_chest_gate(make_examples(films, others))


def train_recogniser(examples: Examples) -> Recogniser:
    """Train the perceptron by cross-entropy, with dropout (Srivastava et al. 2014) and AdamW."""
    torch.manual_seed(0)
    random = np.random.default_rng(0)
    drawn = random.choice(len(examples.kinds), (STEPS, BATCH), p=compute_weights(examples))
    hidden, output = nn.Linear(FEATURES, HIDDEN), nn.Linear(HIDDEN, len(KINDS))
    network = nn.Sequential(nn.Dropout(DROPOUT / 2), hidden, nn.ReLU(), nn.Dropout(DROPOUT), output)
    optimizer = torch.optim.AdamW(network.parameters(), LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, STEPS)
    for batch in drawn:
        features, kinds = turn_features(examples.select(batch), random)
        scores = network(torch.from_numpy(SCALE * features))
        loss = functional.cross_entropy(scores, torch.from_numpy(kinds), label_smoothing=SMOOTHING)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    with torch.no_grad():
        output.bias[CROPPED] -= RARE_PARTS
    weights = (SCALE * hidden.weight, hidden.bias, output.weight, output.bias)
    # in half precision, as they are stored, so that the stored gate refuses the same films
    return Recogniser(*(value.detach().half().double().numpy() for value in weights))


def compute_weights(examples: Examples) -> Floats:
    """Return the probability of each example to be drawn: kinds by SHARES, groups of a kind equally."""
    weights = np.zeros(len(examples.kinds))
    for kind, share in enumerate(SHARES):
        groups = np.unique(examples.groups[examples.kinds == kind])
        for group in groups:
            chosen = (examples.kinds == kind) & (examples.groups == group)
            weights[chosen] = share / len(groups) / chosen.sum()
    return weights / weights.sum()


def turn_features(examples: Examples, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return features and kinds of films some of which are mirrored, turned, flipped or inverted.

    Parts and pictures of no chest keep their kind in any orientation.
    """
    features, kinds = examples.features.copy(), examples.kinds.copy()
    mirrored = random.random(len(kinds)) < 0.5
    features[mirrored] = features[mirrored][:, MIRRORED]
    chosen = random.random(len(kinds))
    is_turned = chosen < np.where(kinds == FRONTAL, TURNED, TURNED_OTHERS)
    is_negative = (kinds == FRONTAL) & ~is_turned & (chosen < TURNED + NEGATIVE)
    ways = np.where(is_negative, ALTERATIONS - 1, random.integers(ALTERATIONS - 1, size=len(kinds)))  # the last inverts
    rows = is_turned | is_negative
    features[rows] = np.take_along_axis(features[rows], PERMUTATIONS[ways[rows]], axis=1) * SIGNS[ways[rows]]
    kinds[is_turned & (kinds == FRONTAL)] = ROTATED
    kinds[is_negative] = INVERTED
    return features, kinds


def read_pictures(use: str) -> dict[str, np.ndarray]:
    """Return pictures listed in films.csv as squares (n, SIDE, SIDE).

    use: GATE_USE gives pictures for the gate by label, anything else chest films by source.
    """
    paths: dict[str, list[Path]] = {}
    with (OTHERS / "films.csv").open(newline="") as stream:
        for row in csv.DictReader(stream):
            if (row["use"] == GATE_USE) == (use == GATE_USE):
                paths.setdefault(row["label" if use == GATE_USE else "source"], []).append(OTHERS / row["file"])
    return {name: np.stack([read_square(path, SIDE) for path in listed]) for name, listed in paths.items()}


def read_others() -> dict[str, np.ndarray]:
    """Return the pictures that show no chest, by label."""
    return {label: squares for label, squares in read_pictures(GATE_USE).items() if label.startswith(NO_CHEST)}
