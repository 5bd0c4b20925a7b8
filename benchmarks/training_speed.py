"""Films a second in training beside a plain torchvision script with the same network and random changes.

Both train ResNet-18 from random weights on the same films, epoch by epoch in turn, so that a machine whose speed
wavers wavers for both. Ours is recipe `best` (memory-mapped grey films, changes in batches, channels last, bfloat16
where it was measured faster, small films first). The plain one is what a good tutorial shows: JPEG files, DataLoader
workers, torchvision.transforms.v2, fp32. Also says how right the forecast after the first epoch was.
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

from benchmarks.run_job import result_of
from core.datasets.dataset import Film, Split, read_dataset
from core.datasets.decoded_films import decode_films, select_split
from core.films.phantoms import draw_phantom
from core.metrics.intervals import wilson_interval
from core.metrics.roc import roc_auc
from core.networks.architectures import models
from core.recipes.recipe import BEST, Recipe, change_start
from core.system.malloc import keep_freed_memory
from core.training.learner import Learner

REAL = Path(__file__).parents[2] / "shared/data/kermany-224"
TRAINING_FILMS, VALIDATION_FILMS = 256, 200
NEVER = threading.Event()


def films(folder: Path) -> list[Film]:
    """Real films where there are any, else phantoms; half of each class, patients of training and validation apart."""
    if not REAL.exists():
        for number in range(TRAINING_FILMS + VALIDATION_FILMS):
            path = folder / ("NORMAL", "PNEUMONIA")[number % 2] / f"{number}.png"
            path.parent.mkdir(exist_ok=True)
            Image.fromarray(draw_phantom(number, number % 2 == 1)).save(path)
    every = list(read_dataset(REAL if REAL.exists() else folder).films)
    random.Random(0).shuffle(every)
    one_a_patient = list({film.patient: film for film in every}.values())
    chosen: list[Film] = []
    for split, count in ((Split.TRAINING, TRAINING_FILMS), (Split.VALIDATION, VALIDATION_FILMS)):
        for label in range(2):
            free = [film for film in one_a_patient if film.label == label]
            taken = free[len(free) - count // 2 :]
            one_a_patient = [film for film in one_a_patient if film not in taken]
            chosen += [replace(film, split=split) for film in taken]
    return chosen


class Stretched:
    """A change of proportions, which torchvision does not have."""

    def __init__(self, fraction: float) -> None:
        self._reach = math.log1p(fraction) / 2

    def __call__(self, film: Image.Image) -> Image.Image:
        wide, middle = math.exp(random.uniform(-self._reach, self._reach)), [side / 2 for side in film.size]
        matrix = (1 / wide, 0, middle[0] * (1 - 1 / wide), 0, wide, middle[1] * (1 - wide))
        return film.transform(film.size, Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR)


class PlainFilms(TorchDataset):
    """Films as a plain script reads them: from their files, each time."""

    def __init__(self, chosen: list[Film], changed: bool) -> None:
        from torchvision.transforms import v2

        amount = BEST.augmentation
        zoom, shift = amount.zoom_fraction, amount.shift_fraction
        changes = [
            v2.RandomAffine(amount.rotation_degrees, (shift, shift), (1 - zoom, 1 + zoom)),
            Stretched(amount.stretch_fraction),
            v2.RandomHorizontalFlip(amount.flip_probability),
            v2.ToImage(),
            v2.RandomApply([v2.GaussianBlur(7, 1.2)], 0.5),
            v2.RandomAdjustSharpness(2, 0.5),
            v2.ColorJitter(amount.brightness_fraction, amount.contrast_fraction),
            v2.ToDtype(torch.float32, scale=True),
            v2.GaussianNoise(sigma=amount.noise_fraction / 2),
        ]
        plain = [v2.ToImage(), v2.ToDtype(torch.float32, scale=True)]
        side = BEST.image_size_px
        normal = v2.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
        self._change = v2.Compose([v2.Resize((side, side)), *(changes if changed else plain), normal])
        self._films = chosen

    def __len__(self) -> int:
        return len(self._films)

    def __getitem__(self, number: int) -> tuple[torch.Tensor, float]:
        film = self._films[number]
        return self._change(Image.open(film.path).convert("RGB")), float(film.label)


def plain_epochs(chosen: list[Film], recipe: Recipe) -> Iterator[float]:
    """Train the plain way; yields the seconds of each epoch, then, at last, scores its validation films."""
    torch.manual_seed(0)
    training = [film for film in chosen if film.split is Split.TRAINING]
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
    validation = [film for film in chosen if film.split is Split.VALIDATION]
    network.eval()
    with torch.inference_mode():
        parts = [network(batch)[:, 0] for batch, _ in DataLoader(PlainFilms(validation, False), 32)]
    told("plain torchvision", validation, torch.cat(parts).numpy())


def serve(connection: Connection, chosen: list[Film], recipe: Recipe) -> None:
    """Train the plain way, an epoch whenever the other side asks for one; answers its seconds, None at the end."""
    epochs = plain_epochs(chosen, recipe)
    while connection.recv():
        connection.send(next(epochs, None))


def in_its_own_process(chosen: list[Film], recipe: Recipe) -> Iterator[float]:
    """`plain_epochs` where the settings of this program's process do not reach."""
    context = multiprocessing.get_context("spawn")
    near, far = context.Pipe()
    process = context.Process(target=serve, args=(far, chosen, recipe))
    process.start()
    near.send(True)
    while (seconds := near.recv()) is not None:
        yield seconds
        near.send(True)
    near.send(False)
    process.join()


def our_epochs(chosen: list[Film], recipe: Recipe, folder: Path) -> Iterator[float]:
    """Train as the program does; yields the seconds of each epoch, then, at last, scores its validation films."""
    torch.manual_seed(0)
    job = decode_films(chosen, recipe.image_size_px, folder / "store", NEVER)
    readable, pixels = result_of(job)
    splits = {
        split: select_split(readable, pixels, split, ("NORMAL", "PNEUMONIA"))
        for split in (Split.TRAINING, Split.VALIDATION)
    }
    splits[Split.TEST] = splits[Split.VALIDATION]
    learner = Learner(recipe, splits, 2)
    learner.to_device()
    learner.begin_phase(fine_tuning=True)
    used, expected = 0.0, None
    for epoch in range(recipe.epochs):
        start = time.perf_counter()
        result_of(learner.pass_over(epoch, recipe.epochs, NEVER))
        seconds = time.perf_counter() - start
        logits = learner.logits(Split.VALIDATION, epoch, NEVER)
        used += time.perf_counter() - start
        expected = expected or used + (learner.forecast.seconds_left(epoch + 1, 0) or 0)
        yield seconds
    start = time.perf_counter()
    learner.logits(Split.TEST, recipe.epochs - 1, NEVER)
    used += time.perf_counter() - start
    told("PneumoScreen", [film for film in readable if film.split is Split.VALIDATION], logits[:, 0])
    error = expected / used - 1
    print(f"Forecast after the first epoch {expected:.0f} s, taken {used:.0f} s ({error:+.0%}); {learner.compute}")


def told(name: str, validation: list[Film], logits: np.ndarray) -> None:
    labels = np.array([film.label for film in validation])
    right = wilson_interval(int(((logits >= 0) == labels).sum()), len(labels))
    area = roc_auc(labels, logits.astype(float))
    accuracy = f"{right.value:.3f} ({right.low:.3f}-{right.high:.3f})"
    print(f"{name}: validation accuracy {accuracy}, AUC {area:.3f}, n = {len(labels)}", flush=True)


def main() -> None:
    keep_freed_memory()
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=10)
    recipe = replace(change_start(BEST, "random"), epochs=parser.parse_args().epochs)
    with tempfile.TemporaryDirectory() as name:
        chosen = films(Path(name))
        rows = list(zip(our_epochs(chosen, recipe, Path(name)), in_its_own_process(chosen, recipe), strict=True))
    print("| films | plain, films/s | ours, films/s | ratio |\n| --- | --- | --- | --- |")
    small, full = rows[: recipe.full_size_from], rows[recipe.full_size_from :]
    for words, part in (("small", small), ("full size", full), ("whole training", rows)):
        speeds = [TRAINING_FILMS * len(part) / sum(column) for column in zip(*part, strict=True)]
        print(f"| {words} | {speeds[1]:.1f} | {speeds[0]:.1f} | {speeds[0] / speeds[1]:.2f} |")


if __name__ == "__main__":
    main()
