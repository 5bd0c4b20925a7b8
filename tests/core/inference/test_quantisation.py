"""Ranges of values, and graphs whose convolutions are computed in 8 bits."""

import logging

import numpy as np
import onnx
import pytest

from core.inference.film_network import build_film_network, export_film_network
from core.inference.graph_engine import GraphEngine
from core.inference.quantisation import find_ranges, quantise, sample_values, shift_logits
from tests.core.inference.networks import FILMS


@pytest.fixture(scope="module")
def graph(model):
    return export_film_network(build_film_network(model))


@pytest.fixture(scope="module")
def values(graph):
    return sample_values(graph, FILMS)


def test_a_range_reaches_to_both_ends_of_even_values():
    low, high = find_ranges({"a": np.linspace(-1, 3, 1000, dtype=np.float32)}, 2)["a"]
    assert low == pytest.approx(-1, abs=0.05)
    assert high == pytest.approx(3, abs=0.1)


def test_a_few_great_values_are_clipped_less_the_higher_the_norm():
    rng = np.random.default_rng(0)
    values = np.abs(rng.normal(0, 1, 20_000)).astype(np.float32)
    values[:2] = 12
    highs = [find_ranges({"a": values}, norm)["a"][1] for norm in (1.5, 2, 4)]
    assert highs[0] < highs[1] < highs[2] <= 12
    assert highs[0] > 3
    assert find_ranges({"a": values}, 2)["a"][0] == 0  # 0 is always within, for padding


def test_a_tensor_without_values_has_an_empty_range():
    assert find_ranges({"a": np.zeros(9, np.float32)}, 2)["a"] == (0, 0)


def test_in_8_bits_a_network_has_nearly_the_features_of_before(graph, values, model):
    fast = GraphEngine(quantise(graph, find_ranges(values, 2)))
    features, exact = fast.compute(FILMS[0]).features, model.features_and_logits(FILMS[:1])[0][0]
    assert not np.array_equal(features, exact)
    assert np.corrcoef(features, exact)[0, 1] > 0.98


def test_the_first_convolution_and_the_head_stay_as_they_are(graph, values):
    nodes = onnx.load_from_string(quantise(graph, find_ranges(values, 2))).graph.node
    sources = {name: node for node in nodes for name in node.output}
    convolutions = [node for node in nodes if node.op_type == "Conv"]
    is_8_bits = [sources[node.input[1]].op_type == "DequantizeLinear" if node.input[1] in sources else False
                 for node in convolutions]  # fmt: skip
    assert is_8_bits == [False] + [True] * 19
    (pooling,) = (node for node in nodes if node.op_type == "MaxPool")
    assert sources[pooling.input[0]].op_type == "Relu"
    (head,) = (node for node in nodes if "logits" in node.output)
    assert head.input[1] not in sources


def test_logits_are_shifted_and_features_are_not(graph):
    before, after = GraphEngine(graph), GraphEngine(shift_logits(graph, [0.25]))
    one, other = before.compute(FILMS[0]), after.compute(FILMS[0])
    assert other.logits == pytest.approx(one.logits + 0.25, abs=1e-5)
    assert np.array_equal(one.features, other.features)


def test_nothing_is_printed_and_no_logger_is_set_up(graph, values, capfd, monkeypatch):
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    quantise(graph, find_ranges(values, 2))
    assert root.handlers == []
    assert capfd.readouterr() == ("", "")
