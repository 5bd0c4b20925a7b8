"""A stretch of epochs in which the same layers of a network train."""

from dataclasses import dataclass, replace

import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel

from core.networks.architectures import Network, unfreeze
from core.networks.device import Compute
from core.recipes.recipe import Depth, Recipe
from core.training.distributed import wrap_parallel
from core.training.optimization import make_average, make_optimizer, set_rate


@dataclass(frozen=True, slots=True)
class Phase:
    """What trains in a phase, and how.

    fine_tuning: the recipe's depth trains, else only the head. on_features: the backbone is fixed,
    so the head trains on cached features. model: what trains, the head or the whole network;
    several processes average its gradients. compute: device and precision of its steps.
    average: None without averaging. first_epoch: counted from 0. epochs: how many.
    """

    fine_tuning: bool
    on_features: bool
    network: Network
    model: nn.Module
    compute: Compute
    optimizer: torch.optim.Optimizer
    average: AveragedModel | None
    first_epoch: int
    epochs: int

    @property
    def averaged_network(self) -> Network:
        """The network that is validated and kept: the average, or without one the network itself."""
        return self.network if self.average is None else self.average.module  # type: ignore[return-value]

    def fraction_done(self, epoch: int, fraction: float) -> float:
        """Return the fraction of the phase's steps, 0..1, after this fraction of `epoch`."""
        return (epoch - self.first_epoch + fraction) / self.epochs

    def take_step(self, rate: float) -> None:
        """Change the weights by the gradients at a learning rate, and add them to the average."""
        set_rate(self.optimizer, rate)
        self.optimizer.step()
        if self.average is not None:
            self.average.update_parameters(self.network)


def begin_phase(recipe: Recipe, network: Network, compute: Compute, fine_tuning: bool) -> Phase:
    """Freeze and unfreeze layers, and begin with a new optimizer and average.

    On features a step is computed in full precision: the head is small.
    """
    backbone = unfreeze(network, recipe.architecture, recipe.depth if fine_tuning else Depth.HEAD)
    on_features = not backbone
    return Phase(
        fine_tuning=fine_tuning,
        on_features=on_features,
        network=network,
        model=network.head if on_features else wrap_parallel(network),
        compute=replace(compute, half=compute.half and not on_features),
        optimizer=make_optimizer(recipe, network.head, backbone),
        average=make_average(network, recipe.averaging_decay) if recipe.averaging_decay else None,
        first_epoch=recipe.frozen_epochs if fine_tuning else 0,
        epochs=recipe.epochs if fine_tuning else recipe.frozen_epochs,
    )
