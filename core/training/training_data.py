"""Prepare the data of a training: audit the dataset, split it, and decode every film once."""

import threading
from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from core.datasets.audit import audit, find_blocking, is_current, split_dataset
from core.datasets.dataset import Dataset
from core.datasets.decoded_films import DecodedFilms, decode_films, select_split
from core.datasets.entries import FilmLeftOut, Split
from core.datasets.events import AuditResult
from core.datasets.intake_findings import NOT_READ
from core.datasets.patient_ages import age_range
from core.datasets.preparation import Preparation
from core.jobs.events import Noted, Progressed, Severity, Stage
from core.models.model_gate import read_bundled_gate
from core.recipes.recipe import Recipe
from core.system.errors import JobFailed, Reason
from core.system.files import OWN_TEMPORARY, TEMPORARY_SUFFIX
from core.system.language import tr, tr_count
from core.training.events import DatasetRead

# of the decoded films while a training runs, in its folder
FILMS_STORE: Final = f".films{OWN_TEMPORARY}store{TEMPORARY_SUFFIX}"


@dataclass(frozen=True, slots=True)
class TrainingData:
    """The data of a training.

    dataset: readable films, each in a split. splits: the same films, decoded. codes: short code
    that identifies each film's file. ages: youngest and oldest patient of the training films, None
    if too few ages are stated. accepted: sentences of blocking findings that the user accepted.
    """

    dataset: Dataset
    splits: dict[Split, DecodedFilms]
    codes: Mapping[Path, str]
    ages: tuple[int, int] | None
    accepted: tuple[str, ...]


def prepare_training_data(
    source: Path,
    recipe: Recipe,
    preparation: Preparation,
    store: Path,
    cancel: threading.Event,
    audited: AuditResult | None = None,
) -> Generator[Progressed | Noted | FilmLeftOut | DatasetRead, None, TrainingData | None]:
    """Audit the dataset, split it by the recipe's seed and decode it into the file `store`.

    audited: an earlier audit, which is used if nothing has changed since.
    None if cancelled. Raises JobFailed; dataset_leaks if a blocking finding was not accepted.
    """
    yield Progressed(Stage.READING_DATASET, 0, None)
    if audited is not None and is_current(audited, source, preparation):
        yield from (film for film in audited.left_out if film.reason not in NOT_READ)  # as the audit did
    else:
        audited = yield from audit(source, cancel, preparation, read_bundled_gate())
    if cancel.is_set():
        return None
    yield DatasetRead(source, audited)
    accepted = _check_blocking_findings(audited, preparation)
    for sentence in accepted:
        yield Noted(tr("Accepted, and written into the model: {finding}", finding=sentence), Severity.WARNING)
    dataset = split_dataset(audited, recipe.seed)
    films = sorted(dataset.films, key=lambda film: list(Split).index(film.split or Split.TRAINING))
    dataset = replace(dataset, films=tuple(films))  # so that the pixels of each split are contiguous in the store
    readable, pixels = yield from decode_films(dataset.films, recipe.image_size_px, store, cancel)
    if cancel.is_set():
        return None
    dataset = replace(dataset, films=tuple(readable))
    splits = {split: select_split(dataset.films, pixels, split, dataset.classes) for split in Split}
    ages = age_range([audited.ages[film.path] for film in dataset.of_split(Split.TRAINING)])
    return TrainingData(dataset, splits, audited.codes, ages, accepted)


def _check_blocking_findings(audited: AuditResult, preparation: Preparation) -> tuple[str, ...]:
    """Return the sentences of blocking findings that the user accepted.

    Raises JobFailed (dataset_leaks) if there are any and they were not accepted.
    """
    if not audited.dataset.is_finding_certain:
        names = ", ".join(audited.dataset.classes)
        sentence = tr(
            "It is not known which class is the finding: {names}. Name it on the Dataset tab, or with --finding.",
            names=names,
        )
        raise JobFailed(Reason.DATASET_INVALID, sentence)
    sentences = tuple(f"{tr(finding.kind)}: {finding.sentence}" for finding in find_blocking(audited))
    if sentences and not preparation.accepts_leaks:
        sentence = tr_count(
            "This dataset cannot be used for training as it is. {finding} Resolve this on the "
            "Dataset tab or with audit --resolve, or accept it explicitly.",
            "This dataset cannot be used for training as it is. {finding} Resolve this and {others} "
            "more on the Dataset tab or with audit --resolve, or accept them explicitly.",
            len(sentences),
            finding=sentences[0],
            others=len(sentences) - 1,
        )
        raise JobFailed(Reason.DATASET_LEAKS, sentence)
    return sentences
