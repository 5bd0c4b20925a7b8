"""Scoring a dataset's films, with what is known of each."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from core.datasets.dataset import Dataset, Film
from core.evaluation.prediction import check_classes, score_in_batches
from core.films.film_code import film_code
from core.films.film_properties import read_properties
from core.films.images import read_square
from core.jobs.events import Noted
from core.system.errors import JobFailed, Reason
from tests.factories import drained, draw_film


@pytest.fixture
def films(tmp_path):
    """Five films of three patients; the second file is no film."""
    for number in range(5):
        draw_film(number, number % 2, 96).save(tmp_path / f"{number}.png")
    (tmp_path / "1.png").write_bytes(b"no film")
    return [Film(tmp_path / f"{number}.png", number % 2, f"p{number // 2}") for number in range(5)]


def brightness(films):
    """In place of a network: the mean grey of each film is its logit."""
    return films.mean(axis=(1, 2), dtype=np.float64).astype(np.float32)[:, None]


MODEL = SimpleNamespace(preprocessing=SimpleNamespace(size_px=48), logits=brightness)


def code_of(film):
    return film_code(read_properties(film.path).sha256)


def test_each_readable_film_has_its_prediction(films, tmp_path, cancel):
    _, scored = drained(score_in_batches(MODEL, films, tmp_path / "store", cancel))
    readable = [film for film in films if film.path.stem != "1"]
    assert scored.films == tuple(readable)
    assert [one.path for one in scored.left_out] == [films[1].path]
    predictions = scored.predictions
    assert predictions.labels.tolist() == [0, 0, 1, 0]
    assert predictions.patients.tolist() == [0, 1, 1, 2]
    assert predictions.films == tuple(map(code_of, readable))
    squares = np.stack([read_square(film.path, 48) for film in readable])
    assert np.array_equal(predictions.logits, brightness(squares))
    assert [one.width for one in scored.properties] == [96] * 4
    assert not (tmp_path / "store").exists()


def test_films_that_the_model_knows_are_left_out_and_counted(films, tmp_path, cancel):
    known = frozenset(map(code_of, (films[0], films[3])))
    events, scored = drained(score_in_batches(MODEL, films, tmp_path / "store", cancel, known))
    assert [film.path.stem for film in scored.films] == ["2", "4"]
    assert [event.sentence.split()[:2] for event in events if isinstance(event, Noted)] == [["2", "films"]]


def test_no_film_to_score_is_a_sentence(films, tmp_path, cancel):
    known = frozenset(code_of(film) for film in films if film.path.stem != "1")
    with pytest.raises(JobFailed) as refused:
        drained(score_in_batches(MODEL, films, tmp_path / "store", cancel, known))
    assert refused.value.reason is Reason.DATASET_INVALID
    assert not (tmp_path / "store").exists()


def test_cancelled_there_is_no_prediction(films, tmp_path, cancel):
    cancel.set()
    assert drained(score_in_batches(MODEL, films, tmp_path / "store", cancel))[1] is None


def test_labels_follow_the_order_of_the_models_classes(films, tmp_path):
    dataset = Dataset(tmp_path, ("SICK", "NORMAL"), tuple(films))
    model = SimpleNamespace(header=SimpleNamespace(classes=("NORMAL", "SICK")))
    ordered = check_classes(model, dataset)
    assert ordered.classes == ("NORMAL", "SICK")
    assert [film.label for film in ordered.films] == [1, 0, 1, 0, 1]
    with pytest.raises(JobFailed, match=r"SICK, WELL.*NORMAL, SICK") as refused:
        check_classes(model, replace(dataset, classes=("SICK", "WELL")))
    assert refused.value.reason is Reason.DATASET_INVALID
