"""The time that a training still needs, from made-up speeds."""

from dataclasses import replace

import pytest

from core.datasets.entries import Split
from core.recipes.recipe import FAST, Depth, Recipe
from core.training.events import BatchEnded
from core.training.time_estimate import TRAINING_TO_FORWARD, TimeEstimate, format_duration, format_time_left

FILMS = {Split.TRAINING: 100, Split.VALIDATION: 20, Split.TEST: 10}
HALVES = Recipe(epochs=4, image_size_px=128, small_size_px=64, small_share=0.5)


def test_nothing_is_foretold_before_anything_is_known():
    assert TimeEstimate(HALVES, FILMS).seconds_left(0, 0) is None


def test_what_larger_films_cost_is_guessed_by_their_area_until_it_is_known():
    forecast = TimeEstimate(HALVES, FILMS)
    assert forecast.needs_trial(0)
    forecast.add_training(0, 40, 1.0)  # 0.1 s for a film of full size
    forecast.add_inference(0, 40, 0.2)  # 0.02 s
    forecast.add_overhead(1.5)
    small, full = (100 * 0.1 + 20 * 0.02) / 4, 100 * 0.1 + 20 * 0.02
    assert forecast.seconds_left(0, 0) == pytest.approx(2 * small + 2 * full + 4 * 1.5 + 10 * 0.02)
    assert forecast.seconds_left(3, 0.75) == pytest.approx(25 * 0.1 + 20 * 0.02 + 1.5 + 10 * 0.02)
    assert forecast.seconds_left(4, 0) == pytest.approx(10 * 0.02)
    forecast.add_training(3, 20, 0.8)  # 0.04 s
    assert forecast.seconds_left(0, 0) == pytest.approx(2 * small + 2 * (100 * 0.04 + 20 * 0.02) + 4 * 1.5 + 10 * 0.02)


def test_a_trial_is_needed_only_while_small_films_come_first():
    forecast = TimeEstimate(HALVES, FILMS)
    assert not forecast.needs_trial(2), "an epoch of full size"
    forecast.add_training(3, 20, 0.8)
    assert not forecast.needs_trial(0), "tried"
    assert not TimeEstimate(replace(HALVES, small_share=0.0), FILMS).needs_trial(0)


def test_fine_tuning_is_foretold_while_only_features_are_known():
    forecast = TimeEstimate(FAST, FILMS)
    forecast.add_inference(0, 120, 12)
    looking, training = 0.1, 0.1 * TRAINING_TO_FORWARD
    expected = FAST.epochs * (100 * training + 20 * looking) + 10 * looking
    assert forecast.seconds_left(1, 0) == pytest.approx(expected)
    head = TimeEstimate(replace(FAST, depth=Depth.HEAD), FILMS)
    head.add_inference(0, 120, 12)
    assert head.seconds_left(1, 0) == pytest.approx(10 * looking)


@pytest.mark.parametrize(
    ("seconds", "words"), [(7.4, "7 s"), (99, "99 s"), (130, "2 min"), (5900, "98 min"), (12_060, "3 h 21 min")]
)
def test_times_in_words(seconds, words):
    assert format_duration(seconds) == words


def test_early_stopping_makes_it_a_bound():
    event = BatchEnded(1, 9, 1, 2, 0.5, 10.0, 600, may_end_early=True)
    assert format_time_left(event) == "at most 10 min left"
    assert format_time_left(replace(event, may_end_early=False)) == "about 10 min left"
    assert format_time_left(replace(event, seconds_left=None)) == ""
