"""A recogniser's answers, and its form in a model file."""

import json

import numpy as np
import pytest

from core.input_checks.gate_features import FEATURES
from core.input_checks.recogniser import KINDS, Recogniser


@pytest.fixture
def recogniser():
    random = np.random.default_rng(0)
    shapes = [(7, FEATURES), (7,), (len(KINDS), 7), (len(KINDS),)]
    return Recogniser(*(random.normal(0, 1, shape).astype(np.float16).astype(np.float64) for shape in shapes))


def test_probabilities_of_all_kinds_add_up_to_1_and_follow_the_weights(recogniser):
    features = np.random.default_rng(1).normal(0, 0.1, (5, FEATURES))
    found = np.exp(recogniser.log_probabilities(features))
    assert found.shape == (5, len(KINDS))
    assert np.allclose(found.sum(axis=1), 1)
    active = np.maximum(recogniser.hidden @ features[2] + recogniser.hidden_bias, 0)
    scores = np.exp(recogniser.output @ active + recogniser.output_bias)
    assert np.allclose(found[2], scores / scores.sum())


def test_json_keeps_every_weight(recogniser):
    again = Recogniser.from_json(json.loads(json.dumps(recogniser.to_json_object(), allow_nan=False)))
    features = np.random.default_rng(2).normal(0, 0.1, (5, FEATURES))
    assert np.array_equal(again.log_probabilities(features), recogniser.log_probabilities(features))


@pytest.mark.parametrize(
    ("spoil", "error", "message"),
    [
        (lambda content: content.update(hidden=content["hidden"][8:]), ValueError, "another number"),
        (lambda content: content.update(output=content["output_bias"]), ValueError, "another number"),
        (lambda content: content.update(hidden_bias=""), ValueError, "another number"),
        (lambda content: content.update(hidden="?"), ValueError, "padding|base64"),
        (lambda content: content.update(output_bias="AHwA" * 4), ValueError, "invalid numbers"),  # 0x7c00 is infinite
        (lambda content: content.update(hidden=[1.0]), TypeError, "should be"),
        (lambda content: content.pop("output_bias"), KeyError, "output_bias"),
    ],
)
def test_weights_of_another_form_are_refused(recogniser, spoil, error, message):
    content = json.loads(json.dumps(recogniser.to_json_object()))
    spoil(content)
    with pytest.raises(error, match=message):
        Recogniser.from_json(content)
