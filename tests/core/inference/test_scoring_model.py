"""A model is opened in the quickest form that gives its known answers, and says why in no quicker one."""

import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.films.phantoms import draw_phantom
from core.inference import graph_engine, scoring_model
from core.inference.engine import compute_logits
from core.inference.film_network import build_film_network, export_film_network
from core.inference.graph_engine import GraphEngine
from core.inference.graph_store import cache_graph, cached_graph_path, graph_key, read_graph
from core.inference.int8_fitting import ComparedFilms, fit_int8_form
from core.inference.quantisation import quantise, shift_logits
from core.inference.scoring_model import Form, open_model
from core.models.calibration import Calibration
from core.models.int8_form import INT8, Int8Form
from core.models.known_answers import draw_known_films
from core.models.model_file import load_model, save_model
from core.models.model_header import bundled_model_path, read_header
from core.models.turned_model import turn_model
from core.system.errors import JobFailed
from tests.core.inference.networks import FILMS, PREPROCESSING, SIDE, lively
from tests.factories import drained

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def opened_anew(monkeypatch, tmp_path):
    """No model that another test opened, and an empty cache."""
    monkeypatch.setattr("core.inference.graph_store.cache_folder", lambda: tmp_path / "cache")
    scoring_model._open_cached.cache_clear()
    yield
    scoring_model._open_cached.cache_clear()


@pytest.fixture(scope="module")
def network():
    return lively("resnet18")


@pytest.fixture
def small_network(tiny_network):
    """Of two layers, exported ten times as fast, where a test is about forms and files."""
    return lively("resnet18")


@pytest.fixture(scope="module")
def model_in_8_bits(model):
    """The 8-bit form of the network, as if it were accepted, and its graph in single precision."""
    films = ComparedFilms(np.tile(FILMS, (9, 1, 1)), np.arange(54) % 2, np.tile(model.logits(FILMS), (9, 1)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Int8Form, "is_accepted", True)
        _, (form, _) = drained(fit_int8_form(model, FILMS, films, threading.Event()))
    return form, export_film_network(build_film_network(model))


def writer(path, network):
    def write_with(entries):
        save_model(path, "resnet18", ("A", "B"), network, PREPROCESSING, Calibration(1.0, 0.5, (0.4, 0.6)), entries)
        return path

    return write_with


@pytest.fixture
def write(tmp_path, small_network):
    return writer(tmp_path / "m.safetensors", small_network)


@pytest.fixture
def write_resnet(tmp_path, network):
    return writer(tmp_path / "m.safetensors", network)


def test_the_bundled_model_is_ready_in_8_bits():
    model = open_model(None)
    assert (model.form, model.why) == (Form.INT8, "")
    assert model.header.int8.is_accepted
    exact = load_model(None)
    films = np.stack([draw_phantom(seed, seed % 2 == 1, 224) for seed in range(8)])
    fast = exact.calibration.probabilities(compute_logits(model.engine, films))
    assert np.abs(fast - exact.probabilities(films)).max() < 0.02
    assert not cached_graph_path(graph_key(model.header, Form.INT8)).exists()


def test_screening_with_it_needs_no_torch(tmp_path):
    code = (
        "import sys, threading; from pathlib import Path\n"
        "from core.films.images import write_grey; from core.films.phantoms import draw_phantom\n"
        "from core.screening.screening import screen\n"
        "from core.screening.single_film import read_single_film\n"
        "folder = Path(sys.argv[1]); write_grey(folder / 'film.png', draw_phantom(1, True, 256))\n"
        "rows = list(screen(folder, folder.parent / 'RESULTS.csv', None, threading.Event(), folder.parent / 'heat'))\n"
        "list(read_single_film(folder / 'film.png', None, threading.Event()))\n"
        "print(sorted({name.partition('.')[0] for name in sys.modules} & {'torch', 'torchvision', 'onnx', 'PySide6'}))"
    )
    (tmp_path / "films").mkdir()
    command = [sys.executable, "-c", code, str(tmp_path / "films")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=50, check=False)
    assert done.stdout.split() == ["[]"], done.stderr
    assert (tmp_path / "heat" / "film.png.png").exists()


def test_a_model_without_8_bits_is_computed_in_single_precision(write):
    model = open_model(write({}))
    assert model.form is Form.FLOAT
    assert "not compared in 8-bit integers" in model.why
    assert compute_logits(model.engine, FILMS) == pytest.approx(load_model(model.path).logits(FILMS), abs=1e-4)


def test_answers_near_certainty_are_told_apart(monkeypatch):
    class Surer(GraphEngine):
        """Certain films become more certain: no probability moves by a thousandth."""

        def compute(self, film):
            outputs = super().compute(film)
            return replace(outputs, logits=outputs.logits + 3)

    monkeypatch.setattr(graph_engine, "GraphEngine", Surer)
    model = open_model(None)
    assert model.form is Form.TORCH
    assert "other answers" in model.why


def test_a_kept_graph_that_cannot_be_run_is_made_anew(write):
    path = write({})
    key = graph_key(read_header(path), Form.FLOAT)
    cache_graph(key, b"whole, but of another version")
    assert open_model(path).form is Form.FLOAT
    assert len(read_graph(cached_graph_path(key), key)) > 1_000


def test_8_bits_that_agree_with_themselves_but_not_with_the_model_are_not_used(write_resnet, model_in_8_bits):
    form, graph = model_in_8_bits
    lying = form.to_json_object() | {"difference": 0.001, "changed": 0, "auc_difference": 0.0, "speed": 3.0}
    lying["ranges"] = {name: [low / 10, high / 10] for name, (low, high) in lying["ranges"].items()}
    engine = GraphEngine(shift_logits(quantise(graph, lying["ranges"]), form.shift))
    lying["known"] = compute_logits(engine, draw_known_films(SIDE)).tolist()
    model = open_model(write_resnet({INT8: lying}))
    assert model.form is Form.FLOAT
    assert "other answers" in model.why


def test_its_graph_is_made_once_and_again_when_it_is_damaged(write, monkeypatch):
    path = write({})
    first = compute_logits(open_model(path).engine, FILMS)
    kept = cached_graph_path(graph_key(read_header(path), Form.FLOAT))
    made = []
    make_graph = scoring_model.make_graph
    monkeypatch.setattr(scoring_model, "make_graph", lambda *args: made.append(1) or make_graph(*args))
    for damage, expected in ((None, 0), (b"torn", 1)):
        scoring_model._open_cached.cache_clear()
        if damage:
            kept.write_bytes(damage)
        assert np.array_equal(compute_logits(open_model(path).engine, FILMS), first)
        assert len(made) == expected


def test_a_graph_of_other_weights_is_not_used(write, tmp_path):
    path = write({})
    open_model(path)
    kept = cached_graph_path(graph_key(read_header(path), Form.FLOAT))
    turned = tmp_path / "turned.safetensors"
    turn_model(path, turned)
    other = cached_graph_path(graph_key(read_header(turned), Form.FLOAT))
    other.write_bytes(kept.read_bytes())  # as if the two had been confused
    answers = compute_logits(open_model(turned).engine, FILMS)
    assert answers == pytest.approx(-compute_logits(open_model(path).engine, FILMS), abs=1e-4)


def entry(**changes):
    """The 8-bit form of the bundled model, changed."""
    return {INT8: replace(read_header(bundled_model_path()).int8, **changes).to_json_object()}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"difference": 0.034}, "up to 0.034"),
        ({"changed": 1}, "change decisions"),
        ({"auc_difference": 0.1}, "change decisions"),
        ({"speed": 0.9}, "not faster"),
        ({"ranges": {}}, "cannot be run"),
    ],
)
def test_an_8_bit_form_that_does_not_serve_is_not_used(write, changes, why):
    model = open_model(write(entry(**changes)))
    assert model.form is Form.FLOAT
    assert why in model.why
    assert compute_logits(model.engine, FILMS) == pytest.approx(load_model(model.path).logits(FILMS), abs=1e-4)


def test_an_8_bit_form_that_this_processor_computes_in_another_way_is_not_used(write_resnet):
    model = open_model(write_resnet(entry(known=((0.5,), (0.5,), (0.5,), (0.5,)))))
    assert model.form is Form.FLOAT
    assert "in another way" in model.why


def test_where_onnx_runtime_fails_torch_computes(write, monkeypatch):
    class Failing(GraphEngine):
        def __init__(self, graph):
            raise RuntimeError("no such operator")

    monkeypatch.setattr(graph_engine, "GraphEngine", Failing)
    model = open_model(write({}))
    assert model.form is Form.TORCH
    assert "no such operator" in model.why
    assert compute_logits(model.engine, FILMS) == pytest.approx(load_model(model.path).logits(FILMS), abs=1e-5)


def test_where_onnx_runtime_answers_otherwise_torch_computes(write, monkeypatch):
    class Wrong(GraphEngine):
        def compute(self, film):
            outputs = super().compute(film)
            return replace(outputs, logits=outputs.logits + 0.5)

    monkeypatch.setattr(graph_engine, "GraphEngine", Wrong)
    model = open_model(write({}))
    assert model.form is Form.TORCH
    assert "other answers" in model.why


def test_a_model_has_one_name_in_every_form(write, monkeypatch):
    path = write({})
    names = {open_model(path).header.name}
    scoring_model._open_cached.cache_clear()
    monkeypatch.setattr(scoring_model, "_open_float", scoring_model._open_int8)
    model = open_model(path)
    assert model.form is Form.TORCH
    assert names == {model.header.name} == {read_header(path).name}


def test_changed_weights_are_refused_though_a_graph_is_kept(write):
    path = write({})
    open_model(path)
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    scoring_model._open_cached.cache_clear()
    with pytest.raises(JobFailed, match="changed after it was saved"):
        open_model(path)
