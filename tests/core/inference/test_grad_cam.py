"""Where the evidence for a finding lies, and how much of it is full heat."""

import copy

import numpy as np
import pytest
import torch

from core.inference.grad_cam import compute_evidence, fit_heat_scale, record_maps
from core.networks.architectures import build_network
from tests.core.inference.networks import FILMS, PREPROCESSING, lively

NONE = np.zeros(len(FILMS), np.int64)  # the only logit of each film
LABELS = np.arange(len(FILMS)) % 2


@pytest.fixture(scope="module")
def network():
    return lively("resnet18")


def explain(network, films=FILMS, outputs=NONE):
    return compute_evidence(network, "resnet18", PREPROCESSING, films, outputs)


def test_with_pooled_features_it_is_the_share_of_each_place_in_the_logit(network):
    """There the maps before they are rectified add up to the logit without its bias (Zhou et al. 2016)."""
    ((maps, gradients),) = record_maps(network, PREPROCESSING, FILMS, NONE, ["layer4"])
    shares = (maps * network.head.weight.detach()[0, :, None, None]).sum(1) / maps[0, 0].numel()
    assert explain(network) == pytest.approx(shares.clamp_min(0).numpy(), abs=1e-6)
    assert gradients.shape == maps.shape == (len(FILMS), 512, 2, 2)


def test_films_at_once_and_alone_are_explained_alike(network):
    alone = np.concatenate([explain(network, film[None], NONE[:1]) for film in FILMS])
    assert explain(network) == pytest.approx(alone, abs=1e-5)


def test_each_film_may_be_explained_for_another_class():
    torch.manual_seed(0)
    network = build_network("resnet18", 3).eval()
    mixed = explain(network, FILMS[:3], np.array([2, 0, 1]))
    for number, output in enumerate((2, 0, 1)):
        own = explain(network, FILMS[number][None], np.array([output]))
        assert mixed[number] == pytest.approx(own[0], abs=1e-5)


def test_frozen_networks_are_explained_and_nothing_stays_behind(network):
    frozen = copy.deepcopy(network).requires_grad_(False)
    with torch.no_grad():
        assert np.array_equal(explain(frozen), explain(network))
        assert not torch.is_grad_enabled()
    assert torch.is_grad_enabled()
    assert not any(module._forward_hooks for module in frozen.modules())
    assert all(parameter.grad is None for parameter in network.parameters())


def test_several_layers_are_recorded_at_once(network):
    layers = record_maps(network, PREPROCESSING, FILMS, NONE, ["layer3", "layer4"])
    assert [maps.shape[1:] for maps, _ in layers] == [(256, 4, 4), (512, 2, 2)]
    ((maps, gradients),) = record_maps(network, PREPROCESSING, FILMS, NONE, ["layer4"])
    assert torch.allclose(layers[1][0], maps, atol=1e-5)
    assert torch.allclose(layers[1][1], gradients, atol=1e-6)
    assert layers[0][1].abs().max() > 0


def test_the_scale_is_near_the_top_of_the_films_with_the_finding(network):
    peaks = explain(network).max(axis=(1, 2))
    scale = fit_heat_scale(network, "resnet18", PREPROCESSING, FILMS, LABELS)
    assert scale == pytest.approx(np.percentile(peaks[LABELS == 1], 99), rel=1e-4)
    assert fit_heat_scale(network, "resnet18", PREPROCESSING, FILMS, LABELS, most=1) == pytest.approx(
        peaks[1], rel=1e-4
    )


def test_without_films_or_evidence_there_is_no_scale(network):
    assert fit_heat_scale(network, "resnet18", PREPROCESSING, FILMS, NONE) is None
    silent = copy.deepcopy(network)
    silent.head.weight.data.zero_()
    assert fit_heat_scale(silent, "resnet18", PREPROCESSING, FILMS, LABELS) is None


def test_of_several_classes_each_film_counts_for_its_own():
    torch.manual_seed(0)
    network, labels = build_network("resnet18", 3).eval(), np.arange(len(FILMS)) % 3
    peaks = explain(network, FILMS, labels).max(axis=(1, 2))
    scale = fit_heat_scale(network, "resnet18", PREPROCESSING, FILMS, labels)
    assert scale == pytest.approx(np.percentile(peaks, 99), rel=1e-4)
