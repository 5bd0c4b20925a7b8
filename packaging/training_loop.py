"""The resumable training loop that all networks of the bundled model share."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch.optim.swa_utils import AveragedModel

from core.training.optimization import make_average

BATCH, AVERAGING = 32, 0.99
LossFunction = Callable[[np.ndarray, np.random.Generator], torch.Tensor]


class Schedule(NamedTuple):
    """How long to train.

    films: drawn in each epoch, with replacement. warm_up: fraction of all steps in which the rates
    rise.
    """

    epochs: int
    films: int
    seed: int
    warm_up: float = 0.1


@dataclass(frozen=True)
class TrainingState:
    """Everything that an interrupted training needs to continue exactly."""

    network: torch.nn.Module
    average: AveragedModel
    optimizer: torch.optim.Optimizer

    def save(self, path: Path, epochs: int) -> None:
        """Write the state after `epochs`; only a complete file replaces an earlier one."""
        state = {
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "epochs": epochs,
        }
        torch.save(state, path.with_suffix(".part"))
        path.with_suffix(".part").replace(path)

    def load(self, path: Path) -> int:
        """Restore the state from a file and return its number of epochs; 0 if there is no file."""
        if not path.exists():
            return 0
        state = torch.load(path, weights_only=True)
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        return state["epochs"]


def set_one_cycle_rate(optimizer: torch.optim.Optimizer, progress: float, warm_up: float) -> None:
    """Set the learning rates: a linear rise to each group's "top", then a cosine fall to 1 %.

    progress: fraction of all steps that are done, 0..1.
    """
    if progress < warm_up:
        fraction = progress / warm_up
    else:
        fraction = (1 + math.cos(math.pi * (progress - warm_up) / (1 - warm_up))) / 2
    for group in optimizer.param_groups:
        group["lr"] = group["top"] * max(fraction, 0.01)


def fit(
    network: torch.nn.Module,
    optimizer: torch.optim.Optimizer,
    weights: np.ndarray,
    compute_loss: LossFunction,
    schedule: Schedule,
    path: Path,
) -> None:
    """Train a network and leave its averaged weights in it.

    weights: probability with which each film is drawn, (n,). compute_loss(indices, rng): loss of the
    films at these indices (BATCH,). path: where the state is kept after each epoch, so that an
    interrupted training continues after the last complete one; each epoch draws with its own seed.
    """
    average = make_average(network, AVERAGING)
    state, steps = TrainingState(network, average, optimizer), schedule.films // BATCH
    for epoch in range(state.load(path), schedule.epochs):
        network.train()
        rng = np.random.default_rng([schedule.seed, epoch])
        start, losses = time.monotonic(), []
        drawn = rng.choice(len(weights), (steps, BATCH), p=weights)
        for step, indices in enumerate(drawn):
            set_one_cycle_rate(optimizer, (epoch + step / steps) / schedule.epochs, schedule.warm_up)
            optimizer.zero_grad(set_to_none=True)
            loss = compute_loss(indices, rng)
            loss.backward()
            optimizer.step()
            average.update_parameters(network)
            losses.append(loss.item())
        state.save(path, epoch + 1)
        progress, seconds = f"epoch {epoch + 1} of {schedule.epochs}", time.monotonic() - start
        print(f"{path.stem}: {progress}, loss {np.mean(losses):.4f}, {seconds:.0f} s", flush=True)
    network.load_state_dict(average.module.state_dict())
