"""A film may be unlike validated films by what the network sees, or by its patient's age."""

from dataclasses import replace

import numpy as np
import pytest

from core.models.model_file import compute_features_and_logits, load_model, save_model
from core.models.model_header import read_header
from core.models.turned_model import turn_model
from core.models.validated_films import find_unlike, is_unlike
from core.system.errors import JobFailed, Reason
from tests.faults.hostile_names import network
from tests.likeness_models import INPUT, SURE, draw_squares, fit_phantoms, knowing_model


@pytest.fixture(scope="module")
def header():
    return read_header(knowing_model())


def features_of(films):
    return compute_features_and_logits(network(), INPUT, films)[0]


def test_films_of_the_kind_and_the_ages_are_like_validated_ones(header):
    features = features_of(draw_squares(range(300, 320)))
    assert not find_unlike(header, features, [None, 1, 5.9, *[3] * 17]).any()
    assert not is_unlike(header, features[0], 4.0)


def test_a_patient_outside_the_ages_makes_a_film_unlike(header):
    features = features_of(draw_squares(range(300, 303)))
    assert find_unlike(header, features, [0.5, 5, 74]).tolist() == [True, False, True]


def test_a_picture_of_something_else_is_unlike(header):
    noise = np.random.default_rng(0).integers(0, 256, (5, 64, 64)).astype(np.uint8)
    assert find_unlike(header, features_of(noise), [None] * 5).all()


def test_a_model_that_cannot_tell_never_says_so(header):
    features = features_of(draw_squares(range(3)))
    blind = replace(header, likeness=None)
    assert find_unlike(blind, features, [74, None, 3]) is None
    assert not is_unlike(blind, features[0], 74)


def test_a_turned_model_and_another_operating_point_say_the_same(header, tmp_path):
    turned = turn_model(knowing_model(), tmp_path / "turned.safetensors")
    moved = header.with_calibration(replace(header.calibration, threshold=0.1, review_band=(0.1, 0.2)))
    features = features_of(draw_squares(range(10)))
    for other in (turned, moved):
        assert np.array_equal(find_unlike(other, features, [74] * 10), find_unlike(header, features, [74] * 10))
        assert np.array_equal(other.likeness.distances(features), header.likeness.distances(features))


@pytest.mark.parametrize("change", [{"threshold": -1}, {"features": 1024}, {"variances": [1e400]}])
def test_a_model_with_impossible_values_is_refused(tmp_path, change):
    content = fit_phantoms().to_json_object() | {key: 1 if value == [1e400] else value for key, value in change.items()}
    path = tmp_path / "m.safetensors"
    save_model(path, "resnet18", ("A", "B"), network(), INPUT, SURE, {"validated_features": content})
    with pytest.raises(JobFailed, match="validated_features") as refusal:
        load_model(path)
    assert refusal.value.reason is Reason.MODEL_INVALID


def test_values_of_another_network_are_refused(tmp_path):
    made = fit_phantoms()
    other = replace(made, means=made.means[:, :256], components=made.components[:, :256])
    path = tmp_path / "m.safetensors"
    more = {"validated_features": other.to_json_object()}
    save_model(path, "resnet18", ("A", "B"), network(), INPUT, SURE, more)
    with pytest.raises(JobFailed, match="does not fit the architecture"):
        load_model(path)
