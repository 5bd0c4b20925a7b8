"""Split a dataset by patient: the films of a patient, and copies of a film, stay in one split."""

import os
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Final

from core.datasets.dataset import Dataset, Film
from core.datasets.duplicates import group_pairs
from core.datasets.entries import Split, invalid_dataset
from core.datasets.preparation import SplitChoice
from core.system.language import tr

TEST_FRACTION: Final = 0.15
VALIDATION_FRACTION: Final = 0.15
Copies = Sequence[Sequence[Path]]


def drop_unwanted_splits(dataset: Dataset, choice: SplitChoice) -> Dataset:
    """Remove the given splits that the user does not want: all of them, or the validation split."""
    if choice is SplitChoice.GIVEN:
        return dataset

    def keep(split: Split | None) -> Split | None:
        if choice is SplitChoice.NEW:
            return None
        return Split.TRAINING if split is Split.VALIDATION else split

    return replace(dataset, films=tuple(replace(film, split=keep(film.split)) for film in dataset.films))


def assign_splits(dataset: Dataset, seed: int, copies: Copies = ()) -> Dataset:
    """Return the dataset with every film in a split; given splits stay, missing ones are made.

    New splits are stratified by class: about 15 % test, 15 % validation. The films of one patient,
    and `copies` of one film, stay together. Films of given splits are left where they are, so a
    missing validation split is drawn from training films only.
    Raises JobFailed (dataset_invalid) if a class is missing from a split.
    """
    given_splits = {film.split for film in dataset.films}
    films = list(dataset.films)
    groups = _group_patients(films, copies)
    if given_splits == {None}:
        films = _divide(films, groups, {Split.TEST: TEST_FRACTION, Split.VALIDATION: VALIDATION_FRACTION}, seed)
    else:
        films = [replace(film, split=film.split or Split.TRAINING) for film in films]
        for split, fraction in ((Split.TEST, TEST_FRACTION), (Split.VALIDATION, VALIDATION_FRACTION)):
            if split not in given_splits:
                kept = [film for film in films if film.split is not Split.TRAINING]
                rest = [film for film in films if film.split is Split.TRAINING]
                films = kept + _divide(rest, groups, {split: fraction}, seed)
    divided = replace(dataset, films=tuple(sorted(films, key=lambda film: os.fsencode(film.path))))
    _check_classes(divided)
    return divided


def _group_patients(films: Sequence[Film], copies: Copies) -> dict[Path, str]:
    """Name the group of each film: its patient, or the first of the patients linked by copies."""
    patient_of = {film.path: film.patient for film in films}
    patients = sorted(set(patient_of.values()))
    number_of = {patient: number for number, patient in enumerate(patients)}
    linked = ([number_of[patient_of[path]] for path in group if path in patient_of] for group in copies)
    pairs = [pair for numbers in linked for pair in pairwise(numbers)]
    leader_of = {
        patients[number]: patients[group[0]] for group in group_pairs(pairs, len(patients)) for number in group
    }
    return {path: leader_of.get(patient, patient) for path, patient in patient_of.items()}


def _check_classes(dataset: Dataset) -> None:
    """Raise JobFailed (dataset_invalid) if a class has no film in one of the splits."""
    counts = dataset.count_films()
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


def _divide(films: Sequence[Film], groups: dict[Path, str], fractions: dict[Split, float], seed: int) -> list[Film]:
    """Assign whole groups to splits so that each class comes close to its fraction in each split.

    What `fractions` leaves over goes to training. Groups are taken in a seeded order, those with
    the most films first; each goes to the split that lacks most of its classes.
    """
    labels_of: dict[str, Counter[int]] = defaultdict(Counter)
    for film in films:
        labels_of[groups[film.path]][film.label] += 1
    totals = Counter(film.label for film in films)
    targets = {Split.TRAINING: 1 - sum(fractions.values()), **fractions}
    missing = {split: {label: target * totals[label] for label in totals} for split, target in targets.items()}
    order = sorted(labels_of)
    random.Random(seed).shuffle(order)
    order.sort(key=lambda group: -labels_of[group].total())
    split_of: dict[str, Split] = {}
    for group in order:
        labels = labels_of[group]
        need = {
            split: sum(n * missing[split][label] / (targets[split] * totals[label]) for label, n in labels.items())
            for split in targets
        }
        chosen = max(targets, key=lambda split: need[split])
        for label, count in labels.items():
            missing[chosen][label] -= count
        split_of[group] = chosen
    return [replace(film, split=split_of[groups[film.path]]) for film in films]
