"""Scoring a dataset's films, with what is known of each."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from core.datasets.dataset import Dataset, Film
from core.evaluation import prediction
from core.evaluation.prediction import check_classes, score_in_batches
from core.films.film_code import film_code
from core.films.film_properties import read_properties
from core.films.film_reader import read_square
from core.jobs import progress
from core.jobs.events import Noted, Progressed, Stage
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


MODEL = SimpleNamespace(
    preprocessing=SimpleNamespace(size_px=48),
    features_and_logits=lambda films: (brightness(films), brightness(films)),
    header=SimpleNamespace(likeness=None),
)


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
        check_classes(model, replace(dataset, classes=("SICK", "WELL"), is_finding_certain=False))
    assert refused.value.reason is Reason.DATASET_INVALID


def test_classes_in_other_words_are_compared_by_their_finding_and_said(films, tmp_path):
    dataset = Dataset(tmp_path, ("unauffällig", "Lungenentzündung"), tuple(films))
    model = SimpleNamespace(header=SimpleNamespace(classes=("NORMAL", "PNEUMONIA")))
    compared = check_classes(model, dataset)
    assert compared.classes == ("NORMAL", "PNEUMONIA")
    assert [film.label for film in compared.films] == [film.label for film in films]
    assert compared.notes == (
        "The dataset's classes unauffällig, Lungenentzündung were compared with those of the model, NORMAL, PNEUMONIA.",
    )
    several = SimpleNamespace(header=SimpleNamespace(classes=("NORMAL", "bacteria", "virus")))
    with pytest.raises(JobFailed):
        check_classes(several, dataset)


@pytest.fixture
def plain_films(tmp_path):
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

    def features_and_logits(pixels):
        batches.append(np.array(pixels))
        then()
        logits = pixels.mean(axis=(1, 2), dtype=np.float64).astype(np.float32)[:, None]
        return logits, logits

    return SimpleNamespace(
        preprocessing=SimpleNamespace(size_px=48),
        features_and_logits=features_and_logits,
        header=SimpleNamespace(likeness=None),
    )


def test_batches_follow_each_other_in_the_order_of_the_films(plain_films, batches, tmp_path, cancel, monkeypatch):
    monkeypatch.setattr(progress, "PROGRESS_SECONDS", 0)
    events, scored = drained(score_in_batches(model_that(batches), plain_films, tmp_path / "store", cancel))
    assert [len(batch) for batch in batches] == [2, 2, 1]
    squares = np.stack([read_square(film.path, 48) for film in plain_films])
    assert np.array_equal(np.concatenate(batches), squares)
    assert scored.predictions.logits[:, 0] == pytest.approx(squares.mean(axis=(1, 2)), abs=1e-4)
    testing = [event.done for event in events if isinstance(event, Progressed) and event.stage is Stage.TESTING]
    assert testing == [2, 4, 5]


@pytest.mark.parametrize("after", [1, 3])
def test_cancelled_while_scoring_there_is_no_prediction(plain_films, batches, tmp_path, cancel, after):
    """Also not after the last of three batches."""

    def cancel_after():
        if len(batches) == after:
            cancel.set()

    _, scored = drained(score_in_batches(model_that(batches, cancel_after), plain_films, tmp_path / "store", cancel))
    assert scored is None
    assert len(batches) == after
    assert not (tmp_path / "store").exists()


def test_cancelled_while_checking_nothing_is_decoded(plain_films, batches, tmp_path, cancel, monkeypatch):
    monkeypatch.setattr(prediction, "decode_films", lambda *_: pytest.fail("films were decoded"))
    cancel.set()
    assert drained(score_in_batches(model_that(batches), plain_films, tmp_path / "store", cancel))[1] is None


def test_the_store_is_removed_when_the_model_fails(plain_films, batches, tmp_path, cancel):
    def fail():
        raise RuntimeError("out of memory")

    with pytest.raises(RuntimeError, match="out of memory"):
        drained(score_in_batches(model_that(batches, fail), plain_films, tmp_path / "store", cancel))
    assert not (tmp_path / "store").exists()
