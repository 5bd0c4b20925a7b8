"""Loss, learning rates and averaged weights, against values worked out by hand."""

import numpy as np
import pytest
import torch
from torch import nn

from core.networks.architectures import Network
from core.recipes.recipe import Optimizer, Recipe, Schedule
from core.training.optimization import (
    compute_class_weights,
    compute_loss,
    compute_rate,
    make_average,
    make_optimizer,
    set_rate,
)


def test_class_weights_let_every_class_count_as_much():
    labels = torch.tensor([0, 0, 0, 1])
    weights = compute_class_weights(labels, 2)
    assert weights.tolist() == pytest.approx([4 / 6, 4 / 2])
    assert weights[labels].mean() == pytest.approx(1)
    assert compute_class_weights(labels, 3).tolist() == pytest.approx([4 / 9, 4 / 3, 4 / 3])  # a class without films


def test_the_loss_of_one_output_is_binary_cross_entropy():
    logits, labels = torch.tensor([[0.0], [2.0], [-1.0]]), torch.tensor([1, 1, 0])
    each = -np.log([0.5, 1 / (1 + np.exp(-2)), 1 - 1 / (1 + np.exp(1))])
    assert float(compute_loss(logits, labels, None, 0.0)) == pytest.approx(each.mean())
    weights = torch.tensor([3.0, 0.5])
    assert float(compute_loss(logits, labels, weights, 0.0)) == pytest.approx((each * [0.5, 0.5, 3]).mean())
    probabilities, targets = 1 / (1 + np.exp([0.0, -2, 1])), np.array([0.9, 0.9, 0.1])
    smoothed = -(targets * np.log(probabilities) + (1 - targets) * np.log(1 - probabilities))
    assert float(compute_loss(logits, labels, None, 0.2)) == pytest.approx(smoothed.mean())


def test_the_loss_of_several_outputs_is_cross_entropy():
    logits, labels = torch.tensor([[1.0, 2.0, 0.0], [0.0, 0.0, 3.0]]), torch.tensor([1, 0])
    softmax = np.exp(logits.numpy()) / np.exp(logits.numpy()).sum(axis=1, keepdims=True)
    each = -np.log(softmax[[0, 1], [1, 0]])
    assert float(compute_loss(logits, labels, None, 0.0)) == pytest.approx(each.mean(), rel=1e-5)
    weighted = (each * [1, 4]).sum() / 5
    assert float(compute_loss(logits, labels, torch.tensor([4.0, 1, 1]), 0.0)) == pytest.approx(weighted, rel=1e-5)


@pytest.fixture
def network():
    return Network(nn.Linear(3, 2), 2, 1)


def recipe(**choices):
    return Recipe(learning_rate=0.1, backbone_rate_factor=0.2, weight_decay=0.01, **choices)


@pytest.mark.parametrize(
    ("name", "kind"),
    [(Optimizer.ADAM, torch.optim.Adam), (Optimizer.ADAMW, torch.optim.AdamW), (Optimizer.SGD, torch.optim.SGD)],
)
def test_head_and_backbone_have_rates_of_their_own(network, name, kind):
    chosen = recipe(optimizer=name, schedule=Schedule.CONSTANT)
    optimizer = make_optimizer(chosen, network.head, list(network.backbone.parameters()))
    assert type(optimizer) is kind
    set_rate(optimizer, 0.1)
    head, backbone = optimizer.param_groups
    assert (head["lr"], backbone["lr"]) == (0.1, pytest.approx(0.02))
    assert {group["weight_decay"] for group in optimizer.param_groups} == {0.01}
    assert head["params"] == list(network.head.parameters())
    assert len(make_optimizer(chosen, network.head, []).param_groups) == 1


@pytest.mark.parametrize(
    ("done", "factor"), [(0, 0.04), (0.15, 0.52), (0.3, 1), (0.65, 0.5), (1, 0)]
)  # of a cosine up and a cosine down: Smith and Topin 2017
def test_one_cycle_goes_up_and_down_to_nothing(done, factor):
    assert compute_rate(recipe(schedule=Schedule.ONE_CYCLE), done) == pytest.approx(0.1 * factor, abs=1e-9)
    assert compute_rate(recipe(schedule=Schedule.CONSTANT), done) == 0.1


def test_an_average_forgets_its_start_fast_and_then_slowly():
    network = Network(nn.BatchNorm1d(2), 2, 1)
    average = make_average(network, 0.9)
    expected = network.head.weight.detach().clone()
    for step in range(1, 200):
        with torch.no_grad():
            network.head.weight.fill_(step)
            network.backbone.num_batches_tracked.fill_(step)
        average.update_parameters(network)
        decay = min(0.9, (1 + step) / (10 + step))
        expected = decay * expected + (1 - decay) * step
    assert torch.allclose(average.module.head.weight, expected, rtol=1e-4)
    assert float(average.module.head.weight.detach().mean()) == pytest.approx(199 - 9, abs=1)  # lags 0.9 / (1 - 0.9)
    assert int(average.module.backbone.num_batches_tracked) == 199  # a count is copied, not averaged


def test_a_small_decay_is_never_raised():
    network = Network(nn.Linear(2, 2), 2, 1)
    average = make_average(network, 0.1)
    before = average.module.head.weight.clone()
    with torch.no_grad():
        network.head.weight.add_(1)
    average.update_parameters(network)
    assert torch.allclose(average.module.head.weight, before + 0.9)
