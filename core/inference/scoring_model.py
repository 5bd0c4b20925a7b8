"""Open a model for scoring films: its description, and the quickest form of its network that is accurate here.

Needs torch only to make a graph that is not kept on this computer yet. Full precision in torch
(core/models/model_file.py) stays the reference for training, evaluation and calibration.
"""

import gc
import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from core.films.images import Grey
from core.inference.engine import Engine, FilmOutputs, compute_logits
from core.inference.graph_store import bundled_graph_path, cache_graph, cached_graph_path, graph_key, read_graph
from core.jobs.events import Noted
from core.models.calibration import Calibration
from core.models.int8_form import Int8Form
from core.models.known_answers import are_close, draw_known_films, log_odds, read_known_answers
from core.models.model_header import ModelHeader, invalid_model, locate_model, read_header
from core.models.site_record import apply_site_record
from core.models.weights import read_weights
from core.system.errors import JobFailed
from core.system.language import marked, tr

log = logging.getLogger(__name__)
# of the logits of the self-test films in 8 bits: on processors without VNNI, whose sums of 16 bits are limited, logits
# of real films were up to 0.011 apart (benchmarks/RESULTS.md)
KNOWN_LOGIT_TOLERANCE: Final = 0.1
# of log-odds of the self-test films, relative to those above 1, from the answers in full precision
INT8_TOLERANCE: Final = 0.2  # the bundled model: 0.006
FLOAT_TOLERANCE: Final = 0.01


class Form(StrEnum):
    """How a network is computed. The values are shown translated."""

    INT8 = marked("ONNX Runtime, 8-bit integers")
    FLOAT = marked("ONNX Runtime, single precision")
    TORCH = marked("torch, single precision")


@dataclass(frozen=True, slots=True)
class ScoringModel:
    """A model that scores films.

    form: how its network is computed on this computer. why: sentences on why in no quicker form, ""
    if in the quickest.
    """

    path: Path
    header: ModelHeader
    engine: Engine
    form: Form
    why: str = ""

    @property
    def calibration(self) -> Calibration:
        return self.header.calibration

    def format_form(self) -> str:
        """Return how films are scored on this computer, and why in no quicker way."""
        return tr("Films are scored by {form}. {why}", form=tr(self.form), why=self.why).strip()

    def notes(self) -> tuple[Noted, ...]:
        """Return what a person should know of the form, if it is not the quickest."""
        return (Noted(self.format_form()),) if self.why else ()

    def compute(self, film: Grey) -> FilmOutputs:
        """Return the outputs for a film at the model's size, (size, size) uint8."""
        return self.engine.compute(film)


def open_model(path: Path | None) -> ScoringModel:
    """Open a model file, or the bundled model for None, as it is used on this computer.

    It has the operating point that was chosen here, if any. The last model is kept while its file
    is unchanged, so that single films are read without delay.
    Raises JobFailed (model_invalid or operating_point_invalid).
    """
    model = _open_cached(*locate_model(path))
    return replace(model, header=apply_site_record(model.header))


@lru_cache(maxsize=1)
def _open_cached(path: Path, _size: int, _time_ns: int) -> ScoringModel:
    """Open a model file; size and modification time are part of the cache key."""
    header = read_header(path)
    read_weights(path, header)  # a file that was changed is no model, whatever graph is kept of it
    model = _open_quickest(path, header)
    log.info("%s: %s", header.name, model.format_form())
    return model


def _open_quickest(path: Path, header: ModelHeader) -> ScoringModel:
    """Return the model in the quickest form that gives its known answers."""
    reasons: list[str] = []
    for form, open_form in ((Form.INT8, _open_int8), (Form.FLOAT, _open_float)):
        try:
            return ScoringModel(path, header, open_form(path, header), form, " ".join(reasons))
        except FormUnusable as error:
            reasons.append(str(error))
        except (JobFailed, MemoryError):
            raise
        except Exception as error:  # torch's exporter and ONNX Runtime raise anything, also where they cannot be loaded
            log.info("no graph of %s in %s", header.name, form, exc_info=True)
            reasons.append(tr("It cannot be run by ONNX Runtime on this computer ({why}).", why=error))
    return ScoringModel(path, header, _open_torch(path), Form.TORCH, " ".join(reasons))


class FormUnusable(Exception):
    """A network is not computed in a form; the message is a sentence on why."""


def _open_int8(path: Path, header: ModelHeader) -> Engine:
    """Return the network in 8-bit integers. Raises FormUnusable."""
    form = header.int8
    if form is None:
        raise FormUnusable(tr("It was not compared in 8-bit integers with full precision when it was trained."))
    if not form.is_accepted:
        raise FormUnusable(format_refusal(form))

    def check(engine: Engine) -> None:
        logits = compute_logits(engine, draw_known_films(header.size_px)).astype(np.float64)
        if not are_close(logits, np.array(form.known), KNOWN_LOGIT_TOLERANCE):
            raise FormUnusable(tr("This processor computes 8-bit integers in another way."))
        _check_answers(path, header, logits, INT8_TOLERANCE)

    return _open_graph(path, header, Form.INT8, lambda graph: _quantise(graph, form), check)


def _open_float(path: Path, header: ModelHeader) -> Engine:
    """Return the network in single precision. Raises FormUnusable."""

    def check(engine: Engine) -> None:
        _check_answers(path, header, compute_logits(engine, draw_known_films(header.size_px)), FLOAT_TOLERANCE)

    return _open_graph(path, header, Form.FLOAT, lambda graph: graph, check)


def _check_answers(path: Path, header: ModelHeader, logits: npt.NDArray[np.floating[Any]], tolerance: float) -> None:
    """Raise FormUnusable if the log-odds of the self-test films are not those that the model file stores.

    tolerance: of log-odds within -1..1; relative of greater ones.
    """
    answers = log_odds(header.calibration.probabilities(logits.astype(np.float32)))
    expected = log_odds(read_known_answers(path, header))
    scale = np.maximum(1, np.abs(expected))
    if not are_close(answers / scale, expected / scale, tolerance):
        raise FormUnusable(tr("ONNX Runtime gives other answers than torch on this computer."))


def _open_torch(path: Path) -> Engine:
    """Return the network as it was trained. Raises JobFailed (model_invalid)."""
    from core.inference.film_network import TorchEngine, build_film_network
    from core.models.model_file import load_model

    return TorchEngine(build_film_network(load_model(path)))


def _open_graph(
    path: Path, header: ModelHeader, form: Form, convert: Callable[[bytes], bytes], check: Callable[[Engine], None]
) -> Engine:
    """Return the engine of a graph that is kept, or else is made, and kept from now on.

    convert: turns the graph in single precision into the form. check: raises FormUnusable for an
    engine that gives other answers. Raises JobFailed (model_invalid), and errors of ONNX Runtime.
    """
    from core.inference.graph_engine import GraphEngine

    key = graph_key(header, form)
    for kept in (bundled_graph_path(), cached_graph_path(key)):
        if (graph := read_graph(kept, key)) is not None:
            try:
                engine = GraphEngine(graph)
                check(engine)
                return engine
            except Exception:  # made by another version of a library: so it is made again
                log.info("%s cannot be used", kept, exc_info=True)
    graph = make_graph(path, header, convert)
    engine = GraphEngine(graph)
    check(engine)
    cache_graph(key, graph)
    return engine


def make_graph(path: Path, header: ModelHeader, convert: Callable[[bytes], bytes]) -> bytes:
    """Return the graph of a model file. convert: as in `_open_graph`. Raises JobFailed (model_invalid)."""
    is_first = "torch" not in sys.modules
    from core.inference.film_network import build_film_network, export_film_network
    from core.models.model_file import load_model

    if is_first:
        gc.freeze()  # a collection over all of torch's objects would stop the window for a quarter of a second
    model = load_model(path)
    if model.header.content["sha256"] != header.content["sha256"]:
        raise invalid_model(path, tr("it was replaced while it was opened"))
    return convert(export_film_network(build_film_network(model)))


def _quantise(graph: bytes, form: Int8Form) -> bytes:
    from core.inference.quantisation import quantise, shift_logits

    return shift_logits(quantise(graph, form.ranges), form.shift)


def format_refusal(form: Int8Form) -> str:
    """Return why films are not scored in the 8-bit form of a network."""
    if not form.is_accurate:
        return tr(
            "8-bit integers would change a probability by up to {difference:.3f}, or change decisions, as {films} "
            "validation films show.",
            difference=form.difference,
            films=form.films,
        )
    return tr("8-bit integers are not faster for this network.")
