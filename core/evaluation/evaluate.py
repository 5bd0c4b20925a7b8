"""Evaluate a model on labelled films and write the report."""

import tempfile
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from core.datasets.dataset import Dataset, apply_corrections, read_dataset
from core.datasets.entries import FilmLeftOut, Split
from core.datasets.preparation import AS_IT_IS, Preparation
from core.datasets.splits import drop_unwanted_splits
from core.evaluation.evaluation import Evaluation
from core.evaluation.prediction import ScoredFilms, check_classes, score_in_batches
from core.evaluation.report_files import check_evaluation_outputs, write_evaluation
from core.evaluation.subgroups import Subgroup, compute_subgroups, subgroup_attributes
from core.jobs.events import Noted, Progressed, Severity, Stage
from core.metrics.figures import PredictiveValues, compute_figures, predictive_values_at
from core.models.model_file import Model, load_model_in_use
from core.models.model_header import ModelHeader
from core.models.operating_point import OF_PREVALENCE, ThreeWay, evaluate_band
from core.models.predictions import Predictions
from core.models.site_record import format_point, format_validation
from core.runs.run_folder import METRICS
from core.runs.test_set_use import check_countable, count_use
from core.system.errors import JobFailed, Reason
from core.system.file_locks import lock_output
from core.system.files import check_writable
from core.system.language import tr, tr_count

EvaluationEvent = Progressed | Noted | FilmLeftOut


def evaluate(
    model: Path | None,
    source: Path,
    output_dir: Path | None,
    cancel: threading.Event,
    preparation: Preparation = AS_IT_IS,
    prevalence: float = OF_PREVALENCE,
    unseen: bool = False,
    overwrite: bool = False,
) -> Generator[EvaluationEvent, None, Evaluation | None]:
    """Evaluate a model at its operating point on the test split, or on all films if there is none.

    output_dir: receives metrics.json, the reports and the plots; None writes none of them.
    prevalence: of the finding, 0..1 exclusive, for which predictive values are stated as well.
    unseen: leave out films that the model was trained or validated with, whatever their split.
    overwrite: also replace files in output_dir that are no earlier evaluation, see `check_output`.
    The use of these films is counted in any case (`count_use`).
    Returns None if cancelled. Raises JobFailed for another prevalence, classes other than the model's
    or an unusable output folder.
    """
    _check_prevalence(prevalence)
    with _hold_output(output_dir, overwrite, (source, model)):
        yield Progressed(Stage.LOADING_NETWORK, 0, None)
        loaded = load_model_in_use(model)
        check_countable(loaded.path, loaded.header)
        dataset = read_evaluation_dataset(loaded, source, preparation)
        test_films = len(dataset.of_split(Split.TEST))
        yield Noted(_format_selection(test_films))
        scored = yield from score_dataset(loaded, dataset, test_films > 0, unseen, cancel)
        if scored is None:
            return None
        scored = replace(scored, left_out=(*dataset.left_out, *scored.left_out))
        looks = count_use(loaded.path, loaded.header, scored.predictions.films)
        evaluation = build_evaluation(loaded.header, source, scored, prevalence, looks)
        evaluation = replace(evaluation, warnings=(*dataset.notes, *evaluation.warnings))
        for warning in evaluation.all_warnings:
            yield Noted(warning, Severity.WARNING)
        if output_dir is not None:
            write_evaluation(evaluation, output_dir, overwrite)
        return evaluation


def _check_prevalence(prevalence: float) -> None:
    """Raise JobFailed (operating_point_invalid) for a prevalence outside 0..1 exclusive."""
    if not 0 < prevalence < 1:
        sentence = tr("A prevalence is a fraction between 0 and 1, such as 0.1.")
        raise JobFailed(Reason.OPERATING_POINT_INVALID, sentence)


@contextmanager
def _hold_output(output_dir: Path | None, overwrite: bool, inputs: tuple[Path | None, ...]) -> Iterator[None]:
    """Check and lock the folder of an evaluation, if there is one. Raises JobFailed."""
    if output_dir is None:
        yield
        return
    check_evaluation_outputs(output_dir, overwrite, inputs)
    check_writable(output_dir)
    with lock_output(output_dir / METRICS):
        yield


def _format_selection(test_films: int) -> str:
    """Return the sentence on which films are evaluated; 0 test films means all."""
    if not test_films:
        return tr("No test split: evaluating all films.")
    return tr_count(
        "Evaluating {count} film of the test split.", "Evaluating {count} films of the test split.", test_films
    )


def read_evaluation_dataset(model: Model, source: Path, preparation: Preparation) -> Dataset:
    """Read the dataset with corrections and splits applied, labels in the model's order.

    Raises JobFailed.
    """
    corrected = apply_corrections(read_dataset(source, preparation), preparation)
    return check_classes(model, drop_unwanted_splits(corrected, preparation.splits))


def score_dataset(
    model: Model, dataset: Dataset, only_test: bool, unseen: bool, cancel: threading.Event
) -> Generator[EvaluationEvent, None, ScoredFilms | None]:
    """Score the films to evaluate; returns None if cancelled. Raises JobFailed for no films."""
    used = model.header.film_codes(Split.TRAINING, Split.VALIDATION) if unseen else frozenset()
    with tempfile.TemporaryDirectory(prefix="pneumoscreen-") as folder:
        films = dataset.of_split(Split.TEST) if only_test else dataset.films
        return (yield from score_in_batches(model, films, Path(folder) / "films", cancel, used))


def build_evaluation(
    header: ModelHeader, source: Path, scored: ScoredFilms, prevalence: float, looks: int
) -> Evaluation:
    """Compute the figures of a model on scored films, and collect the warnings. Writes nothing.

    looks: how often the model was evaluated on these films, as returned by `count_use`.
    """
    predictions, threshold = scored.predictions, header.threshold
    labels, patients = predictions.labels, predictions.patients
    probabilities = predictions.probabilities(header.calibration.temperature)
    at_prevalence: PredictiveValues | None = None
    three_way: ThreeWay | None = None
    subgroups: tuple[Subgroup, ...] = ()
    if threshold is not None:
        at_prevalence = predictive_values_at(labels, probabilities, threshold, prevalence, patients)
        three_way = evaluate_band(labels, probabilities, header.calibration.review_band, patients, predictions.unlike)
        attributes = [
            subgroup_attributes(film, properties)
            for film, properties in zip(scored.films, scored.properties, strict=True)
        ]
        subgroups = compute_subgroups(attributes, labels, probabilities, threshold, patients)
    return Evaluation(
        header=header,
        source=source,
        films=scored.films,
        predictions=predictions,
        point=format_point(header),
        figures=compute_figures(labels, probabilities, threshold, header.classes, patients),
        at_prevalence=at_prevalence,
        three_way=three_way,
        subgroups=subgroups,
        looks=looks,
        warnings=(
            *header.warnings,
            *format_overlap_warnings(header, predictions.films),
            *format_unlike_warning(predictions),
        ),
        validation=format_validation(header)[1],
        left_out=scored.left_out,
    )


def format_unlike_warning(predictions: Predictions) -> tuple[str, ...]:
    """Return a warning for films that are unlike those that the model was validated on, if there are any."""
    count = 0 if predictions.unlike is None else int(predictions.unlike.sum())
    if not count:
        return ()
    sentence = tr_count(
        "{count} of these {films} films is unlike those that the model was validated on; when screened it "
        "goes to review.",
        "{count} of these {films} films are unlike those that the model was validated on; when screened they "
        "go to review.",
        count,
        films=len(predictions.labels),
    )
    return (sentence,)


def format_overlap_warnings(header: ModelHeader, codes: tuple[str, ...]) -> tuple[str, ...]:
    """Return warnings for films, given by code, that the model was trained or validated with."""
    warnings = []
    if known := len(header.film_codes(Split.TRAINING) & set(codes)):
        sentence = tr_count(
            "{count} of these {films} films was used to train the model, so the figures are too optimistic.",
            "{count} of these {films} films were used to train the model, so the figures are too optimistic.",
            known,
            films=len(codes),
        )
        warnings.append(sentence)
    if known := len(header.film_codes(Split.VALIDATION) & set(codes)):
        sentence = tr_count(
            "{count} of these {films} films was used to validate the model, that is, to choose its "
            "epoch, temperature and threshold.",
            "{count} of these {films} films were used to validate the model, that is, to choose its "
            "epoch, temperature and threshold.",
            known,
            films=len(codes),
        )
        warnings.append(sentence)
    return tuple(warnings)
