"""The self-test films, and answers that are close to those stored."""

import numpy as np
import pytest

from core.models.known_answers import are_close, draw_known_films, log_odds, read_known_answers
from core.models.model_header import bundled_model_path, read_header


@pytest.mark.parametrize("size", [64, 224])
def test_the_films_have_the_size_of_the_model(size):
    films = draw_known_films(size)
    assert films.shape == (4, size, size)
    assert films.dtype == np.uint8
    assert len({film.tobytes() for film in films}) == 4


def test_the_bundled_model_stores_one_answer_for_each():
    path = bundled_model_path()
    answers = read_known_answers(path, read_header(path))
    assert answers.shape == (1, 4)
    assert ((answers > 0) & (answers < 1)).all()


def test_answers_are_close_where_none_is_far():
    assert are_close(np.array([0.1, 0.2]), np.array([[0.1005, 0.2]]))
    assert not are_close(np.array([0.1, 0.2]), np.array([0.1, 0.202]))
    assert are_close(np.array([0.1, 0.2]), np.array([0.1, 0.25]), tolerance=0.1)
    assert not are_close(np.array([np.nan]), np.array([0.1]))
    assert not are_close(np.array([0.1]), np.array([0.1, 0.1]))


def test_log_odds_tell_near_certainties_apart():
    assert log_odds(np.array([0.5])) == 0
    assert log_odds(np.array([1 / (1 + np.exp(-20))])) == pytest.approx(20, rel=1e-6)
    assert np.isfinite(log_odds(np.array([0.0, 1.0]))).all()
