"""Read every film of a dataset once: properties, refusals and copies. Results are cached."""

import threading
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from core.datasets.dataset import Dataset, Film
from core.datasets.dicom_patients import name_dicom_patients
from core.datasets.duplicates import FULL_PX, find_near_copies, group_pairs
from core.datasets.entries import FilmLeftOut
from core.films.film_properties import FilmProperties, read_properties
from core.films.film_reader import read_square
from core.films.images import Grey, resize
from core.films.outline import looks_inverted
from core.films.property_cache import Answer, PropertyCache, key_of
from core.jobs.events import Noted, Progressed, Severity, Stage
from core.jobs.progress import Pace
from core.jobs.thread_map import map_in_order
from core.system.errors import FilmUnreadable
from core.system.files import sha256_of_text

SAVE_INTERVAL: Final = 500  # films
Groups = tuple[tuple[Path, ...], ...]
SurveyEvent = Progressed | Noted | FilmLeftOut


@dataclass(frozen=True, slots=True)
class Survey:
    """Result of reading a dataset's films.

    dataset: readable films, with the patients of DICOM files. properties, inverted: by path.
    shares_patient: a PatientID stands for too many DICOM films, and was not used. exact: groups of
    identical files. copies: groups of films that show the same exposure, including the exact ones.
    """

    dataset: Dataset
    properties: dict[Path, FilmProperties]
    left_out: tuple[FilmLeftOut, ...]
    inverted: frozenset[Path]
    shares_patient: bool
    exact: Groups
    copies: Groups


def survey_films(dataset: Dataset, cancel: threading.Event) -> Generator[SurveyEvent, None, Survey]:
    """Read every film, or its properties from the cache, and find copies among readable ones.

    If cancelled, the result is incomplete and must not be used; films read so far stay in the
    cache.
    """
    cache = PropertyCache()
    try:
        properties, left_out = yield from _read_all(dataset.films, cache, cancel)
        readable = [film for film in dataset.films if film.path in properties]
        films, shares_patient = name_dicom_patients(readable, properties)
        exact, copies, inverted = yield from _find_copies(films, properties, cache, cancel)
    finally:
        cache.close()
    if cache.problem:
        yield Noted(cache.problem, Severity.WARNING)
    return Survey(
        replace(dataset, films=tuple(films)), properties, tuple(left_out), inverted, shares_patient, exact, copies
    )


def collect_properties(
    films: Sequence[Film], cancel: threading.Event
) -> Generator[SurveyEvent, None, tuple[dict[Path, FilmProperties], list[FilmLeftOut]]]:
    """Read every film, or its properties from the cache; return these and unreadable films.

    Unreadable films are also yielded as FilmLeftOut.
    """
    cache = PropertyCache()
    try:
        result = yield from _read_all(films, cache, cancel)
    finally:
        cache.close()
    if cache.problem:
        yield Noted(cache.problem, Severity.WARNING)
    return result


def _read_all(
    films: Sequence[Film], cache: PropertyCache, cancel: threading.Event
) -> Generator[SurveyEvent, None, tuple[dict[Path, FilmProperties], list[FilmLeftOut]]]:
    properties: dict[Path, FilmProperties] = {}
    left_out: list[FilmLeftOut] = []
    uncached: list[Path] = []
    pace, done = Pace(Stage.CHECKING_FILMS, len(films)), 0
    for film in films:
        cached = cache.find(film.path)
        if cached is None:
            uncached.append(film.path)
            continue
        done += 1
        if isinstance(cached, FilmProperties):
            properties[film.path] = cached
        else:
            left_out.append(FilmLeftOut(film.path, cached.reason, cached.sentence))
            yield left_out[-1]
        if cancel.is_set():
            return properties, left_out
        if progress := pace.progress_at(done):
            yield progress
    for path, future in map_in_order(_read_film, uncached):
        if cancel.is_set():
            break
        done += 1
        key, answer = future.result()
        cache.store(path, key, answer)
        if isinstance(answer, FilmProperties):
            properties[path] = answer
        else:
            left_out.append(FilmLeftOut(path, answer.reason, answer.sentence))
            yield left_out[-1]
        if done % SAVE_INTERVAL == 0:
            cache.save()
        if progress := pace.progress_at(done):
            yield progress
    return properties, left_out


def _read_film(path: Path) -> tuple[bytes | None, Answer]:
    """Return the key that the file had before it was read, and its properties or its refusal."""
    key = key_of(path)
    try:
        return key, read_properties(path)
    except FilmUnreadable as refusal:
        return key, refusal


def _find_copies(
    films: Sequence[Film], properties: dict[Path, FilmProperties], cache: PropertyCache, cancel: threading.Event
) -> Generator[SurveyEvent, None, tuple[Groups, Groups, frozenset[Path]]]:
    """Return groups of identical files, groups of all copies, and inverted films.

    Of identical files only the first is compared with others.
    """
    by_hash: dict[str, list[Path]] = {}
    for film in films:
        by_hash.setdefault(properties[film.path].sha256, []).append(film.path)
    exact = tuple(tuple(paths) for paths in by_hash.values() if len(paths) > 1)
    if cancel.is_set() or not by_hash:
        return exact, exact, frozenset()
    hashes = sorted(by_hash)
    files = [by_hash[code] for code in hashes]
    small = np.stack([properties[identical[0]].small for identical in files])
    is_inverted = looks_inverted(small)
    small[is_inverted] = 255 - small[is_inverted]
    key = sha256_of_text("\n".join(hashes))
    pairs = cache.find_pairs(key, len(files))
    if pairs is None:
        pairs = yield from _compare_films([identical[0] for identical in files], small, is_inverted, cancel)
        # films that changed meanwhile were compared as they are now, and the key says what they were
        if not cancel.is_set() and all(cache.is_current(identical[0]) for identical in files):
            cache.store_pairs(key, pairs)
    linked = group_pairs(pairs, len(files))
    unlinked = set(range(len(files))).difference(*linked)
    indices = [*linked, *((index,) for index in sorted(unlinked))]
    groups = [tuple(path for index in group for path in files[index]) for group in indices]
    inverted = frozenset(path for index in np.flatnonzero(is_inverted) for path in files[index])
    return exact, tuple(group for group in groups if len(group) > 1), inverted


def _compare_films(
    paths: Sequence[Path], small: npt.NDArray[np.uint8], is_inverted: npt.NDArray[np.bool_], cancel: threading.Event
) -> Generator[Progressed, None, list[tuple[int, int]]]:
    """Return index pairs of near copies. small: (n, s, s), inverted films already corrected."""

    def read_full(index: int) -> Grey:
        try:
            pixels = read_square(paths[index], FULL_PX)
        except FilmUnreadable:  # it could be read a moment ago: fall back on the small copy
            return resize(small[index], FULL_PX, FULL_PX)
        return 255 - pixels if is_inverted[index] else pixels

    return (yield from find_near_copies(small, read_full, cancel))
