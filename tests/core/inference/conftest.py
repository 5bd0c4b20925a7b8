"""A small model, and one thread for it."""

import pytest

from core.inference import pipeline
from core.models.calibration import Calibration
from core.models.model_file import load_model, save_model
from tests.core.inference.networks import PREPROCESSING, lively


@pytest.fixture(autouse=True)
def one_thread():
    """Beside other programs two threads wait for each other after every layer of these small networks."""
    with pipeline.single_torch_thread():
        yield


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "m.safetensors"
    save_model(path, "resnet18", ("A", "B"), lively("resnet18"), PREPROCESSING, Calibration(1.0, 0.5, (0.4, 0.6)), {})
    return load_model(path)
