"""Every film of a dataset read once and known from then on: facts, refusals, and which films are copies."""

import threading
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from core.datasets.dataset import Dataset, Film
from core.datasets.duplicates import FULL_PX, find_near_copies, group_pairs
from core.datasets.events import FilmLeftOut
from core.films.film_properties import FilmProperties, read_properties
from core.films.images import Grey, read_square, resize
from core.films.outline import looks_inverted
from core.films.property_cache import PropertyCache
from core.jobs.events import Noted, Progressed, Severity, Stage
from core.jobs.progress import Pace
from core.jobs.thread_map import map_in_order
from core.system.errors import FilmUnreadable
from core.system.files import sha256_of_text

SAVED_EVERY: Final = 500
Groups = tuple[tuple[Path, ...], ...]
SurveyEvent = Progressed | Noted | FilmLeftOut


@dataclass(frozen=True, slots=True)
class Survey:
    """What was found. dataset: readable films, with patients of DICOM files. facts, inverted: by path.

    exact: groups of identical files; copies: groups of films that show the same exposure, exact ones among them.
    """

    dataset: Dataset
    facts: dict[Path, FilmProperties]
    left_out: tuple[FilmLeftOut, ...]
    inverted: frozenset[Path]
    exact: Groups
    copies: Groups


def survey_films(dataset: Dataset, cancel: threading.Event) -> Generator[SurveyEvent, None, Survey]:
    """Read every film, or take what is known of it from the cache; find copies among the readable ones.

    Cancelled: what was found so far, to be thrown away; what was read stays in the cache.
    """
    store = PropertyCache()
    try:
        facts, left_out = yield from _read_all(dataset.films, store, cancel)
        films = [_with_dicom_patient(film, facts[film.path]) for film in dataset.films if film.path in facts]
        exact, copies, inverted = yield from _compared(films, facts, store, cancel)
    finally:
        store.close()
    if store.trouble:
        yield Noted(store.trouble, Severity.WARNING)
    return Survey(replace(dataset, films=tuple(films)), facts, tuple(left_out), inverted, exact, copies)


def collect_properties(
    films: Sequence[Film], cancel: threading.Event
) -> Generator[SurveyEvent, None, tuple[dict[Path, FilmProperties], list[FilmLeftOut]]]:
    """Read every film, or take what is known of it from the cache; what cannot be read comes as FilmLeftOut too."""
    store = PropertyCache()
    try:
        found = yield from _read_all(films, store, cancel)
    finally:
        store.close()
    if store.trouble:
        yield Noted(store.trouble, Severity.WARNING)
    return found


def _read_all(
    films: Sequence[Film], store: PropertyCache, cancel: threading.Event
) -> Generator[SurveyEvent, None, tuple[dict[Path, FilmProperties], list[FilmLeftOut]]]:
    facts: dict[Path, FilmProperties] = {}
    left_out: list[FilmLeftOut] = []
    unknown: list[Path] = []
    pace, done = Pace(Stage.CHECKING_FILMS, len(films)), 0
    for film in films:
        answer = store.known(film.path)
        if answer is None:
            unknown.append(film.path)
            continue
        done += 1
        if isinstance(answer, FilmProperties):
            facts[film.path] = answer
        else:
            left_out.append(FilmLeftOut(film.path, answer.reason, answer.sentence))
            yield left_out[-1]
        if cancel.is_set():
            return facts, left_out
        if progress := pace.at(done):
            yield progress
    for path, future in map_in_order(read_properties, unknown):
        if cancel.is_set():
            break
        done += 1
        try:
            facts[path] = future.result()
            store.keep(path, facts[path])
        except FilmUnreadable as refusal:
            store.keep(path, refusal)
            left_out.append(FilmLeftOut(path, refusal.reason, refusal.sentence))
            yield left_out[-1]
        if done % SAVED_EVERY == 0:
            store.save()
        if progress := pace.at(done):
            yield progress
    return facts, left_out


def _with_dicom_patient(film: Film, facts: FilmProperties) -> Film:
    """The film with its PatientID's code where nothing better than the file's name told the patient."""
    if not film.patient_is_guessed or not facts.patient:
        return film
    return replace(film, patient=f"DICOM {facts.patient}", patient_is_guessed=False)


def _compared(
    films: Sequence[Film], facts: dict[Path, FilmProperties], store: PropertyCache, cancel: threading.Event
) -> Generator[SurveyEvent, None, tuple[Groups, Groups, frozenset[Path]]]:
    """Groups of identical files, groups of all copies, and inverted films. Identical files are looked at once."""
    by_hash: dict[str, list[Path]] = {}
    for film in films:
        by_hash.setdefault(facts[film.path].sha256, []).append(film.path)
    exact = tuple(tuple(paths) for paths in by_hash.values() if len(paths) > 1)
    if cancel.is_set() or not by_hash:
        return exact, exact, frozenset()
    hashes = sorted(by_hash)
    small = np.stack([facts[by_hash[code][0]].small for code in hashes])
    is_inverted = looks_inverted(small)
    small[is_inverted] = 255 - small[is_inverted]

    def look(index: int) -> Grey:
        try:
            pixels = read_square(by_hash[hashes[index]][0], FULL_PX)
        except FilmUnreadable:  # it was readable a moment ago, so the survey's own copy of it must do
            return resize(small[index], FULL_PX, FULL_PX)
        return 255 - pixels if is_inverted[index] else pixels

    key = sha256_of_text("\n".join(hashes))
    pairs = store.known_pairs(key)
    if pairs is None:
        pairs = yield from find_near_copies(small, look, cancel)
        if not cancel.is_set():
            store.keep_pairs(key, pairs)
    tied = group_pairs(pairs, len(hashes))
    alone = set(range(len(hashes))).difference(*tied)
    indices = [*tied, *((index,) for index in sorted(alone))]
    groups = [tuple(path for index in group for path in by_hash[hashes[index]]) for group in indices]
    inverted = frozenset(path for index in np.flatnonzero(is_inverted) for path in by_hash[hashes[index]])
    return exact, tuple(group for group in groups if len(group) > 1), inverted
