"""Evaluate a model on labelled films, and the self-test of the bundled one. Fits nothing."""

import json
import tempfile
import threading
import time
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path

from core.answering import Answered, answered, check_classes
from core.dataset import Dataset, Split, corrected, read_dataset
from core.evaluated import Evaluation
from core.evaluation_report import PLOTS, evaluation_document
from core.events import FilmLeftOut, Noted, Progressed, SelfTestResult, Severity, Stage
from core.files import check_writable, write_atomically, write_text_atomically
from core.language import tr, tr_count
from core.locks import only_writer
from core.looks import check_countable, count_look
from core.metrics import at_prevalence, figures_of
from core.model_file import Model, known_answers, load_in_use, load_model
from core.model_header import ModelHeader
from core.operating import OF_PREVALENCE, three_way
from core.preparation import AS_IT_IS, Preparation
from core.run_folder import METRICS
from core.site import point_in_words, validation_here
from core.splits import chosen_splits
from core.subgroups import attributes_of, subgroups

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
            held.enter_context(only_writer(output_dir / METRICS))
        yield Progressed(Stage.LOADING_NETWORK, 0, None)
        loaded = load_in_use(model)
        check_countable(loaded.path, loaded.header)
        dataset = dataset_for(loaded, source, preparation)
        test = dataset.of_split(Split.TEST)
        if test:
            sentence = tr_count(
                "Evaluating {count} film of the test split.", "Evaluating {count} films of the test split.", len(test)
            )
            yield Noted(sentence)
        else:
            yield Noted(tr("No test split: evaluating all films."))
        found = yield from scored(loaded, dataset, bool(test), unseen, cancel)
        if found is None:
            return None
        evaluation = evaluated(loaded, source, found, prevalence)
        for warning in evaluation.warnings:
            yield Noted(warning, Severity.WARNING)
        if output_dir is not None:
            write_evaluation(evaluation, output_dir)
        return evaluation


def dataset_for(model: Model, source: Path, preparation: Preparation) -> Dataset:
    """The dataset, corrected and split as the preparation wants it, labels in the model's order. Raises JobFailed."""
    dataset = chosen_splits(corrected(read_dataset(source, preparation), preparation), preparation.splits)
    return check_classes(model, dataset)


def scored(
    model: Model, dataset: Dataset, only_test: bool, unseen: bool, cancel: threading.Event
) -> Generator[EvaluationEvent, None, Answered | None]:
    """The answers on the films to evaluate; None where it was cancelled. Raises JobFailed where there is no film."""
    used = model.header.film_codes(Split.TRAINING, Split.VALIDATION) if unseen else frozenset()
    with tempfile.TemporaryDirectory(prefix="pneumoscreen-") as folder:
        films = dataset.of_split(Split.TEST) if only_test else dataset.films
        return (yield from answered(model, films, Path(folder) / "films", cancel, used))


def evaluated(model: Model, source: Path, found: Answered, prevalence: float) -> Evaluation:
    """The figures of answers, and what must be known of them; counts a look at these films."""
    header, answers = model.header, found.answers
    labels, probabilities = answers.labels, answers.probabilities(header.calibration.temperature)
    threshold = header.threshold
    return Evaluation(
        header=header,
        source=source,
        films=found.films,
        answers=answers,
        point=point_in_words(header),
        figures=figures_of(labels, probabilities, threshold, header.classes, answers.patients),
        at_prevalence=None
        if threshold is None
        else at_prevalence(labels, probabilities, threshold, prevalence, answers.patients),
        three_way=None
        if threshold is None
        else three_way(labels, probabilities, header.calibration.review_band, answers.patients),
        subgroups=()
        if threshold is None
        else subgroups(
            [attributes_of(film, facts) for film, facts in zip(found.films, found.facts, strict=True)],
            labels,
            probabilities,
            threshold,
            answers.patients,
        ),
        looks=count_look(model.path, header, answers.films),
        warnings=(*header.warnings, *overlap_warnings(header, answers.films), validation_here(header)[1]),
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
    from core.document import Picture, Pictures, html_of
    from core.drawings import svg_of
    from core.pdf import pdf_of

    document = evaluation_document(evaluation)
    metrics = json.dumps(evaluation.to_json_object(), indent=2, allow_nan=False)
    write_text_atomically(output_dir / METRICS, metrics + "\n")
    pictures: list[Picture] = []
    for block in document.blocks:
        pictures += block.pictures if isinstance(block, Pictures) else [block] if isinstance(block, Picture) else []
    for name, picture in zip(list(PLOTS)[: len(pictures)], pictures, strict=True):
        write_text_atomically(output_dir / f"{name}.svg", svg_of(picture.drawing))
    write_text_atomically(output_dir / "report.html", html_of(document))
    content = pdf_of(document)
    write_atomically(output_dir / "report.pdf", lambda stream: stream.write(content))


def self_test(cancel: threading.Event) -> Generator[Progressed, None, SelfTestResult]:
    """Score the known phantoms with the bundled model and compare with the answers stored when it was made.

    Too short to be cancelled. Raises JobFailed (model_invalid): loading compares as well.
    """
    start = time.monotonic()
    yield Progressed(Stage.LOADING_NETWORK, 0, None)
    model = load_model(None)
    answers, expected = known_answers(model)
    flat = [tuple(float(value) for value in part.ravel()) for part in (answers, expected)]
    return SelfTestResult(model.header.name, flat[0], flat[1], time.monotonic() - start)
