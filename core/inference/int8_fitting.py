"""Fit the 8-bit form of a network to its films, and compare its answers with full precision."""

import threading
import time
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import numpy as np
import numpy.typing as npt

from core.films.images import Grey
from core.inference.engine import Engine, GraphEngine, Values, compute_logits
from core.inference.film_network import build_film_network, export_film_network
from core.inference.graph_metadata import add_metadata
from core.inference.graph_store import KEY, cache_graph, cached_graph_path, graph_key
from core.inference.quantisation import find_ranges, quantise, sample_values, shift_logits
from core.inference.scoring_model import Form
from core.jobs.events import Progressed, Stage
from core.jobs.progress import Pace
from core.metrics.roc import Floats, Labels, mean_auc
from core.models.calibration import Calibration
from core.models.int8_form import LARGEST_DIFFERENCE, Int8Form
from core.models.known_answers import draw_known_films
from core.models.model_file import Model
from core.models.model_header import ModelHeader

Films = npt.NDArray[np.uint8]

RANGE_FILMS: Final = 200
LEAST_WEIGHT: Final = 0.01
NORMS: Final = (2.0, 3.0, 2.5, 4.0)
MOST_COMPARED: Final = 2000
FEWEST_COMPARED: Final = 50  # fewer would show little
NEAR: Final = 0.01  # in probability: films so near a bound may change sides
TIMED_FILMS: Final = 8
ROUNDS: Final = 3
CHUNK: Final = 16  # films between two looks at `cancel`


def fit_int8_form(
    model: Model,
    films: Films,
    compared: Films,
    labels: Labels,
    logits: Values,
    cancel: threading.Event,
    norms: Sequence[float] = NORMS,
    aim: float = LARGEST_DIFFERENCE,
) -> Generator[Progressed, None, tuple[Int8Form, bytes] | None]:
    """Return the 8-bit form of a model, and its graph without metadata.

    films: give the ranges of values; from the model's training. compared: validation films, n
    squares of the model's size, with labels (n,) and logits (n, outputs) in full precision.
    norms: as in `find_ranges`; they are tried until no probability differs by more than `aim`.
    None for too few validation films, or if `cancel` is set meanwhile.
    """
    if len(compared) < FEWEST_COMPARED:
        return None
    yield Progressed(Stage.QUANTISING, 0, None)
    plain = export_film_network(build_film_network(model))
    chosen = films[_sample(len(films), RANGE_FILMS)]
    values = sample_values(plain, _until_set(chosen, cancel))
    expected = model.logits(chosen)
    weights = weigh_uncertain(model.calibration.probabilities(expected))
    some = _sample(len(compared), MOST_COMPARED)
    known_films = draw_known_films(model.preprocessing.size_px)
    best: tuple[Int8Form, bytes] | None = None
    for norm in norms:
        ranges = find_ranges(values, norm)
        graph = quantise(plain, ranges)
        errors = expected - compute_logits(GraphEngine(graph), chosen)
        shift = [float(value) for value in np.average(errors, axis=0, weights=weights)]
        graph = shift_logits(graph, shift)
        engine = GraphEngine(graph)
        fast = yield from _compute_in_threads(engine, compared[some], cancel)
        if fast is None:
            return None
        form = Int8Form(
            len(some),
            *compare(model.calibration, labels[some], logits[some], fast),
            speed=measure_speed(engine, GraphEngine(plain), compared[:TIMED_FILMS]),
            ranges=ranges,
            shift=tuple(shift),
            known=tuple(tuple(map(float, row)) for row in compute_logits(engine, known_films)),
        )
        if best is None or _rank(form) < _rank(best[0]):
            best = form, graph
        if form.is_accurate and form.difference <= aim:
            break
    return best


def _rank(form: Int8Form) -> tuple[bool, float]:
    """Return what is least for the best form: an accurate one, then one with a small difference."""
    return not form.is_accurate, form.difference


def weigh_uncertain(probabilities: Floats) -> Floats:
    """Return the weight of films (n,), greatest for those whose probability changes most with the logits.

    probabilities: (n,) of class 1, or (n, classes). It is their variance, p (1 - p), of the predicted
    class with several classes, plus a little so that the sum is above 0.
    """
    highest = probabilities if probabilities.ndim == 1 else probabilities.max(axis=1)
    return np.asarray(highest * (1 - highest) + LEAST_WEIGHT)


def keep_graph(header: ModelHeader, graph: bytes) -> None:
    """Keep the 8-bit graph of a model for screening on this computer. header: with the graph's form."""
    key = graph_key(header, Form.INT8)
    cache_graph(cached_graph_path(key), add_metadata(graph, {KEY: key}))


def compare(calibration: Calibration, labels: Labels, exact: Values, fast: Values) -> tuple[float, float, int]:
    """Return how the answers of a fast form differ from those in full precision.

    exact, fast: logits (n, outputs). The largest difference of a probability, the absolute
    difference of the AUC (0 where there is none), and the number of films whose label or decision
    changes although no probability lies within NEAR of a bound.
    """
    before, after = calibration.probabilities(exact), calibration.probabilities(fast)
    areas = mean_auc(labels, before), mean_auc(labels, after)
    changed = sum(
        (calibration.label(old), calibration.decision(old)) != (calibration.label(new), calibration.decision(new))
        and not _is_near_bound(calibration, old)
        for old, new in zip(before, after, strict=True)
    )
    return float(np.abs(after - before).max()), float(np.nan_to_num(abs(areas[1] - areas[0]))), changed


def _is_near_bound(calibration: Calibration, probability: Floats) -> bool:
    """Return whether a film's probability, () or (classes,), lies within NEAR of changing its answer."""
    if calibration.threshold is None:
        second, first = np.sort(probability)[-2:]
        return bool(first - second <= 2 * NEAR or abs(first - calibration.review_band[1]) <= NEAR)
    bounds = np.array([calibration.threshold, *calibration.review_band])
    return bool((np.abs(bounds - probability) <= NEAR).any())


def measure_speed(fast: Engine, slow: Engine, films: Films) -> float:
    """Return the speed of an engine relative to another one, on one thread.

    They take turns, and the quickest of each counts, so that other work on the computer does not decide.
    """
    seconds = [(_time_films(fast, films), _time_films(slow, films)) for _ in range(ROUNDS)]
    of_fast, of_slow = (min(times) for times in zip(*seconds, strict=True))
    return round(float(of_slow / of_fast), 3)


def _time_films(engine: Engine, films: Films) -> float:
    start = time.thread_time()
    compute_logits(engine, films)
    return time.thread_time() - start


def _compute_in_threads(
    engine: Engine, films: Films, cancel: threading.Event
) -> Generator[Progressed, None, Values | None]:
    """Return the logits (n, outputs) of films, computed on all cores; None if cancelled."""
    pace = Pace(Stage.QUANTISING, len(films))
    logits: list[Values] = []
    with ThreadPoolExecutor() as pool:
        for start in range(0, len(films), CHUNK):
            if cancel.is_set():
                return None
            logits += [outputs.logits for outputs in pool.map(engine.compute, films[start : start + CHUNK])]
            if progress := pace.progress_at(len(logits)):
                yield progress
    return np.stack(logits)


def _until_set(films: Films, cancel: threading.Event) -> Iterator[Grey]:
    """Yield films until `cancel` is set, but at least one."""
    for film in films:
        yield film
        if cancel.is_set():
            return


def _sample(count: int, most: int) -> npt.NDArray[np.int64]:
    """Return at most `most` of the indices below `count`, drawn at random, in their order."""
    return np.sort(np.random.default_rng(0).permutation(count)[:most])
