"""Measure films per second in training, beside a plain torchvision script with the same network.

Both train ResNet-18 from random weights on the same films with the same augmentation, epoch by
epoch in turn, so that a change of the machine's speed affects both. Ours is recipe `best`
(memory-mapped grey films, augmentation in batches, channels last, bfloat16 where it was measured to
be faster, small films first). The plain one is what a good tutorial shows: JPEG files, DataLoader
workers, torchvision.transforms.v2, fp32. Also reports the error of the time estimate after the
first epoch.
Run from the project's root: PYTHONPATH=. python benchmarks/training_speed.py [--epochs 10]
"""

import argparse
import math
import multiprocessing
import random
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.utils.data import DataLoader
from torch.utils.data import Dataset as TorchDataset

from benchmarks.run_job import run_job
from core.datasets.dataset import Film, read_dataset
from core.datasets.decoded_films import decode_films, select_split
from core.datasets.entries import Split
from core.films.phantoms import draw_phantom
from core.metrics.intervals import wilson_interval
from core.metrics.roc import roc_auc
from core.networks.architectures import models
from core.recipes.recipe import BEST, Recipe, change_start
from core.system.malloc import keep_freed_memory
from core.training.learner import Learner, build_learner

REAL = Path(__file__).parents[2] / "shared/data/kermany-224"
TRAINING_FILMS, VALIDATION_FILMS = 256, 200
NEVER = threading.Event()


def choose_films(folder: Path) -> list[Film]:
    """Return real films, else phantoms in `folder`: half of each class, one of each patient."""
    if not REAL.exists():
        for number in range(TRAINING_FILMS + VALIDATION_FILMS):
            path = folder / ("NORMAL", "PNEUMONIA")[number % 2] / f"{number}.png"
            path.parent.mkdir(exist_ok=True)
            Image.fromarray(draw_phantom(number, number % 2 == 1)).save(path)
    films = list(read_dataset(REAL if REAL.exists() else folder).films)
    random.Random(0).shuffle(films)
    unused = list({film.patient: film for film in films}.values())
    chosen: list[Film] = []
    for split, count in ((Split.TRAINING, TRAINING_FILMS), (Split.VALIDATION, VALIDATION_FILMS)):
        for label in range(2):
            candidates = [film for film in unused if film.label == label]
            taken = candidates[len(candidates) - count // 2 :]
            unused = [film for film in unused if film not in taken]
            chosen += [replace(film, split=split) for film in taken]
    return chosen


class RandomStretch:
    """A random change of proportions, which torchvision does not have."""

    def __init__(self, fraction: float) -> None:
        self._limit = math.log1p(fraction) / 2

    def __call__(self, film: Image.Image) -> Image.Image:
        aspect = math.exp(random.uniform(-self._limit, self._limit))
        middle_x, middle_y = film.width / 2, film.height / 2
        matrix = (1 / aspect, 0, middle_x * (1 - 1 / aspect), 0, aspect, middle_y * (1 - aspect))
        return film.transform(film.size, Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR)


class PlainFilms(TorchDataset):
    """Films as a plain script reads them: from their files, in every epoch."""

    def __init__(self, films: list[Film], is_augmented: bool) -> None:
        from torchvision.transforms import v2

        limits = BEST.augmentation
        zoom, shift = limits.zoom_fraction, limits.shift_fraction
        augmentation = [
            v2.RandomAffine(limits.rotation_degrees, (shift, shift), (1 - zoom, 1 + zoom)),
            RandomStretch(limits.stretch_fraction),
            v2.RandomHorizontalFlip(limits.flip_probability),
            v2.ToImage(),
            v2.RandomApply([v2.GaussianBlur(7, 1.2)], 0.5),
            v2.RandomAdjustSharpness(2, 0.5),
            v2.ColorJitter(limits.brightness_fraction, limits.contrast_fraction),
            v2.ToDtype(torch.float32, scale=True),
            v2.GaussianNoise(sigma=limits.noise_fraction / 2),
        ]
        conversion = [v2.ToImage(), v2.ToDtype(torch.float32, scale=True)]
        side = BEST.image_size_px
        normalise = v2.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
        steps = augmentation if is_augmented else conversion
        self._transform = v2.Compose([v2.Resize((side, side)), *steps, normalise])
        self._films = films

    def __len__(self) -> int:
        return len(self._films)

    def __getitem__(self, number: int) -> tuple[torch.Tensor, float]:
        film = self._films[number]
        return self._transform(Image.open(film.path).convert("RGB")), float(film.label)


def train_plain(films: list[Film], recipe: Recipe) -> Iterator[float]:
    """Train with the plain script; yield the seconds of each epoch, then print the figures."""
    torch.manual_seed(0)
    training = [film for film in films if film.split is Split.TRAINING]
    loader = DataLoader(PlainFilms(training, True), recipe.batch_size, shuffle=True, num_workers=2)
    network = models.resnet18()
    network.fc = nn.Linear(512, 1)
    optimizer = torch.optim.AdamW(network.parameters(), recipe.learning_rate, weight_decay=recipe.weight_decay)
    steps = recipe.epochs * len(loader)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, recipe.learning_rate, steps)
    for _ in range(recipe.epochs):
        start = time.perf_counter()
        for batch, labels in loader:
            optimizer.zero_grad()
            nn.functional.binary_cross_entropy_with_logits(network(batch)[:, 0], labels.float()).backward()
            optimizer.step()
            schedule.step()
        yield time.perf_counter() - start
    validation = [film for film in films if film.split is Split.VALIDATION]
    network.eval()
    with torch.inference_mode():
        parts = [network(batch)[:, 0] for batch, _ in DataLoader(PlainFilms(validation, False), 32)]
    print_figures("plain torchvision", validation, torch.cat(parts).numpy())


def serve_epochs(connection: Connection, films: list[Film], recipe: Recipe) -> None:
    """Train an epoch with the plain script for each request; send its seconds, None at the end."""
    epochs = train_plain(films, recipe)
    while connection.recv():
        connection.send(next(epochs, None))


def train_plain_in_subprocess(films: list[Film], recipe: Recipe) -> Iterator[float]:
    """Run `train_plain` in a process of its own, which this process's settings do not affect."""
    context = multiprocessing.get_context("spawn")
    near, far = context.Pipe()
    process = context.Process(target=serve_epochs, args=(far, films, recipe))
    process.start()
    near.send(True)
    while (seconds := near.recv()) is not None:
        yield seconds
        near.send(True)
    near.send(False)
    process.join()


def train_ours(films: list[Film], recipe: Recipe, folder: Path) -> Iterator[float]:
    """Train as the program does; yield the seconds of each epoch, then print the figures."""
    torch.manual_seed(0)
    readable, learner = prepare_learner(films, recipe, folder)
    used, expected = 0.0, None
    for epoch in range(recipe.epochs):
        start = time.perf_counter()
        run_job(learner.prepare_epoch(epoch, NEVER))
        run_job(learner.train_epoch(epoch, NEVER))
        seconds = time.perf_counter() - start
        logits = learner.validate(epoch, NEVER)
        used += time.perf_counter() - start
        expected = expected or used + (learner.time_estimate.seconds_left(epoch + 1, 0) or 0)
        yield seconds
    start = time.perf_counter()
    learner.validate(recipe.epochs - 1, NEVER)  # the test films are the same
    used += time.perf_counter() - start
    print_figures("PneumoScreen", [film for film in readable if film.split is Split.VALIDATION], logits[:, 0])
    error = expected / used - 1
    print(f"Estimate after the first epoch {expected:.0f} s, taken {used:.0f} s ({error:+.0%}); {learner.compute}")


def prepare_learner(films: list[Film], recipe: Recipe, folder: Path) -> tuple[list[Film], Learner]:
    """Return the readable films and a learner on the device, ready for its first epoch."""
    readable, pixels = run_job(decode_films(films, recipe.image_size_px, folder / "store", NEVER))
    splits = {
        split: select_split(readable, pixels, split, ("NORMAL", "PNEUMONIA"))
        for split in (Split.TRAINING, Split.VALIDATION)
    }
    splits[Split.TEST] = splits[Split.VALIDATION]
    return readable, run_job(build_learner(recipe, splits, ("NORMAL", "PNEUMONIA"), NEVER))


def print_figures(name: str, validation: list[Film], logits: np.ndarray) -> None:
    """Print accuracy and AUC of logits (n,) of the validation films."""
    labels = np.array([film.label for film in validation])
    accuracy = wilson_interval(int(((logits >= 0) == labels).sum()), len(labels))
    auc = roc_auc(labels, logits.astype(float))
    interval = f"{accuracy.value:.3f} ({accuracy.low:.3f}-{accuracy.high:.3f})"
    print(f"{name}: validation accuracy {interval}, AUC {auc:.3f}, n = {len(labels)}", flush=True)


def main() -> None:
    keep_freed_memory()
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=10, choices=range(5, 101), metavar="5..100")
    recipe = replace(change_start(BEST, "random"), epochs=parser.parse_args().epochs)
    with tempfile.TemporaryDirectory() as name:
        films = choose_films(Path(name))
        ours, plain = train_ours(films, recipe, Path(name)), train_plain_in_subprocess(films, recipe)
        rows = list(zip(ours, plain, strict=True))
    print("| films | plain, films/s | ours, films/s | ratio |\n| --- | --- | --- | --- |")
    small, full = rows[: recipe.full_size_from], rows[recipe.full_size_from :]
    for title, part in (("small", small), ("full size", full), ("whole training", rows)):
        speeds = [TRAINING_FILMS * len(part) / sum(column) for column in zip(*part, strict=True)]
        print(f"| {title} | {speeds[1]:.1f} | {speeds[0]:.1f} | {speeds[0] / speeds[1]:.2f} |")


if __name__ == "__main__":
    main()
