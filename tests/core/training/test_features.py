"""Features that the head trains on."""

import numpy as np
import pytest
import torch

from core.datasets.decoded_films import DecodedFilms
from core.datasets.entries import Split
from core.networks.architectures import build_network
from core.networks.device import Compute
from core.networks.preprocessing import Preprocessing, network_input, to_unit_range
from core.recipes.recipe import Normalisation
from core.training.features import FEATURE_SPLITS, extract_features
from tests.factories import drained

pytestmark = pytest.mark.usefixtures("tiny_network")
PREPROCESSING = Preprocessing(32, Normalisation.PER_FILM)


@pytest.mark.parametrize("cancelled", [False, True])
def test_features_are_those_of_the_films_without_the_test_split(cancel, cancelled):
    random = np.random.default_rng(0)
    pixels = random.integers(0, 255, (7, 32, 32), dtype=np.uint8)
    splits = {split: DecodedFilms(pixels, np.zeros(7, np.int64), ("a",) * 7) for split in FEATURE_SPLITS}
    network = build_network("resnet18", 2)
    if cancelled:
        cancel.set()
    compute = Compute(torch.device("cpu"), half=False)
    _, features = drained(extract_features(network, compute, PREPROCESSING, splits, 3, cancel))
    assert set(features) == (set() if cancelled else {Split.TRAINING, Split.VALIDATION})
    for values in features.values():
        expected = network.backbone(network_input(to_unit_range(torch.from_numpy(pixels)), PREPROCESSING))
        assert torch.allclose(values, expected, atol=1e-5)
        assert not values.is_inference()
