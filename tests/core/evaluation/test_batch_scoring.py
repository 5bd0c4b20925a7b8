"""Scoring in batches, and cancelling at every stage."""

from types import SimpleNamespace

import numpy as np
import pytest

from core.datasets.dataset import Film
from core.evaluation import prediction
from core.evaluation.prediction import score_in_batches
from core.films.images import read_square
from core.jobs import progress
from core.jobs.events import Progressed, Stage
from tests.factories import drained, draw_film


@pytest.fixture
def films(tmp_path):
    for number in range(5):
        draw_film(number, 0, 96).save(tmp_path / f"{number}.png")
    return [Film(tmp_path / f"{number}.png", 0, f"p{number}") for number in range(5)]


@pytest.fixture
def batches(monkeypatch):
    """The pixels of each batch that the model is given, two films at most."""
    monkeypatch.setattr(prediction, "BATCH", 2)
    return []


def model_that(batches, then=lambda: None):
    """A model that keeps its batches; `then` is called after each."""

    def logits(pixels):
        batches.append(np.array(pixels))
        then()
        return pixels.mean(axis=(1, 2), dtype=np.float64).astype(np.float32)[:, None]

    return SimpleNamespace(preprocessing=SimpleNamespace(size_px=48), logits=logits)


def test_batches_follow_each_other_in_the_order_of_the_films(films, batches, tmp_path, cancel, monkeypatch):
    monkeypatch.setattr(progress, "PROGRESS_SECONDS", 0)
    events, scored = drained(score_in_batches(model_that(batches), films, tmp_path / "store", cancel))
    assert [len(batch) for batch in batches] == [2, 2, 1]
    squares = np.stack([read_square(film.path, 48) for film in films])
    assert np.array_equal(np.concatenate(batches), squares)
    assert scored.predictions.logits[:, 0] == pytest.approx(squares.mean(axis=(1, 2)), abs=1e-4)
    testing = [event.done for event in events if isinstance(event, Progressed) and event.stage is Stage.TESTING]
    assert testing == [2, 4, 5]


@pytest.mark.parametrize("after", [1, 3])
def test_cancelled_while_scoring_there_is_no_prediction(films, batches, tmp_path, cancel, after):
    """Also not after the last of three batches."""

    def cancel_after():
        if len(batches) == after:
            cancel.set()

    _, scored = drained(score_in_batches(model_that(batches, cancel_after), films, tmp_path / "store", cancel))
    assert scored is None
    assert len(batches) == after
    assert not (tmp_path / "store").exists()


def test_cancelled_while_checking_nothing_is_decoded(films, batches, tmp_path, cancel, monkeypatch):
    monkeypatch.setattr(prediction, "decode_films", lambda *_: pytest.fail("films were decoded"))
    cancel.set()
    assert drained(score_in_batches(model_that(batches), films, tmp_path / "store", cancel))[1] is None


def test_the_store_is_removed_when_the_model_fails(films, batches, tmp_path, cancel):
    def fail():
        raise RuntimeError("out of memory")

    with pytest.raises(RuntimeError, match="out of memory"):
        drained(score_in_batches(model_that(batches, fail), films, tmp_path / "store", cancel))
    assert not (tmp_path / "store").exists()
