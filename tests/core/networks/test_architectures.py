"""Every named network: forward, and which parts train."""

import numpy as np
import pytest
import torch

from core.films.phantoms import draw_phantom
from core.models.calibration import Calibration
from core.models.known_answers import draw_known_films
from core.models.model_file import load_model, save_model
from core.networks.architectures import ARCHITECTURES, build_network, unfreeze
from core.networks.preprocessing import Preprocessing
from core.recipes.recipe import ARCHITECTURES as NAMES
from core.recipes.recipe import Depth, Normalisation


def test_recipes_name_exactly_what_can_be_built():
    assert set(NAMES) == set(ARCHITECTURES)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("classes", [2, 3])
def test_each_network_is_saved_and_loaded(name, classes, tmp_path):
    torch.manual_seed(0)
    network = build_network(name, classes).eval()
    counts = [len(unfreeze(network, name, depth)) for depth in (Depth.HEAD, Depth.LAST_STAGE, Depth.ALL)]
    assert counts[0] == 0 < counts[1] < counts[2]
    labels = ("NORMAL", "BACTERIA", "VIRUS")[:classes]
    calibration = Calibration(1.0, 0.5 if classes == 2 else None, (0.4, 0.6))
    preprocessing = Preprocessing(96, Normalisation.RESNET)
    save_model(tmp_path / "m.safetensors", name, labels, network, preprocessing, calibration, {})
    model = load_model(tmp_path / "m.safetensors")
    film = draw_phantom(1, True, 96)
    answer = model.probabilities(film[None])
    assert answer.shape == ((1,) if classes == 2 else (1, 3))
    assert np.allclose(model.header.content["self_test"], model.probabilities(draw_known_films(96)), atol=1e-5)
