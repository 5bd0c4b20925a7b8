"""Splits of a dataset by patient: made, mended, never parting a patient or copies of one film. Opens no file."""

import os
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from core.datasets.dataset import Dataset, Film, Split, invalid_dataset
from core.datasets.preparation import SplitChoice
from core.system.language import tr

TEST_SHARE: Final = 0.15
VALIDATION_SHARE: Final = 0.15
Copies = Sequence[Sequence[Path]]


def drop_unwanted_splits(dataset: Dataset, choice: SplitChoice) -> Dataset:
    """The dataset without the given splits that the person does not want: all of them, or the validation split."""
    if choice is SplitChoice.GIVEN:
        return dataset

    def kept(split: Split | None) -> Split | None:
        return None if choice is SplitChoice.NEW else Split.TRAINING if split is Split.VALIDATION else split

    return replace(dataset, films=tuple(replace(film, split=kept(film.split)) for film in dataset.films))


def assign_splits(dataset: Dataset, seed: int, copies: Copies = ()) -> Dataset:
    """The dataset with every film in a split; splits that were given stay, missing ones are made by patient.

    Made splits are stratified by class and never part the films of one patient, nor `copies` of one film: about
    15 % test, 15 % validation. Films of given splits are left where they are, so a missing validation split comes
    out of training films only.
    Raises JobFailed (dataset_invalid) where training or validation would lack a class.
    """
    given = {film.split for film in dataset.films}
    films = list(dataset.films)
    groups = _groups(films, copies)
    if given == {None}:
        films = _divide(films, groups, {Split.TEST: TEST_SHARE, Split.VALIDATION: VALIDATION_SHARE}, seed)
    else:
        films = [replace(film, split=film.split or Split.TRAINING) for film in films]
        for split, share in ((Split.TEST, TEST_SHARE), (Split.VALIDATION, VALIDATION_SHARE)):
            if split not in given:
                kept = [film for film in films if film.split is not Split.TRAINING]
                rest = [film for film in films if film.split is Split.TRAINING]
                films = kept + _divide(rest, groups, {split: share}, seed)
    divided = replace(dataset, films=tuple(sorted(films, key=lambda film: os.fsencode(film.path))))
    _check_classes(divided)
    return divided


def _groups(films: Sequence[Film], copies: Copies) -> dict[Path, str]:
    """For each film the name of its group: its patient's, or one for all patients that copies tie together."""
    patient_of = {film.path: film.patient for film in films}
    leader: dict[str, str] = {}

    def first(patient: str) -> str:
        while patient in leader:
            patient = leader[patient]
        return patient

    for group in copies:
        tied = sorted({first(patient_of[path]) for path in group if path in patient_of})
        leader.update(dict.fromkeys(tied[1:], tied[0]) if tied else {})
    return {path: first(patient) for path, patient in patient_of.items()}


def _check_classes(dataset: Dataset) -> None:
    counts = dataset.counts()
    for split in Split:
        for label, name in enumerate(dataset.classes):
            if not counts.get((label, split)):
                sentence = tr(
                    "No {name} film falls into the {split} split of {root}; "
                    "each class needs films of at least three patients",
                    name=name,
                    split=tr(split),
                    root=dataset.root,
                )
                raise invalid_dataset(sentence)


def _divide(films: Sequence[Film], groups: dict[Path, str], shares: dict[Split, float], seed: int) -> list[Film]:
    """Put whole groups (patients) into splits so that each class comes close to its share in each; the rest trains.

    Patients are taken in a seeded order, the ones with most films first; each goes where its classes lack most.
    """
    labels_of: dict[str, Counter[int]] = defaultdict(Counter)
    for film in films:
        labels_of[groups[film.path]][film.label] += 1
    totals = Counter(film.label for film in films)
    wanted = {Split.TRAINING: 1 - sum(shares.values()), **shares}
    missing = {split: {label: share * totals[label] for label in totals} for split, share in wanted.items()}
    patients = sorted(labels_of)
    random.Random(seed).shuffle(patients)
    patients.sort(key=lambda patient: -labels_of[patient].total())
    place: dict[str, Split] = {}
    for patient in patients:
        labels = labels_of[patient]
        need = {
            split: sum(n * missing[split][label] / (wanted[split] * totals[label]) for label, n in labels.items())
            for split in wanted
        }
        chosen = max(wanted, key=lambda split: need[split])
        for label, count in labels.items():
            missing[chosen][label] -= count
        place[patient] = chosen
    return [replace(film, split=place[groups[film.path]]) for film in films]
