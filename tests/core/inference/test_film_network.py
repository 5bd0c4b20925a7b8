"""From 8-bit films to features, logits and evidence: in torch, and as a graph, as the network itself answers."""

import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from core.inference.film_network import FilmNetwork, TorchEngine, build_film_network, export_film_network
from core.inference.grad_cam import compute_evidence
from core.inference.graph_engine import GraphEngine
from core.models.model_file import compute_features_and_logits
from core.networks.architectures import ARCHITECTURES
from core.networks.preprocessing import Preprocessing
from core.recipes.recipe import Normalisation
from tests.core.inference.networks import FILMS, SIDE, lively


@pytest.mark.parametrize(
    ("architecture", "classes", "normalisation"),
    [
        *((name, 2, Normalisation.PER_FILM) for name in ARCHITECTURES),
        ("resnet18", 3, Normalisation.RESNET),
        ("densenet121", 3, Normalisation.PER_FILM),
    ],
)
def test_graph_and_torch_answer_as_the_network_does(architecture, classes, normalisation):
    network, preprocessing = lively(architecture, classes), Preprocessing(SIDE, normalisation)
    network.head.weight.data[0].abs_()  # so that there is evidence for the first logit
    features, logits = compute_features_and_logits(network, preprocessing, FILMS)
    outputs = [np.full(len(FILMS), number) for number in range(network.head.out_features)]
    evidence = np.stack(
        [compute_evidence(network, architecture, preprocessing, FILMS, output) for output in outputs], axis=1
    )
    assert evidence.max() > 0
    film_network = FilmNetwork(network, architecture, preprocessing)
    for engine in (TorchEngine(film_network), GraphEngine(export_film_network(film_network))):
        answers = [engine.compute(film) for film in FILMS]
        scale = float(np.abs(features).max())
        assert np.stack([one.features for one in answers]) == pytest.approx(features, abs=1e-4 * scale)
        assert np.stack([one.logits for one in answers]) == pytest.approx(logits, abs=1e-3)
        assert np.stack([one.evidence for one in answers]) == pytest.approx(evidence, abs=1e-3 * float(evidence.max()))


def test_the_network_itself_is_left_as_it_was(model):
    before = model.logits(FILMS)
    film_network = FilmNetwork(model.network, "resnet18", model.preprocessing)
    with torch.inference_mode():
        film_network(torch.from_numpy(FILMS))
    assert (model.logits(FILMS) == before).all()
    assert model.network.backbone.conv1.in_channels == 3
    assert not model.network.backbone.layer4._forward_hooks


def test_on_several_threads_each_film_has_its_own_evidence(model):
    engine = TorchEngine(build_film_network(model))
    expected = [engine.compute(film).evidence for film in FILMS]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(engine.compute, list(FILMS) * 20))
    finally:
        sys.setswitchinterval(before)
    for number, outputs in enumerate(answers):
        assert np.array_equal(outputs.evidence, expected[number % len(FILMS)])
