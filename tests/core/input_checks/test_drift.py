"""Drift between a model's films and those that are screened."""

import numpy as np
import pytest
from PIL import Image, ImageFilter
from scipy.stats import ks_2samp

from core.films.phantoms import draw_phantom
from core.input_checks.drift import MAX_GAP, DriftMonitor, Reference, are_distributed_differently, measure_films


def test_distributions_differ_where_scipy_says_so():
    random = np.random.default_rng(1)
    found = []
    for shift in np.linspace(0, 1.5, 60):
        first, second = random.normal(size=random.integers(40, 150)), random.normal(shift, size=90).round(1)
        gap, p_value = ks_2samp(first, second)
        if not 3e-5 < p_value < 3e-4:  # SciPy's is exact, ours of large samples
            found.append(are_distributed_differently(first, second))
            assert found[-1] == (gap > MAX_GAP and p_value < 1e-4)
    assert 10 < sum(found) < len(found) - 10


@pytest.fixture(scope="module")
def films():
    return np.stack([draw_phantom(seed, seed % 2 == 1, 96) for seed in range(120)])


def reference(films):
    return Reference.from_json(
        Reference({**measure_films(films), "score": np.linspace(0, 1, len(films))}).to_json_object()
    )


def test_measures_are_those_of_their_definition(films):
    measures = measure_films(films[:3])
    for number, film in enumerate(films[:3].astype(float)):
        inside = film[1:-1, 1:-1]
        neighbours = film[:-2, 1:-1] + film[2:, 1:-1] + film[1:-1, :-2] + film[1:-1, 2:]
        dark, bright = np.quantile(film[::4, ::4], [0.05, 0.95])
        expected = {
            "brightness": film.mean(),
            "contrast": film.std(),
            "sharpness": np.abs(4 * inside - neighbours).mean() / film.std(),
            "darkest": dark,
            "brightest": bright,
        }
        assert {name: values[number] for name, values in measures.items()} == pytest.approx(expected, rel=1e-9)
    assert {name: len(values) for name, values in measure_films(films[:0]).items()} == dict.fromkeys(expected, 0)


def test_films_like_the_known_ones_raise_no_warning(films):
    watch = DriftMonitor(reference(films[:60]))
    watch.add(measure_films(films[60:]), np.linspace(0, 1, 60))
    assert watch.format_warnings() == ()


@pytest.mark.parametrize(
    "change", [lambda film: film.filter(ImageFilter.GaussianBlur(2)), lambda film: film.point(lambda v: v * 0.5)]
)
def test_another_processing_is_named(films, change):
    changed = np.stack([np.asarray(change(Image.fromarray(film))) for film in films[60:]])
    watch = DriftMonitor(reference(films[:60]))
    for start in range(0, 60, 16):
        watch.add(measure_films(changed[start : start + 16]), np.linspace(0, 1, 60)[start : start + 16])
    (sentence,) = watch.format_warnings()
    assert "differ from those" in sentence


def test_other_answers_are_named_and_few_films_are_not(films):
    watch = DriftMonitor(reference(films[:60]))
    watch.add(measure_films(films[60:]), np.full(60, 0.99))
    assert any("distributed differently" in sentence for sentence in watch.format_warnings())
    few = DriftMonitor(reference(films[:60]))
    few.add(measure_films(films[60:70]), np.full(10, 0.99))
    assert few.format_warnings() == ()
