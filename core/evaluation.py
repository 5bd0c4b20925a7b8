"""The figures of a model on a labelled dataset, and the self-test of the bundled one. Fits nothing."""

import threading
import time
from collections.abc import Generator
from pathlib import Path

import numpy as np

from core.cache import Pace, decoded_films
from core.dataset import Split, corrected, read_dataset
from core.decoded import DecodedFilms, figures_of
from core.errors import JobFailed, Reason
from core.events import EvaluationResult, FilmLeftOut, Noted, Progressed, SelfTestResult, Severity, Stage
from core.files import check_writable
from core.model_file import known_films, load_model
from core.preparation import AS_IT_IS, Preparation
from core.report import write_report
from core.splits import chosen_splits

SELF_TEST_TOLERANCE = 1e-3  # processors round differently; half a percent of a wrong weight shows more


def evaluate(
    model: Path | None,
    source: Path,
    output_dir: Path,
    cancel: threading.Event,
    preparation: Preparation = AS_IT_IS,
) -> Generator[Progressed | Noted | FilmLeftOut, None, EvaluationResult | None]:
    """Write metrics.json, report.html and plots of `model` on the dataset's test split, or on all where none is given.

    Returns None where it was cancelled. Raises JobFailed: classes that are not the model's, an unusable output.
    """
    check_writable(output_dir)
    loaded = load_model(model)
    dataset = chosen_splits(corrected(read_dataset(source, preparation), preparation), preparation.splits)
    for warning in loaded.header.warnings:
        yield Noted(warning, Severity.WARNING)
    if dataset.classes != loaded.header.classes:
        sentence = (
            f"The dataset's classes ({', '.join(dataset.classes)}) are not those of the model "
            f"({', '.join(loaded.header.classes)})."
        )
        raise JobFailed(Reason.DATASET_INVALID, sentence)
    test = dataset.of_split(Split.TEST)
    yield Noted(f"Evaluating {len(test)} films of the test split." if test else "No test split: evaluating all films.")
    store = output_dir / ".films.tmp"
    left_out: list[FilmLeftOut] = []
    try:
        decoding = decoded_films(test or dataset.films, loaded.preprocessing.size_px, store, cancel)
        while True:
            try:
                event = next(decoding)
            except StopIteration as end:
                readable, pixels = end.value
                break
            if isinstance(event, FilmLeftOut):
                left_out.append(event)
            yield event
        rows, pace = [], Pace(Stage.TESTING, len(readable))
        for start in range(0, len(readable), 32):
            if cancel.is_set():
                return None
            rows.append(loaded.probabilities(pixels[start : start + 32]))
            if progress := pace.at(min(start + 32, len(readable))):
                yield progress
    finally:
        store.unlink(missing_ok=True)
    if cancel.is_set() or not rows:
        return None
    labels = np.array([film.label for film in readable], dtype=np.int64)
    films = DecodedFilms(pixels, labels, tuple(film.patient for film in readable))
    probabilities = np.concatenate(rows)
    figures = figures_of(films, probabilities, loaded.calibration.threshold, loaded.header.classes)
    write_report(output_dir, loaded.header.name, dataset.root, figures, labels, probabilities, loaded.header.warnings)
    return EvaluationResult(output_dir, figures, tuple(left_out), completed=True)


def self_test(cancel: threading.Event) -> Generator[Progressed, None, SelfTestResult]:
    """Score the known phantoms with the bundled model and compare with the answers stored when it was made.

    Too short to be cancelled. Raises JobFailed (self_test_failed or model_invalid).
    """
    start = time.monotonic()
    yield Progressed(Stage.LOADING_NETWORK, 0, None)
    model = load_model(None)
    answers = np.atleast_2d(model.probabilities(known_films(model.preprocessing.size_px)))
    expected = np.array(model.header.content["self_test"])
    if answers.shape != expected.shape or np.abs(answers - expected).max() > SELF_TEST_TOLERANCE:
        sentence = "The bundled model does not answer as it did when it was made. Install the program anew."
        raise JobFailed(Reason.SELF_TEST_FAILED, sentence)
    flat = [tuple(float(value) for value in part.ravel()) for part in (answers, expected)]
    return SelfTestResult(model.header.name, flat[0], flat[1], time.monotonic() - start)
