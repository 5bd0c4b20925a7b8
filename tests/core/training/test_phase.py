"""What trains in a phase."""

from dataclasses import replace

import pytest
import torch

from core.networks.architectures import build_network
from core.networks.device import Compute
from core.recipes.recipe import Depth
from core.training.phase import begin_phase

pytestmark = pytest.mark.usefixtures("tiny_network")
HALF = Compute(torch.device("cpu"), half=True)


@pytest.fixture
def recipe(quick_recipe):
    return replace(quick_recipe, frozen_epochs=3, epochs=5)


def test_first_the_head_trains_on_features_and_then_the_whole_network(recipe):
    network = build_network("resnet18", 2)
    head = begin_phase(recipe, network, HALF, fine_tuning=False)
    assert (head.model, head.on_features, head.compute.half) == (network.head, True, False)
    assert [head.fraction_done(epoch, 0.5) for epoch in (0, 2)] == pytest.approx([0.5 / 3, 2.5 / 3])
    assert not any(parameter.requires_grad for parameter in network.backbone.parameters())
    fine = begin_phase(recipe, network, HALF, fine_tuning=True)
    assert (fine.model, fine.on_features, fine.compute) == (network, False, HALF)
    assert [fine.fraction_done(epoch, 0.5) for epoch in (3, 7)] == pytest.approx([0.1, 0.9])
    assert all(parameter.requires_grad for parameter in network.parameters())
    assert begin_phase(replace(recipe, depth=Depth.HEAD), network, HALF, fine_tuning=True).on_features


@pytest.mark.parametrize("decay", [0.0, 0.9])
def test_a_step_changes_the_weights_and_their_average(recipe, decay):
    network = build_network("resnet18", 2)
    phase = begin_phase(replace(recipe, averaging_decay=decay), network, HALF, fine_tuning=True)
    assert (phase.averaged_network is network) is (decay == 0)
    before = network.head.weight.detach().clone()
    for parameter in network.parameters():
        parameter.grad = torch.ones_like(parameter)
    phase.take_step(0.1)
    change = before - network.head.weight.detach()
    averaged = before - phase.averaged_network.head.weight.detach()
    assert torch.allclose(change, torch.full_like(change, 0.1), atol=1e-3)  # AdamW's first step is as long as the rate
    assert torch.allclose(averaged, change if decay == 0 else (1 - 2 / 11) * change, atol=1e-6)
