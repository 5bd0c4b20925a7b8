"""Decode the films of a dataset once into one memory-mapped array."""

import os
import threading
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.datasets.dataset import Film
from core.datasets.entries import FilmLeftOut, Split
from core.films.film_reader import read_square
from core.jobs.events import Progressed, Stage
from core.jobs.progress import Pace
from core.jobs.thread_map import map_in_order
from core.system.errors import FilmUnreadable, JobFailed, Reason
from core.system.files import explain_write_errors, open_private
from core.system.language import tr


def decode_films(
    films: Sequence[Film], size_px: int, store: Path, cancel: threading.Event
) -> Generator[Progressed | FilmLeftOut, None, tuple[list[Film], npt.NDArray[np.uint8]]]:
    """Decode every film into the file `store`; return the readable films and their pixels.

    The pixels are (n, size, size) uint8. Unreadable films are yielded as FilmLeftOut and are
    missing in both. If cancelled, returns the films decoded so far.
    Raises JobFailed if the disk is full.
    """
    with explain_write_errors(store), os.fdopen(open_private(store, os.O_WRONLY | os.O_TRUNC), "wb") as stream:
        size = max(1, len(films)) * size_px**2
        stream.truncate(size)
        if hasattr(os, "posix_fallocate"):
            # with a sparse file, a full disk would kill the process at a write into the memory map
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
        if progress := pace.progress_at(done):
            yield progress
    return readable, pixels[: len(readable)]


@dataclass(frozen=True, slots=True)
class DecodedFilms:
    """Decoded films of a split: pixels (n, size, size) uint8, labels (n,), patient of each."""

    pixels: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.int64]
    patients: tuple[str, ...]


def select_split(
    films: Sequence[Film], pixels: npt.NDArray[np.uint8], split: Split, classes: tuple[str, ...]
) -> DecodedFilms:
    """Return the decoded films of one split.

    Pixels that are contiguous in the store, as `prepare_training_data` arranges them, are not
    copied. Raises JobFailed if a class has no readable film left.
    """
    indices = np.array([index for index, film in enumerate(films) if film.split is split], dtype=np.int64)
    labels = np.array([films[index].label for index in indices], dtype=np.int64)
    for label, name in enumerate(classes):
        if not (labels == label).any():
            sentence = tr(
                "No readable {name} film is left for the {split} split. Add films and try again.",
                name=name,
                split=tr(split),
            )
            raise JobFailed(Reason.DATASET_INVALID, sentence)
    first, end = int(indices[0]), int(indices[-1]) + 1
    is_contiguous = end - first == len(indices)
    selected = pixels[first:end] if is_contiguous else pixels[indices]
    return DecodedFilms(selected, labels, tuple(films[index].patient for index in indices))
