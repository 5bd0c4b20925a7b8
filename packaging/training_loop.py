"""Decoded films and the training loop that the bundled model's teachers and student share."""

import hashlib
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from changed_source import SIDE

from benchmarks.run_job import run_job
from core.datasets.dataset import Split
from core.datasets.decoded_films import decode_films
from core.films.film_code import film_code
from core.metrics.intervals import group_numbers
from core.models.predictions import Predictions
from core.networks.preprocessing import Preprocessing, to_unit_range
from core.recipes.recipe import Normalisation
from core.training.optimization import AveragedWeights

INPUT = Preprocessing(SIDE, Normalisation.PER_FILM)
BATCH, AVERAGING, SMOOTHING = 32, 0.995, 0.06
LossFunction = Callable[[torch.Tensor, int, torch.Generator], torch.Tensor]


class Films:
    """Decoded films of a split.

    pixels: (n, 224, 224) uint8. labels, patients: (n,). codes: identify the files.
    """

    def __init__(self, dataset, split: Split, work: Path) -> None:
        store = work / f"{split.name.lower()}.films.tmp"
        films, self.pixels = run_job(decode_films(dataset.of_split(split), SIDE, store, threading.Event()))
        self.labels = torch.tensor([film.label for film in films])
        self.patients = group_numbers([film.patient for film in films])
        self.codes = tuple(film_code(hashlib.sha256(film.path.read_bytes()).hexdigest()) for film in films)

    def select(self, indices) -> torch.Tensor:
        """Return the films at `indices`, (n, 1, 224, 224), 0..1."""
        return to_unit_range(torch.from_numpy(np.array(self.pixels[indices])))

    def predict(self, model) -> Predictions:
        """Return the predictions of a model for the unchanged films."""
        return Predictions(self.labels.numpy(), model.logits(self.pixels), self.patients, self.codes)


class Schedule(NamedTuple):
    """Number of epochs, seed of random draws, fraction of the steps in which the rate rises."""

    epochs: int
    seed: int
    warm_up: float


@dataclass(frozen=True)
class TrainingState:
    """Everything that an interrupted training needs to continue exactly."""

    network: torch.nn.Module
    average: AveragedWeights
    optimizer: torch.optim.Optimizer
    generator: torch.Generator

    def save(self, path: Path, epochs: int) -> None:
        """Write the state after `epochs`; only a complete file replaces an earlier one."""
        state = {
            "network": self.network.state_dict(),
            "average": self.average.network.state_dict(),
            "steps": self.average.steps,
            "optimizer": self.optimizer.state_dict(),
            "generator": self.generator.get_state(),
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
        self.average.network.load_state_dict(state["average"])
        self.average.steps = state["steps"]
        self.optimizer.load_state_dict(state["optimizer"])
        self.generator.set_state(state["generator"])
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


def fit(network, optimizer, films: Films, compute_loss: LossFunction, schedule: Schedule, path: Path) -> None:
    """Train a network and write its averaged weights to `path`.

    compute_loss(indices, epoch, generator): the loss of the films at `indices` (n,). An interrupted
    training continues after the last complete epoch.
    """
    generator = torch.Generator().manual_seed(schedule.seed)
    average = AveragedWeights.of(network, AVERAGING)
    state = TrainingState(network, average, optimizer, generator)
    checkpoint, steps = path.with_suffix(".unfinished"), len(films.labels) // BATCH
    for epoch in range(state.load(checkpoint), schedule.epochs):
        network.train()
        start, losses = time.monotonic(), []
        order = torch.randperm(len(films.labels), generator=generator)
        for step in range(steps):
            set_one_cycle_rate(optimizer, (epoch + step / steps) / schedule.epochs, schedule.warm_up)
            optimizer.zero_grad(set_to_none=True)
            loss = compute_loss(order[step * BATCH : (step + 1) * BATCH], epoch, generator)
            loss.backward()
            optimizer.step()
            average.update()
            losses.append(loss.item())
        state.save(checkpoint, epoch + 1)
        progress, seconds = f"epoch {epoch + 1} of {schedule.epochs}", time.monotonic() - start
        print(f"{path.stem}: {progress}, loss {np.mean(losses):.4f}, {seconds:.0f} s", flush=True)
    torch.save(average.network.state_dict(), path)
    checkpoint.unlink()
