"""What one training step needs: loss, optimizer, rate and averaged weights, all read from the recipe."""

import copy
import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.networks.architectures import Network
from core.recipes.recipe import Optimizer, Recipe, Schedule

WARM_UP_SHARE = 0.3  # of all steps, as in Smith and Topin 2017
FIRST_RATE_SHARE = 0.04
MOMENTUM = 0.9


def compute_class_weights(labels: Tensor, classes: int) -> Tensor:
    """A weight for each class (classes,), mean 1 over the films, so that each class counts alike in the loss."""
    counts = torch.bincount(labels, minlength=classes).clamp_min(1)
    return len(labels) / (classes * counts.float())


def compute_loss(logits: Tensor, labels: Tensor, weights: Tensor | None, smoothing: float) -> Tensor:
    """Mean loss of logits (n, outputs) against labels (n,): BCEWithLogits for one output, else cross-entropy."""
    if logits.shape[1] > 1:
        return functional.cross_entropy(logits.float(), labels, weights, label_smoothing=smoothing)
    targets = smooth_labels(labels, smoothing)
    each = None if weights is None else weights[labels]
    return functional.binary_cross_entropy_with_logits(logits[:, 0].float(), targets, each)


def smooth_labels(labels: Tensor, smoothing: float) -> Tensor:
    """Labels (n,) of 0 and 1 as targets for one logit, moved by half of `smoothing` towards each other."""
    return labels.float() * (1 - smoothing) + smoothing / 2


def make_optimizer(recipe: Recipe, head: nn.Module, backbone: list[nn.Parameter]) -> torch.optim.Optimizer:
    """The recipe's optimizer over the head and, at its own rate, the trainable part of the backbone."""
    groups: list[dict[str, object]] = [{"params": list(head.parameters()), "factor": 1.0}]
    if backbone:
        groups.append({"params": backbone, "factor": recipe.backbone_rate_factor})
    if recipe.optimizer is Optimizer.SGD:
        return torch.optim.SGD(
            groups, recipe.learning_rate, momentum=MOMENTUM, nesterov=True, weight_decay=recipe.weight_decay
        )
    kind = torch.optim.Adam if recipe.optimizer is Optimizer.ADAM else torch.optim.AdamW
    return kind(groups, recipe.learning_rate, weight_decay=recipe.weight_decay)


def set_rate(optimizer: torch.optim.Optimizer, recipe: Recipe, done: float) -> float:
    """Set and return the learning rate of the head after the share `done`, 0..1, of all steps."""
    share = 1.0
    if recipe.schedule is Schedule.ONE_CYCLE:
        if done < WARM_UP_SHARE:
            share = FIRST_RATE_SHARE + (1 - FIRST_RATE_SHARE) * (1 - math.cos(math.pi * done / WARM_UP_SHARE)) / 2
        else:
            share = (1 + math.cos(math.pi * (done - WARM_UP_SHARE) / (1 - WARM_UP_SHARE))) / 2
    for group in optimizer.param_groups:
        group["lr"] = recipe.learning_rate * share * group["factor"]
    return recipe.learning_rate * share


@dataclass(slots=True)
class AveragedWeights:
    """A running average of a network's weights (EMA); with decay 0 it is the network itself."""

    network: Network
    source: Network
    decay: float
    steps: int = 0

    @classmethod
    def of(cls, network: Network, decay: float) -> "AveragedWeights":
        """Begin the average at the network's present weights."""
        return cls(copy.deepcopy(network) if decay else network, network, decay)

    @torch.no_grad()
    def update(self) -> None:
        """Take in the present weights; early on the decay is smaller, so that the start is forgotten soon."""
        self.steps += 1
        if not self.decay:
            return
        decay = min(self.decay, (1 + self.steps) / (10 + self.steps))
        for mean, value in zip(self.network.state_dict().values(), self.source.state_dict().values(), strict=True):
            if mean.is_floating_point():
                mean.lerp_(value, 1 - decay)
            else:
                mean.copy_(value)
