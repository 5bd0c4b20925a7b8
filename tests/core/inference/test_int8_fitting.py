"""The 8-bit form of a network is held against full precision on validation films."""

import threading
from types import SimpleNamespace

import numpy as np
import pytest

from core.films.phantoms import draw_phantom
from core.inference import int8_fitting, quantisation
from core.inference.engine import FilmOutputs, compute_logits
from core.inference.graph_engine import GraphEngine
from core.inference.int8_fitting import (
    ComparedFilms,
    compare,
    fit_int8_form,
    keep_graph,
    measure_speed,
    weigh_uncertain,
)
from core.inference.scoring_model import Form, _open_cached, open_model
from core.models.calibration import Calibration
from core.models.int8_form import INT8, Int8Form
from core.models.model_file import save_model
from core.models.model_header import read_header
from tests.core.inference.networks import FILMS, PREPROCESSING, SIDE
from tests.factories import drained

COMPARED = np.stack([draw_phantom(seed, seed % 2 == 1, SIDE) for seed in range(100, 160)])
LABELS = np.arange(60) % 2


@pytest.fixture(scope="module")
def fitted(model):
    """The form of a network of random weights, which is not accurate, as if it were."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Int8Form, "is_accepted", True)
        return drained(fit_int8_form(model, FILMS, compared_by(model), threading.Event()))


def compared_by(model, count=60):
    return ComparedFilms(COMPARED[:count], LABELS[:count], model.logits(COMPARED[:count]))


def test_it_says_how_close_the_answers_are(fitted, model):
    events, (form, graph) = fitted
    assert events[0].total is None
    assert events[-1].done == events[-1].total == len(COMPARED)
    fast = model.calibration.probabilities(compute_logits(GraphEngine(graph), COMPARED))
    assert form.films == 60
    assert form.difference == pytest.approx(np.abs(fast - model.probabilities(COMPARED)).max(), abs=1e-6)
    assert form.is_accurate == (form.difference <= 0.02 and form.changed == 0 and form.auc_difference <= 0.001)
    assert np.shape(form.known) == (4, 1)
    assert form.speed > 0


def test_a_kept_graph_is_used_for_screening(fitted, model, tmp_path, monkeypatch):
    monkeypatch.setattr("core.inference.graph_store.cache_folder", lambda: tmp_path / "cache")
    _, (form, graph) = fitted
    forced = form.to_json_object() | {"difference": 0.01, "changed": 0, "auc_difference": 0.0, "speed": 2.0}
    path = tmp_path / "m.safetensors"
    save_model(path, "resnet18", ("A", "B"), model.network, PREPROCESSING, model.calibration, {INT8: forced})
    keep_graph(read_header(path), graph)
    monkeypatch.setattr("core.inference.scoring_model.make_graph", None)  # it need not be made
    opened = open_model(path)
    _open_cached.cache_clear()
    assert opened.form is Form.INT8
    assert np.array_equal(compute_logits(opened.engine, FILMS), compute_logits(GraphEngine(graph), FILMS))


def test_too_few_films_or_a_cancelled_training_give_none(model, cancel):
    assert drained(fit_int8_form(model, FILMS, compared_by(model, 49), cancel)) == ([], None)
    job = fit_int8_form(model, FILMS, compared_by(model), cancel)
    next(job)
    cancel.set()
    assert drained(job)[1] is None


def test_a_network_that_cannot_be_computed_so_costs_no_training(model, cancel, monkeypatch, caplog):
    def fail(*_):
        raise NotImplementedError("no such operator")

    caplog.set_level("INFO")
    monkeypatch.setattr(quantisation, "quantise", fail)
    assert drained(fit_int8_form(model, FILMS, compared_by(model), cancel))[1] is None
    assert "no such operator" in caplog.text


def test_of_a_form_that_is_not_accepted_only_the_figures_are_kept(model, cancel, monkeypatch):
    monkeypatch.setattr(int8_fitting, "measure_speed", lambda *_: 0.5)
    form, graph = drained(fit_int8_form(model, FILMS, compared_by(model), cancel))[1]
    assert form.films == 60
    assert form.difference > 0
    assert (form.ranges, form.shift, form.known, graph) == ({}, (), (), b"")


TWO = Calibration(1.0, 0.5, (0.2, 0.8))
THREE = Calibration(1.0, None, (0.0, 0.6))


def logit(*probabilities):
    values = np.array(probabilities)
    return np.log(values / (1 - values)).astype(np.float32)[:, None]


def test_the_greatest_difference_of_a_probability_counts():
    labels = np.array([0, 0, 1, 1])
    before, after = logit(0.1, 0.3, 0.7, 0.9), logit(0.11, 0.28, 0.7, 0.9)
    difference, auc_difference, changed = compare(TWO, labels, before, after)
    assert difference == pytest.approx(0.02, abs=1e-6)
    assert (auc_difference, changed) == (0, 0)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [(0.485, 0.515, 1), (0.495, 0.505, 0), (0.215, 0.19, 1), (0.205, 0.19, 0), (0.808, 0.79, 0), (0.83, 0.79, 1)],
)
def test_decisions_may_change_only_near_a_bound(before, after, expected):
    assert compare(TWO, np.array([0]), logit(before), logit(after))[2] == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ((0.5, 0.3, 0.2), (0.3, 0.5, 0.2), 1),
        ((0.41, 0.40, 0.19), (0.40, 0.41, 0.19), 0),
        ((0.65, 0.2, 0.15), (0.55, 0.3, 0.15), 1),
        ((0.605, 0.2, 0.195), (0.595, 0.21, 0.195), 0),
    ],
)
def test_so_with_several_classes(before, after, expected):
    logits = (np.log(np.array([row])).astype(np.float32) for row in (before, after))
    assert compare(THREE, np.array([0]), *logits)[2] == expected


def test_another_order_changes_the_auc():
    labels = np.array([0, 1, 0, 1])
    _, auc_difference, _ = compare(TWO, labels, logit(0.1, 0.6, 0.55, 0.9), logit(0.1, 0.55, 0.6, 0.9))
    assert auc_difference == pytest.approx(0.25)


def test_uncertain_films_weigh_most():
    weights = weigh_uncertain(np.array([0.0, 0.5, 0.9]))
    assert weights[1] == weights.max() == 0.26
    assert weights[0] == 0.01
    assert weigh_uncertain(np.array([[0.5, 0.3, 0.2]])) == pytest.approx([0.26])


def test_the_speed_is_that_of_the_quickest_rounds(monkeypatch):
    clock = iter(
        [0, 1, 1, 4, 10, 12, 12, 16, 20, 21.5, 22, 28, 30, 33, 33, 40, 50, 52, 52, 57]
    )  # seconds of fast and slow in turn
    monkeypatch.setattr(int8_fitting, "time", SimpleNamespace(perf_counter=lambda: next(clock)))

    class Still:
        def compute(self, film):
            return FilmOutputs(film[0], film[0], film[0])

    assert measure_speed(Still(), Still(), FILMS) == 3.0
