"""Show a film as training would see it, so that the user can judge an augmentation by eye."""

import threading
from collections.abc import Generator
from pathlib import Path

import torch

from core.films.film_reader import read_square
from core.jobs.events import Progressed, Stage
from core.networks.augmentation import augment
from core.networks.preprocessing import to_unit_range
from core.recipes.recipe import Augmentation
from core.training.events import Preview


def preview_augmentation(
    path: Path, augmentation: Augmentation, size_px: int, count: int, seed: int, cancel: threading.Event
) -> Generator[Progressed, None, Preview]:
    """Return `count` augmented variants of the film in `path`, the same for the same seed.

    `cancel` is ignored, as this takes very little time. Raises FilmUnreadable.
    """
    yield Progressed(Stage.READING_DATASET, 0, None)
    film = torch.from_numpy(read_square(path, size_px).copy())
    films = to_unit_range(film.expand(count, -1, -1))
    augmented = augment(films, augmentation, torch.Generator().manual_seed(seed))
    pixels = (augmented[:, 0] * 255).round().to(torch.uint8).numpy()
    return Preview(path, tuple(pixels))
