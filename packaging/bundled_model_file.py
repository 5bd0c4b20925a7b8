"""Calibrate the bundled network on the validation films of all hospitals, and write its file."""

from pathlib import Path

import numpy as np
from source_calibration import calibrate_hospitals
from source_training import INPUT, compute_logits
from sources import HOSPITALS, NORMAL, PNEUMONIA, Films

from core.datasets.dataset import Dataset, Film
from core.datasets.entries import Split
from core.input_checks.drift import DRIFT, SCORE, Reference, measure_films
from core.input_checks.gate import fit_gate
from core.metrics.figures import compute_figures, to_json_object
from core.metrics.intervals import group_numbers
from core.models.model_file import Model, load_model, save_model
from core.models.model_header import AGES, FILMS, GATE, VALIDATION, bundled_model_path
from core.models.predictions import Predictions
from core.networks.architectures import Network
from core.recipes.recipe import BEST, change_start
from core.recipes.recipe_json import to_json_object as recipe_json
from core.runs.run_folder import data_fingerprint
from core.system.product import NOTICE

ARCHITECTURE = "resnet18"
CLASSES = (NORMAL, PNEUMONIA)
TRUSTED = (NORMAL, PNEUMONIA)  # OTHER, ill without an opacity, is taught as negative but not counted as normal
HOSPITAL_OF = {source: hospital for hospital, sources in HOSPITALS.items() for source in sources}
AGES_YEARS = [1, 90]


def write_model(network: Network, films: Films, work: Path) -> None:
    """Calibrate the network and write the bundled model.

    It is first written without the part of its header that depends on the predictions of its
    rounded weights, into the work folder.
    """
    chosen = films.find(Split.VALIDATION, labels=TRUSTED)
    logits = compute_logits(network, films.pixels[chosen])
    hospitals = np.array([HOSPITAL_OF[source] for source in films.sources[chosen]])
    bias, calibration = calibrate_hospitals(logits, films.has_finding[chosen], hospitals)
    network.head.bias += bias
    recipe = recipe_json(change_start(BEST, "bundled")) | {"name": "distilled"}
    more = {
        "recipe": recipe,
        "data_fingerprint": _fingerprint(films),
        "films": {split.value: len(films.find(split)) for split in Split},
        "licence": f"Weights belong to whoever trained them. {NOTICE}",
    }
    draft = work / "draft.safetensors"
    save_model(draft, ARCHITECTURE, CLASSES, network, INPUT, calibration, more)
    more |= describe_films(load_model(draft), films)
    save_model(bundled_model_path(), ARCHITECTURE, CLASSES, network, INPUT, calibration, more)
    print(calibration)


def predict(model: Model, films: Films, indices: np.ndarray) -> Predictions:
    """Return the predictions of a model for the films at `indices`, unchanged."""
    patients = group_numbers(list(films.patients[indices]))
    codes = tuple(map(str, films.codes[indices]))
    return Predictions(films.has_finding[indices], model.logits(films.pixels[indices]), patients, codes)


def describe_films(model: Model, films: Films) -> dict[str, object]:
    """Return the header entries that depend on predictions and films: figures, gate, drift."""
    validation, test = (films.find(split, labels=TRUSTED) for split in (Split.VALIDATION, Split.TEST))
    calibration = model.calibration
    predictions, test_predictions = predict(model, films, validation), predict(model, films, test)
    scores = test_predictions.probabilities(calibration.temperature)
    figures = compute_figures(
        test_predictions.labels, scores, calibration.threshold, CLASSES, test_predictions.patients
    )
    measures = measure_films(films.pixels[validation])
    measures |= {SCORE: predictions.probabilities(calibration.temperature)}
    return {
        VALIDATION: predictions.to_json_object(),
        FILMS: {split.value: list(map(str, films.codes[films.find(split)])) for split in Split},
        GATE: fit_gate(films.pixels[films.find(Split.TRAINING)], films.pixels[validation]).to_json_object(),
        AGES: AGES_YEARS,
        DRIFT: Reference(measures).to_json_object(),
        "metrics": to_json_object(figures),
    }


def _fingerprint(films: Films) -> str:
    """Return the fingerprint of the dataset of all films."""
    labels = films.has_finding
    listed = [
        Film(Path(path), int(label), patient, Split(split))
        for path, label, patient, split in zip(films.paths, labels, films.patients, films.splits, strict=True)
    ]
    codes = {Path(path): str(code) for path, code in zip(films.paths, films.codes, strict=True)}
    return data_fingerprint(Dataset(Path(), CLASSES, tuple(listed)), codes)
