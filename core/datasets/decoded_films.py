"""Films of a dataset decoded once, as one memory-mapped array. Changes nothing about them but their size."""

import os
import threading
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.datasets.dataset import Film, Split
from core.datasets.events import FilmLeftOut
from core.films.images import read_square
from core.jobs.events import Progressed, Stage
from core.jobs.progress import Pace
from core.jobs.thread_map import map_in_order
from core.system.errors import FilmUnreadable, JobFailed, Reason
from core.system.files import explain_write_errors
from core.system.language import tr


def decode_films(
    films: Sequence[Film], size_px: int, store: Path, cancel: threading.Event
) -> Generator[Progressed | FilmLeftOut, None, tuple[list[Film], npt.NDArray[np.uint8]]]:
    """Decode every film into the file `store`; return the readable films and their pixels (n, size, size) uint8.

    Unreadable films are yielded as FilmLeftOut and missing in both. Cancelled: returns what is decoded so far.
    Raises JobFailed where the disk has no room.
    """
    with explain_write_errors(store), store.open("wb") as stream:
        size = max(1, len(films)) * size_px**2
        stream.truncate(size)
        if hasattr(os, "posix_fallocate"):
            # a sparse file would let a full disk kill the process at its first write into the map
            os.posix_fallocate(stream.fileno(), 0, size)
    pixels = np.memmap(store, np.uint8, "r+", shape=(len(films), size_px, size_px))
    readable: list[Film] = []
    pace = Pace(Stage.DECODING, len(films))
    for done, (film, future) in enumerate(map_in_order(lambda film: read_square(film.path, size_px), films), start=1):
        if cancel.is_set():
            break
        try:
            pixels[len(readable)] = future.result()
            readable.append(film)
        except FilmUnreadable as refusal:
            yield FilmLeftOut(film.path, refusal.reason, refusal.sentence)
        if progress := pace.at(done):
            yield progress
    return readable, pixels[: len(readable)]


@dataclass(frozen=True, slots=True)
class DecodedFilms:
    """Decoded films of one split: pixels (n, size, size) uint8, labels (n,), and the patient of each."""

    pixels: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.int64]
    patients: tuple[str, ...]


def select_split(
    films: Sequence[Film], pixels: npt.NDArray[np.uint8], split: Split, classes: tuple[str, ...]
) -> DecodedFilms:
    """The decoded films of one split; pixels that lie together, as in `prepare_training_data`, are not copied.

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
