"""Make views of the training films: each film unchanged, and changed as if from another source."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from changed_source import augment_films
from sources import KERMANY, PNEUMONIA, Films

from core.networks.preprocessing import to_unit_range

VIEWS = 4  # changed at random, besides the unchanged films
CHUNK = 64


class View(NamedTuple):
    """Training films once, unchanged or changed at random, with their boxes.

    pixels: (n, 224, 224) uint8. masks: (n, 28, 28) float16, as in Films.
    """

    pixels: np.ndarray
    masks: np.ndarray

    def select(self, indices: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
        """Return films (k, 1, 224, 224), 0..1, and masks (k, 28, 28) at indices (k,)."""
        films = to_unit_range(torch.from_numpy(np.array(self.pixels[indices])))
        return films, torch.from_numpy(self.masks[indices].astype(np.float32))


def make_views(films: Films, indices: np.ndarray, work: Path) -> list[View]:
    """Return the views of the films at `indices` (n,), the unchanged one first.

    They are made now or read from the work folder.
    """
    views = [View(films.pixels[indices], films.masks[indices])]
    for number in range(1, 1 + VIEWS):
        path = work / f"view-{number}.npz"
        if not path.exists():
            part = path.with_suffix(".part.npz")
            np.savez(part, **_change_films(films, indices, number)._asdict())
            part.replace(path)
            print(path.stem, flush=True)
        with np.load(path) as file:
            views.append(View(file["pixels"], file["masks"]))
    return views


def _change_films(films: Films, indices: np.ndarray, seed: int) -> View:
    """Return the films at `indices` (n,), each changed at random beside others of all sources."""
    generator = torch.Generator().manual_seed(1000 + seed)
    pixels = np.zeros((len(indices), *films.pixels.shape[1:]), np.uint8)
    masks = np.zeros((len(indices), *films.masks.shape[1:]), np.float16)
    # only in this source do the classes differ in proportions and framing
    tilts = torch.from_numpy(np.where(films.labels == PNEUMONIA, 1.0, -1.0) * (films.sources == KERMANY)).float()
    for places in torch.randperm(len(indices), generator=generator).split(CHUNK):
        chosen = indices[places.numpy()]
        boxes = torch.from_numpy(films.masks[chosen].astype(np.float32))[:, None]
        changed, moved = augment_films(films.select(chosen), films.groups[chosen], tilts[chosen], boxes, generator)
        pixels[places] = (changed * 255).round().to(torch.uint8)[:, 0].numpy()
        masks[places] = moved[:, 0].numpy().astype(np.float16)
    return View(pixels, masks)
