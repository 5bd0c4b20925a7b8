"""Calibrate a network on the validation films of its hospitals, and write its model file."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from source_calibration import calibrate_hospitals
from source_training import INPUT
from sources import HOSPITALS, KERMANY, KERMANY_AGES, LABELS, NORMAL, PNEUMONIA, Films

from core.datasets.dataset import Dataset, Film
from core.datasets.entries import Split
from core.inference.grad_cam import fit_heat_scale
from core.input_checks.chest_gate import ChestGate
from core.input_checks.drift import DRIFT, SCORE, Reference, measure_films
from core.input_checks.likeness import LIKENESS, fit_likeness
from core.metrics.figures import compute_figures, to_json_object
from core.metrics.intervals import group_numbers
from core.models.model_file import Model, compute_logits, load_model, save_model
from core.models.model_header import AGES, FILMS, GATE, HEAT_SCALE, VALIDATION
from core.models.predictions import Predictions
from core.models.turned_model import OWN_ENTRIES
from core.networks.architectures import Network
from core.recipes.recipe import BEST, change_start
from core.recipes.recipe_json import to_json_object as recipe_json
from core.runs.run_folder import data_fingerprint
from core.system.product import NOTICE

CLASSES = (NORMAL, PNEUMONIA)
HOSPITAL_OF = {source: hospital for hospital, sources in HOSPITALS.items() for source in sources}
SCALE_FILMS = 400  # whose strongest heat gives the scale of heat maps


def write_model(network: Network, architecture: str, films: Films, gate: ChestGate, path: Path) -> None:
    """Calibrate a network on the validation films and write its file.

    Films of OTHER disease are trained on as negatives, but count neither as normal nor as ill here.
    It is first written without the part of its header that depends on the predictions of its
    rounded weights.
    """
    chosen = films.find(Split.VALIDATION, labels=CLASSES)
    hospitals = np.array([HOSPITAL_OF[source] for source in films.sources[chosen]])
    logits = compute_logits(network, INPUT, films.pixels[chosen])
    bias, calibration = calibrate_hospitals(logits, films.has_finding[chosen], hospitals)
    network.head.bias += bias
    entries = {
        "recipe": recipe_json(change_start(BEST, "bundled")) | {"name": "distilled"},
        "data_fingerprint": _fingerprint(films),
        "films": {split.value: len(films.find(split, labels=_labels_of(split))) for split in Split},
        "licence": f"Weights belong to whoever trained them. {NOTICE}",
        GATE: gate.to_json_object(),
        AGES: find_ages(films),
    }
    save_model(path, architecture, CLASSES, network, INPUT, calibration, entries)
    add_entries(path, describe_films(load_model(path), films), path)
    print(path.name, json.dumps({"bias": bias, "threshold": calibration.threshold, "band": calibration.review_band}))


def _labels_of(split: Split) -> tuple[str, ...]:
    """Return the labels that a split is used with: other disease is trained on, but not measured here."""
    return LABELS if split is Split.TRAINING else CLASSES


def add_entries(source: Path, entries: Mapping[str, Any], path: Path) -> None:
    """Write the model file `source` with further entries of its header to `path`; all others stay as they are."""
    model = load_model(source)
    header = model.header
    kept = {key: value for key, value in header.content.items() if key not in OWN_ENTRIES}
    save_model(
        path,
        header.architecture,
        header.classes,
        model.network,
        model.preprocessing,
        header.calibration,
        kept | dict(entries),
    )


def find_ages(films: Films) -> list[list[int]]:
    """Return youngest and oldest training patient of each hospital with known ages, in years."""
    known = [films.ages[films.find(Split.TRAINING, sources)] for sources in HOSPITALS.values()]
    stated = [ages[np.isfinite(ages)] for ages in known]
    ranges = [[int(ages.min()), int(ages.max())] for ages in stated if len(ages)]
    return [list(KERMANY_AGES), *ranges] if len(films.find(Split.TRAINING, (KERMANY,))) else ranges


def describe_films(model: Model, films: Films) -> dict[str, object]:
    """Return the header entries that depend on features, predictions and films."""
    training = films.find(Split.TRAINING)
    validation, test = (films.find(split, labels=CLASSES) for split in (Split.VALIDATION, Split.TEST))
    features, logits = model.features_and_logits(films.pixels[validation])
    likeness = fit_likeness(
        model.features_and_logits(films.pixels[training])[0],
        films.labels[training],
        features,
        films.sources[training],
    )
    predictions = _predict(films, validation, logits, likeness.is_unlike(features))
    measures = measure_films(films.pixels[validation])
    measures |= {SCORE: predictions.probabilities(model.calibration.temperature)}
    scale = fit_heat_scale(
        model.network,
        model.header.architecture,
        model.preprocessing,
        films.pixels[validation],
        films.has_finding[validation],
        SCALE_FILMS,
    )
    return {
        VALIDATION: predictions.to_json_object(),
        FILMS: {split.value: list(map(str, films.codes[films.find(split)])) for split in Split},
        LIKENESS: likeness.to_json_object(),
        HEAT_SCALE: scale,
        DRIFT: Reference(measures).to_json_object(),
        "metrics": _measure_test_films(model, _predict(films, test, model.logits(films.pixels[test]))),
    }


def _predict(films: Films, indices: np.ndarray, logits: np.ndarray, unlike: np.ndarray | None = None) -> Predictions:
    """Return predictions for the films at `indices`, (n,), unchanged."""
    patients = group_numbers(list(films.patients[indices]))
    codes = tuple(map(str, films.codes[indices]))
    return Predictions(films.has_finding[indices], logits, patients, codes, unlike)


def _measure_test_films(model: Model, predictions: Predictions) -> dict[str, Any]:
    """Return the figures of the test films of all sources together."""
    scores = predictions.probabilities(model.calibration.temperature)
    figures = compute_figures(predictions.labels, scores, model.calibration.threshold, CLASSES, predictions.patients)
    return to_json_object(figures)


def _fingerprint(films: Films) -> str:
    """Return the fingerprint of the dataset of all films."""
    listed = [
        Film(Path(path), int(label), patient, Split(split))
        for path, label, patient, split in zip(
            films.paths, films.has_finding, films.patients, films.splits, strict=True
        )
    ]
    codes = {Path(path): str(code) for path, code in zip(films.paths, films.codes, strict=True)}
    return data_fingerprint(Dataset(Path(), CLASSES, tuple(listed)), codes)
