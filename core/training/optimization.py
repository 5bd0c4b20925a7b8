"""Loss, optimizer, learning rate schedule and averaged weights, as the recipe defines them."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel

from core.recipes.recipe import Optimizer, Recipe, Schedule

WARM_UP_FRACTION = 0.3  # of all steps, as in Smith and Topin 2017
FIRST_RATE_FRACTION = 0.04  # of the recipe's rate
MOMENTUM = 0.9


def compute_class_weights(labels: Tensor, classes: int) -> Tensor:
    """Return weights (classes,), mean 1 over the films, that balance classes in the loss."""
    counts = torch.bincount(labels, minlength=classes).clamp_min(1)
    return len(labels) / (classes * counts.float())


def compute_loss(logits: Tensor, labels: Tensor, weights: Tensor | None, smoothing: float) -> Tensor:
    """Return the mean loss of logits (n, outputs) against labels (n,).

    Binary cross-entropy for one output, else cross-entropy. weights: of the classes (classes,). smoothing:
    with 0.2 the targets of one output are 0.1 and 0.9 instead of 0 and 1.
    """
    if weights is not None:
        weights = weights.to(logits.device)
    if logits.shape[1] > 1:
        return functional.cross_entropy(logits.float(), labels, weights, label_smoothing=smoothing)
    targets = labels.float() * (1 - smoothing) + smoothing / 2
    film_weights = None if weights is None else weights[labels]
    return functional.binary_cross_entropy_with_logits(logits[:, 0].float(), targets, film_weights)


def make_optimizer(recipe: Recipe, head: nn.Module, backbone: list[nn.Parameter]) -> torch.optim.Optimizer:
    """Make the recipe's optimizer for the head and, at its own rate, for `backbone`."""
    groups: list[dict[str, object]] = [{"params": list(head.parameters()), "factor": 1.0}]
    if backbone:
        groups.append({"params": backbone, "factor": recipe.backbone_rate_factor})
    if recipe.optimizer is Optimizer.SGD:
        return torch.optim.SGD(
            groups, recipe.learning_rate, momentum=MOMENTUM, nesterov=True, weight_decay=recipe.weight_decay
        )
    optimizer_class = torch.optim.Adam if recipe.optimizer is Optimizer.ADAM else torch.optim.AdamW
    return optimizer_class(groups, recipe.learning_rate, weight_decay=recipe.weight_decay)


def compute_rate(recipe: Recipe, done: float) -> float:
    """Return the learning rate of the head after a fraction of the phase's steps, 0..1."""
    if recipe.schedule is Schedule.CONSTANT:
        return recipe.learning_rate
    if done < WARM_UP_FRACTION:
        rise = (1 - math.cos(math.pi * done / WARM_UP_FRACTION)) / 2
        return recipe.learning_rate * (FIRST_RATE_FRACTION + (1 - FIRST_RATE_FRACTION) * rise)
    return recipe.learning_rate * (1 + math.cos(math.pi * (done - WARM_UP_FRACTION) / (1 - WARM_UP_FRACTION))) / 2


def set_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    """Set the learning rate of the head, and that of the backbone by its factor."""
    for group in optimizer.param_groups:
        group["lr"] = rate * group["factor"]


def make_average(network: nn.Module, decay: float) -> AveragedModel:
    """Begin an exponential moving average (EMA) of a network's weights and buffers at its current ones.

    decay: per step, 0..1; the first steps use a smaller one, so that the initial weights fade fast.
    """

    @torch.no_grad()
    def update(means: list[Tensor], values: list[Tensor], averaged: Tensor) -> None:
        weight = 1 - min(decay, (1 + int(averaged)) / (10 + int(averaged)))
        for mean, value in zip(means, values, strict=True):
            if mean.is_floating_point():
                mean.lerp_(value, weight)
            else:
                mean.copy_(value)  # a count of batches

    average = AveragedModel(network, multi_avg_fn=update, use_buffers=True)  # type: ignore[arg-type]
    average.update_parameters(network)  # AveragedModel copies its first model: the initial weights
    return average
