"""Loss, optimizer, learning rate schedule and averaged weights, as the recipe defines them."""

import copy
import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.networks.architectures import Network
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

    Binary cross-entropy for one output, else cross-entropy.
    """
    if logits.shape[1] > 1:
        return functional.cross_entropy(logits.float(), labels, weights, label_smoothing=smoothing)
    targets = smooth_labels(labels, smoothing)
    film_weights = None if weights is None else weights[labels]
    return functional.binary_cross_entropy_with_logits(logits[:, 0].float(), targets, film_weights)


def smooth_labels(labels: Tensor, smoothing: float) -> Tensor:
    """Convert labels (n,) of 0 and 1 to targets smoothing / 2 and 1 - smoothing / 2."""
    return labels.float() * (1 - smoothing) + smoothing / 2


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


def set_rate(optimizer: torch.optim.Optimizer, recipe: Recipe, done: float) -> float:
    """Set and return the head's learning rate. done: fraction of the phase's steps, 0..1."""
    factor = 1.0
    if recipe.schedule is Schedule.ONE_CYCLE:
        if done < WARM_UP_FRACTION:
            factor = (
                FIRST_RATE_FRACTION + (1 - FIRST_RATE_FRACTION) * (1 - math.cos(math.pi * done / WARM_UP_FRACTION)) / 2
            )
        else:
            factor = (1 + math.cos(math.pi * (done - WARM_UP_FRACTION) / (1 - WARM_UP_FRACTION))) / 2
    for group in optimizer.param_groups:
        group["lr"] = recipe.learning_rate * factor * group["factor"]
    return recipe.learning_rate * factor


@dataclass(slots=True)
class AveragedWeights:
    """Exponential moving average (EMA) of a network's weights; with decay 0 the network itself.

    network: with the averaged weights. source: the network in training. steps: updates so far.
    """

    network: Network
    source: Network
    decay: float
    steps: int = 0

    @classmethod
    def of(cls, network: Network, decay: float) -> "AveragedWeights":
        """Begin the average at the network's current weights."""
        return cls(copy.deepcopy(network) if decay else network, network, decay)

    @torch.no_grad()
    def update(self) -> None:
        """Add the current weights; a smaller decay at first lets the initial weights fade fast."""
        self.steps += 1
        if not self.decay:
            return
        decay = min(self.decay, (1 + self.steps) / (10 + self.steps))
        for mean, value in zip(self.network.state_dict().values(), self.source.state_dict().values(), strict=True):
            if mean.is_floating_point():
                mean.lerp_(value, 1 - decay)
            else:
                mean.copy_(value)
