"""Decoded films of one split. Trains nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.dataset import Film, Split
from core.errors import JobFailed, Reason
from core.language import tr


@dataclass(frozen=True, slots=True)
class DecodedFilms:
    """Decoded films of one split: pixels (n, size, size) uint8, labels (n,), and the patient of each."""

    pixels: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.int64]
    patients: tuple[str, ...]


def films_of_split(
    films: Sequence[Film], pixels: npt.NDArray[np.uint8], split: Split, classes: tuple[str, ...]
) -> DecodedFilms:
    """The decoded films of one split; their pixels are not copied where they stand together, as in `gathered`.

    Raises JobFailed where a class lost all its films to unreadable files.
    """
    which = np.array([number for number, film in enumerate(films) if film.split is split], dtype=np.int64)
    labels = np.array([films[number].label for number in which], dtype=np.int64)
    for label, name in enumerate(classes):
        if not (labels == label).any():
            sentence = tr(
                "No readable {name} film is left for the {split} split. Add films and try again.",
                name=name,
                split=tr(split),
            )
            raise JobFailed(Reason.DATASET_INVALID, sentence)
    first, end = int(which[0]), int(which[-1]) + 1
    own = pixels[first:end] if end - first == len(which) else pixels[which]
    return DecodedFilms(own, labels, tuple(films[number].patient for number in which))
