"""A small model that knows what its validation films look like, and films unlike them."""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from core.films.phantoms import draw_phantom
from core.input_checks.likeness import LIKENESS, fit_likeness
from core.models.calibration import Calibration
from core.models.model_file import compute_features_and_logits, save_model
from core.networks.preprocessing import Preprocessing
from core.recipes.recipe import Normalisation
from tests.faults.hostile_names import network

INPUT = Preprocessing(64, Normalisation.PER_FILM)
SURE = Calibration(1.0, 0.5, (0.5, 0.5))  # no film goes to review for its probability


def draw_squares(seeds):
    return np.stack([draw_phantom(seed, seed % 2 == 1, 64) for seed in seeds])


def write_odd_film(path):
    """A film without a chest: fine stripes."""
    stripes = 120 + 100 * np.sin(np.arange(200) * 1.9)
    Image.fromarray(np.repeat(stripes[None], 200, axis=0).astype(np.uint8)).save(path)
    return path


def fit_phantoms():
    training, _ = compute_features_and_logits(network(), INPUT, draw_squares(range(120)))
    validation, _ = compute_features_and_logits(network(), INPUT, draw_squares(range(200, 240)))
    return fit_likeness(training, np.arange(120) % 2, validation)


@cache
def knowing_model():
    """A model with random weights, without a gate, of patients of 1 to 5 years; made once a process."""
    folder = Path(tempfile.mkdtemp(prefix="knowing-model-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    more = {LIKENESS: fit_phantoms().to_json_object(), "ages_years": [1, 5]}
    save_model(folder / "m.safetensors", "resnet18", ("NORMAL", "PNEUMONIA"), network(), INPUT, SURE, more)
    return folder / "m.safetensors"
