"""Fit the 8-bit form of a network to its films, and compare its answers with full precision."""

import logging
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from core.films.images import Grey
from core.inference.engine import Engine, Values, compute_logits
from core.inference.film_network import build_film_network, export_film_network
from core.inference.graph_store import cache_graph, graph_key
from core.inference.scoring_model import Form
from core.jobs.events import Progressed, Stage
from core.jobs.progress import Pace
from core.metrics.roc import Floats, Labels, mean_auc
from core.models.calibration import Calibration
from core.models.int8_form import LARGEST_DIFFERENCE, Int8Form
from core.models.known_answers import draw_known_films
from core.models.model_file import Model
from core.models.model_header import ModelHeader

log = logging.getLogger(__name__)

Films = npt.NDArray[np.uint8]

RANGE_FILMS: Final = 200
LEAST_WEIGHT: Final = 0.01  # of a film in the mean error
NORMS: Final = (2.0, 3.0, 2.5, 4.0)
HOPELESS: Final = 0.1  # difference of a probability that no other norm would mend
MOST_COMPARED: Final = 2000
FEWEST_COMPARED: Final = 50  # fewer would show little
NEAR: Final = 0.01  # in probability: films so near a bound may change sides
TIMED_FILMS: Final = 8
ROUNDS: Final = 5
CHUNK: Final = 16  # films between two looks at `cancel`


@dataclass(frozen=True, slots=True, eq=False)
class ComparedFilms:
    """Validation films: n squares of the model's size, labels (n,), logits (n, outputs) in full precision."""

    films: Films
    labels: Labels
    logits: Values


def fit_int8_form(
    model: Model,
    films: Films,
    compared: ComparedFilms,
    cancel: threading.Event,
    norms: Sequence[float] = NORMS,
    aim: float = LARGEST_DIFFERENCE,
) -> Generator[Progressed, None, tuple[Int8Form, bytes] | None]:
    """Return the 8-bit form of a model, and its graph without metadata.

    films: of the training; they give the ranges of values. norms: as in `find_ranges`; they are tried
    until no probability differs by more than `aim`.
    None for too few validation films, if the network cannot be computed so (the log says why), or if
    `cancel` is set meanwhile.
    """
    if len(compared.films) < FEWEST_COMPARED:
        return None
    yield Progressed(Stage.QUANTISING, 0, None)
    some = _sample(len(compared.films), MOST_COMPARED)
    compared = ComparedFilms(compared.films[some], compared.labels[some], compared.logits[some])
    try:
        return (yield from _try_norms(model, films[_sample(len(films), RANGE_FILMS)], compared, cancel, norms, aim))
    except Exception:  # torch's exporter and ONNX Runtime raise anything, and a finished training must not be lost
        log.info("no 8-bit form of %s", model.header.name, exc_info=True)
        return None


def _try_norms(
    model: Model, films: Films, compared: ComparedFilms, cancel: threading.Event, norms: Sequence[float], aim: float
) -> Generator[Progressed, None, tuple[Int8Form, bytes] | None]:
    """Do what `fit_int8_form` does. films: all of them give ranges."""
    from core.inference.graph_engine import GraphEngine
    from core.inference.quantisation import find_ranges, quantise, sample_values, shift_logits

    plain = export_film_network(build_film_network(model))
    values = sample_values(plain, _until_set(films, cancel))
    if cancel.is_set():
        return None
    expected = model.logits(films)
    weights = weigh_uncertain(model.calibration.probabilities(expected))
    best: tuple[Int8Form, bytes] | None = None
    for norm in norms:
        ranges = find_ranges(values, norm)
        graph = quantise(plain, ranges)
        errors = expected - compute_logits(GraphEngine(graph), films)
        shift = tuple(float(value) for value in np.average(errors, axis=0, weights=weights))
        graph = shift_logits(graph, shift)
        fitted = yield from _measure(model, GraphEngine(graph), GraphEngine(plain), compared, cancel)
        if fitted is None:
            return None
        form = replace(fitted, ranges=ranges, shift=shift)
        if best is None or _rank(form) < _rank(best[0]):
            best = form, graph
        if form.speed <= 1 or form.difference > HOPELESS or (form.is_accurate and form.difference <= aim):
            break
    if best is None or best[0].is_accepted:
        return best
    return replace(best[0], ranges={}, shift=(), known=()), b""


def _measure(
    model: Model, fast: Engine, plain: Engine, compared: ComparedFilms, cancel: threading.Event
) -> Generator[Progressed, None, Int8Form | None]:
    """Return the figures of a fast form of a model's network, without its ranges; None if cancelled."""
    logits = yield from _compute_in_threads(fast, compared.films, cancel)
    if logits is None:
        return None
    known = compute_logits(fast, draw_known_films(model.preprocessing.size_px))
    return Int8Form(
        len(logits),
        *compare(model.calibration, compared.labels, compared.logits, logits),
        speed=measure_speed(fast, plain, compared.films[:TIMED_FILMS]),
        known=tuple(tuple(map(float, row)) for row in known),
    )


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
    cache_graph(graph_key(header, Form.INT8), graph)


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
    start = time.perf_counter()
    compute_logits(engine, films)
    return time.perf_counter() - start


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
