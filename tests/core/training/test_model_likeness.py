"""A finished training knows what its films look like to its network."""

from dataclasses import replace

import numpy as np
import pytest

from core.datasets.decoded_films import DecodedFilms
from core.datasets.entries import Split
from core.evaluation.evaluate import evaluate
from core.input_checks.likeness import LIKENESS
from core.models.model_file import load_model
from core.models.model_header import VALIDATION, read_header
from core.models.validated_films import find_unlike
from core.training.model_likeness import fit_model_likeness
from core.training.training import train
from tests.factories import QUICK, drained, write_films
from tests.likeness_models import draw_squares, knowing_model, write_odd_film


def split_of(seeds):
    labels = np.array([seed % 2 for seed in seeds])
    return DecodedFilms(draw_squares(seeds), labels, tuple(map(str, seeds)))


@pytest.fixture(scope="module")
def splits():
    return {Split.TRAINING: split_of(range(100)), Split.VALIDATION: split_of(range(200, 230))}


def features_of(model, splits):
    """Features of the validation films."""
    return model.features_and_logits(splits[Split.VALIDATION].pixels)[0]


def test_it_is_fitted_to_the_films_of_the_training(splits, cancel):
    model = load_model(knowing_model())
    likeness, unlike = fit_model_likeness(model, splits[Split.TRAINING], features_of(model, splits), cancel)
    assert likeness.features == 512
    assert len(unlike) == 30
    assert unlike.mean() < 0.1
    noise = np.random.default_rng(0).integers(0, 256, (4, 64, 64)).astype(np.uint8)
    assert likeness.is_unlike(model.features_and_logits(noise)[0]).all()


def test_cancelled_or_with_few_films_there_is_none(splits, cancel):
    model = load_model(knowing_model())
    features = features_of(model, splits)
    assert fit_model_likeness(model, split_of(range(20)), features, cancel) == (None, None)
    cancel.set()
    assert fit_model_likeness(model, splits[Split.TRAINING], features, cancel) == (None, None)


def test_a_model_of_enough_films_tells_what_it_was_validated_on(tiny_network, no_shortcut_probe, tmp_path, cancel):
    films = write_films(tmp_path / "films", 75)
    _, result = drained(train(films, replace(QUICK, epochs=1), tmp_path / "run", cancel))
    header = read_header(result.model)
    assert header.likeness.features == 8
    assert header.validation.unlike is not None
    assert len(header.validation.unlike) == len(header.validation.labels)
    assert header.content[LIKENESS]
    write_odd_film(films / "NORMAL" / "odd.png")
    _, evaluation = drained(evaluate(result.model, films, tmp_path / "out", cancel))
    unlike = evaluation.predictions.unlike
    odd = [film.path.name for film in evaluation.films].index("odd.png")
    assert unlike[odd]
    assert evaluation.three_way.unlike.value == pytest.approx(unlike.mean())
    assert evaluation.three_way.review.value >= unlike.mean()
    assert any("unlike those that the model was validated on" in warning for warning in evaluation.warnings)
    assert find_unlike(header, np.zeros((1, 8), np.float32), [None])[0]


def test_a_model_of_few_films_says_nothing(trained_once):
    header = read_header(trained_once.result.model)
    assert (header.likeness, header.validation.unlike) == (None, None)
    assert "unlike" not in header.content[VALIDATION]
