"""A small model, and one thread for it."""

import pytest
import torch

from core.models.calibration import Calibration
from core.models.model_file import load_model, save_model
from tests.core.inference.networks import PREPROCESSING, lively


@pytest.fixture(autouse=True)
def one_thread():
    """Beside other programs two threads wait for each other after every layer of these small networks."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "m.safetensors"
    save_model(path, "resnet18", ("A", "B"), lively("resnet18"), PREPROCESSING, Calibration(1.0, 0.5, (0.4, 0.6)), {})
    return load_model(path)
