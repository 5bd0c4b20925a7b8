"""A film as a training would see it, changed at random: for a person to judge an augmentation by eye."""

import threading
from collections.abc import Generator
from pathlib import Path

import torch

from core.events import Preview, Progressed, Stage
from core.images import read_square
from core.recipe import Augmentation
from core.transforms import as_fractions, augmented


def preview(
    path: Path, augmentation: Augmentation, size_px: int, count: int, seed: int, cancel: threading.Event
) -> Generator[Progressed, None, Preview]:
    """`count` variants of the film in `path`, the same for the same seed. Too short to be cancelled.

    Raises FilmUnreadable.
    """
    yield Progressed(Stage.READING_DATASET, 0, None)
    film = torch.from_numpy(read_square(path, size_px).copy())
    films = as_fractions(film.expand(count, -1, -1))
    changed = augmented(films, augmentation, torch.Generator().manual_seed(seed))
    pixels = (changed[:, 0] * 255).round().to(torch.uint8).numpy()
    return Preview(path, tuple(pixels))
