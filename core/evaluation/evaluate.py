"""Evaluate a model on labelled films, and the self-test of the bundled one. Fits nothing."""

import json
import tempfile
import threading
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path

from core.datasets.dataset import Dataset, Split, apply_corrections, read_dataset
from core.datasets.events import FilmLeftOut
from core.datasets.preparation import AS_IT_IS, Preparation
from core.datasets.splits import drop_unwanted_splits
from core.evaluation.evaluation import Evaluation
from core.evaluation.prediction import ScoredFilms, check_classes, score_in_batches
from core.evaluation.report import PLOTS, evaluation_document
from core.evaluation.subgroups import compute_subgroups, subgroup_attributes
from core.jobs.events import Noted, Progressed, Severity, Stage
from core.metrics.figures import compute_figures, predictive_values_at
from core.models.model_file import Model, load_in_use
from core.models.model_header import ModelHeader
from core.models.operating_point import OF_PREVALENCE, evaluate_band
from core.models.site_record import format_point, format_validation
from core.runs.run_folder import METRICS
from core.runs.test_set_use import check_countable, count_use
from core.system.file_locks import lock_output
from core.system.files import check_writable, write_atomically, write_text_atomically
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
) -> Generator[EvaluationEvent, None, Evaluation | None]:
    """A model at its operating point on the dataset's test split, or on all films where none is given.

    Written into output_dir, where one is given: metrics.json, report.html, report.pdf and plots. prevalence: of the
    finding, 0..1 exclusive, for which predictive values are stated too. unseen: leave out films that the model was
    trained or validated with, whatever split they are in.
    Returns None where it was cancelled. Raises JobFailed: classes that are not the model's, an unusable output.
    """
    with ExitStack() as held:
        if output_dir is not None:
            check_writable(output_dir)
            held.enter_context(lock_output(output_dir / METRICS))
        yield Progressed(Stage.LOADING_NETWORK, 0, None)
        loaded = load_in_use(model)
        check_countable(loaded.path, loaded.header)
        dataset = read_evaluation_dataset(loaded, source, preparation)
        test = dataset.of_split(Split.TEST)
        if test:
            sentence = tr_count(
                "Evaluating {count} film of the test split.", "Evaluating {count} films of the test split.", len(test)
            )
            yield Noted(sentence)
        else:
            yield Noted(tr("No test split: evaluating all films."))
        found = yield from score_dataset(loaded, dataset, bool(test), unseen, cancel)
        if found is None:
            return None
        evaluation = build_evaluation(loaded, source, found, prevalence)
        for warning in evaluation.warnings:
            yield Noted(warning, Severity.WARNING)
        if output_dir is not None:
            write_evaluation(evaluation, output_dir)
        return evaluation


def read_evaluation_dataset(model: Model, source: Path, preparation: Preparation) -> Dataset:
    """The dataset, corrected and split as the preparation wants it, labels in the model's order. Raises JobFailed."""
    dataset = drop_unwanted_splits(
        apply_corrections(read_dataset(source, preparation), preparation), preparation.splits
    )
    return check_classes(model, dataset)


def score_dataset(
    model: Model, dataset: Dataset, only_test: bool, unseen: bool, cancel: threading.Event
) -> Generator[EvaluationEvent, None, ScoredFilms | None]:
    """The answers on the films to evaluate; None where it was cancelled. Raises JobFailed where there is no film."""
    used = model.header.film_codes(Split.TRAINING, Split.VALIDATION) if unseen else frozenset()
    with tempfile.TemporaryDirectory(prefix="pneumoscreen-") as folder:
        films = dataset.of_split(Split.TEST) if only_test else dataset.films
        return (yield from score_in_batches(model, films, Path(folder) / "films", cancel, used))


def build_evaluation(model: Model, source: Path, found: ScoredFilms, prevalence: float) -> Evaluation:
    """The figures of answers, and what must be known of them; counts a look at these films."""
    header, answers = model.header, found.answers
    labels, probabilities = answers.labels, answers.probabilities(header.calibration.temperature)
    threshold = header.threshold
    return Evaluation(
        header=header,
        source=source,
        films=found.films,
        answers=answers,
        point=format_point(header),
        figures=compute_figures(labels, probabilities, threshold, header.classes, answers.patients),
        at_prevalence=None
        if threshold is None
        else predictive_values_at(labels, probabilities, threshold, prevalence, answers.patients),
        three_way=None
        if threshold is None
        else evaluate_band(labels, probabilities, header.calibration.review_band, answers.patients),
        subgroups=()
        if threshold is None
        else compute_subgroups(
            [subgroup_attributes(film, facts) for film, facts in zip(found.films, found.facts, strict=True)],
            labels,
            probabilities,
            threshold,
            answers.patients,
        ),
        looks=count_use(model.path, header, answers.films),
        warnings=(*header.warnings, *overlap_warnings(header, answers.films), format_validation(header)[1]),
        left_out=found.left_out,
    )


def overlap_warnings(header: ModelHeader, codes: tuple[str, ...]) -> tuple[str, ...]:
    """What is wrong with figures on films that the model knows."""
    said = []
    if known := len(header.film_codes(Split.TRAINING) & set(codes)):
        sentence = tr_count(
            "{count} of these {films} films is a film that the model was trained with, so the figures are too good.",
            "{count} of these {films} films are films that the model was trained with, so the figures are too good.",
            known,
            films=len(codes),
        )
        said.append(sentence)
    if known := len(header.film_codes(Split.VALIDATION) & set(codes)):
        sentence = tr_count(
            "{count} of these {films} films is a film that the model was validated with, on which its epoch, "
            "temperature and threshold were chosen.",
            "{count} of these {films} films are films that the model was validated with, on which its epoch, "
            "temperature and threshold were chosen.",
            known,
            films=len(codes),
        )
        said.append(sentence)
    return tuple(said)


def write_evaluation(evaluation: Evaluation, output_dir: Path) -> None:
    """Write metrics.json, report.html, report.pdf and each plot as SVG. Raises JobFailed where that is not possible."""
    from core.documents.document import Picture, Pictures
    from core.documents.html import render_html
    from core.documents.pdf import render_pdf
    from core.documents.svg import render_svg

    document = evaluation_document(evaluation)
    metrics = json.dumps(evaluation.to_json_object(), indent=2, allow_nan=False)
    write_text_atomically(output_dir / METRICS, metrics + "\n")
    pictures: list[Picture] = []
    for block in document.blocks:
        pictures += block.pictures if isinstance(block, Pictures) else [block] if isinstance(block, Picture) else []
    for name, picture in zip(list(PLOTS)[: len(pictures)], pictures, strict=True):
        write_text_atomically(output_dir / f"{name}.svg", render_svg(picture.drawing))
    write_text_atomically(output_dir / "report.html", render_html(document))
    content = render_pdf(document)
    write_atomically(output_dir / "report.pdf", lambda stream: stream.write(content))
