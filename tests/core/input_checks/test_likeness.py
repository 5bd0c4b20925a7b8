"""Films are told apart by where they lie in feature space."""

import json

import numpy as np
import pytest

from core.input_checks.likeness import MIN_TRAINING, MIN_VALIDATION, Likeness, fit_likeness

SIZE = 24
CENTRES = np.random.default_rng(1).uniform(1, 3, (4, SIZE))  # of two labels in two hospitals


def draw_features(count, seed, groups=range(4), spread=0.2):
    """Features like those of a network: each group around its centre, and the group of each film."""
    random = np.random.default_rng(seed)
    numbers = random.choice(list(groups), count)
    return (CENTRES[numbers] + random.normal(0, spread, (count, SIZE))).astype(np.float32), numbers


def fit(groups=range(4), **more):
    features, numbers = draw_features(400, 2, groups)
    return fit_likeness(features, numbers % 2, draw_features(100, 3, groups)[0], **more)


def test_films_of_the_same_kind_are_hardly_ever_unlike():
    assert fit().is_unlike(draw_features(5000, 4)[0]).mean() < 0.01


def test_films_that_lie_elsewhere_are_unlike():
    random = np.random.default_rng(5)
    assert fit().is_unlike(random.uniform(0, 4, (200, SIZE)).astype(np.float32)).all()


def test_what_lies_between_two_hospitals_is_unlike_where_the_hospitals_are_known():
    features, numbers = draw_features(400, 2, (0, 2))
    between = (CENTRES[[0]] + CENTRES[[2]]) / 2
    validation = draw_features(100, 3, (0, 2))[0]
    known = fit_likeness(features, numbers % 2, validation, sources=np.where(numbers == 0, "A", "B"))
    unknown = fit_likeness(features, numbers % 2, validation)
    assert (len(known.means), len(unknown.means)) == (2, 1)
    assert known.is_unlike(between.astype(np.float32)).all()
    assert not unknown.is_unlike(between.astype(np.float32)).any()


def test_the_length_of_features_does_not_count():
    features = draw_features(50, 6)[0]
    assert np.allclose(fit().distances(features), fit().distances(7 * features))


def test_features_that_are_no_numbers_are_unlike():
    features = np.full((3, SIZE), np.nan, np.float32)
    with np.errstate(invalid="ignore"):
        assert fit().is_unlike(features).all()


def test_few_films_say_nothing():
    features, numbers = draw_features(200, 7)
    assert fit_likeness(features[: MIN_TRAINING - 1], numbers[: MIN_TRAINING - 1], features) is None
    assert fit_likeness(features, numbers, features[: MIN_VALIDATION - 1]) is None


def test_a_group_of_few_films_is_pooled():
    features, numbers = draw_features(200, 8)
    labels = np.where(np.arange(200) < 3, 7, numbers)
    assert len(fit_likeness(features, labels, features).means) == 5
    assert len(fit_likeness(features, np.arange(200), features).means) == 1


def test_a_stored_one_decides_the_same():
    made, features = fit(), draw_features(300, 9)[0]
    stored = Likeness.from_json(json.loads(json.dumps(made.to_json_object())))
    assert np.array_equal(stored.distances(features), made.distances(features))
    assert stored.threshold == made.threshold
    assert Likeness.from_json(None) is None


def test_a_large_network_needs_little_room():
    random = np.random.default_rng(10)
    features = random.uniform(0, 2, (600, 1280)).astype(np.float32)
    made = fit_likeness(features, np.arange(600) % 2, features[:100], sources=np.arange(600) % 4)
    assert len(json.dumps(made.to_json_object())) < 300_000


@pytest.mark.parametrize(
    "change",
    [
        {"features": SIZE + 1},
        {"features": 0},
        {"features": True},
        {"features": "24"},
        {"means": "AAA"},
        {"means": ""},
        {"means": "not base64 &"},
        {"means": [0.1] * SIZE},
        {"components": ""},
        {"variances": []},
        {"variances": "12"},
        {"variances": None},
        {"threshold": 0},
        {"threshold": float("inf")},
        {"threshold": "1"},
        {"threshold": True},
        {"residual_variance": -1.0},
        {"more": 1},
    ],
)
def test_impossible_values_are_refused(change):
    with pytest.raises((ValueError, TypeError, KeyError)):
        Likeness.from_json(fit().to_json_object() | change)


def test_missing_values_are_refused():
    for name in fit().to_json_object():
        with pytest.raises((ValueError, TypeError, KeyError)):
            Likeness.from_json({key: value for key, value in fit().to_json_object().items() if key != name})
    with pytest.raises((ValueError, TypeError)):
        Likeness.from_json([1, 2])


@pytest.mark.parametrize("value", [0.0, np.nan, np.inf])
def test_features_without_meaning_say_nothing(value):
    features, numbers = draw_features(400, 2)
    assert fit_likeness(np.full_like(features, value), numbers % 2, features[:100]) is None
