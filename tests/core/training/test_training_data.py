"""The films of a training: audited, split by patient, and decoded once."""

import hashlib
from dataclasses import replace

import numpy as np
import pytest

from core.datasets.audit import audit
from core.datasets.entries import FilmLeftOut, Split
from core.datasets.preparation import AS_IT_IS, Preparation
from core.films.film_code import film_code
from core.films.film_reader import read_square
from core.jobs.events import Noted
from core.system.errors import JobFailed, Reason
from core.training import training_data
from core.training.events import DatasetRead
from core.training.training_data import prepare_training_data
from tests.factories import drained

pytestmark = pytest.mark.usefixtures("no_shortcut_probe")


def prepared(folder, recipe, tmp_path, cancel, preparation=AS_IT_IS):
    return drained(prepare_training_data(folder, recipe, preparation, tmp_path / "films.tmp", cancel))


def test_every_film_is_in_one_split_with_its_pixels_label_and_code(dataset_folder, quick_recipe, tmp_path, cancel):
    (dataset_folder / "NORMAL" / "broken.png").write_bytes(b"no film")
    events, data = prepared(dataset_folder, quick_recipe, tmp_path, cancel)
    assert [event.path.name for event in events if isinstance(event, FilmLeftOut)] == ["broken.png"]
    assert len({film.path for film in data.dataset.films}) == len(data.dataset.films) == 24
    for split in Split:
        films = data.dataset.of_split(split)
        assert data.splits[split].labels.tolist() == [film.label for film in films]
        assert data.splits[split].patients == tuple(film.patient for film in films)
        for film, pixels in zip(films, data.splits[split].pixels, strict=True):
            assert np.array_equal(pixels, read_square(film.path, quick_recipe.image_size_px))
            assert data.codes[film.path] == film_code(hashlib.sha256(film.path.read_bytes()).hexdigest())
    assert data.ages is None
    assert data.accepted == ()


def test_the_split_follows_the_seed_of_the_recipe(dataset_folder, quick_recipe, tmp_path, cancel):
    first, again, other = (
        {film.path: film.split for film in prepared(dataset_folder, recipe, tmp_path, cancel)[1].dataset.films}
        for recipe in (quick_recipe, quick_recipe, replace(quick_recipe, seed=quick_recipe.seed + 1))
    )
    assert first == again != other


def test_a_leak_must_be_accepted_knowingly_and_is_then_noted(dataset_folder, quick_recipe, tmp_path, cancel):
    film = min((dataset_folder / "NORMAL").iterdir())
    (dataset_folder / "PNEUMONIA" / "copy.png").write_bytes(film.read_bytes())
    with pytest.raises(JobFailed, match="cannot be used for training") as refused:
        prepared(dataset_folder, quick_recipe, tmp_path, cancel)
    assert refused.value.reason is Reason.DATASET_LEAKS
    events, data = prepared(dataset_folder, quick_recipe, tmp_path, cancel, Preparation(accepts_leaks=True))
    (sentence,) = data.accepted
    assert "Copies with different labels" in sentence
    assert [event for event in events if isinstance(event, Noted) and sentence in event.sentence]


@pytest.mark.parametrize("changed", [False, True])
def test_an_earlier_audit_is_used_unless_the_films_have_changed(
    dataset_folder, quick_recipe, tmp_path, cancel, monkeypatch, changed
):
    (dataset_folder / "NORMAL" / "broken.png").write_bytes(b"no film")
    _, audited = drained(audit(dataset_folder, cancel))
    if changed:
        (dataset_folder / "NORMAL" / "broken.png").unlink()
    audits = []

    def record(*arguments):
        audits.append(arguments)
        return (yield from audit(*arguments))

    monkeypatch.setattr(training_data, "audit", record)
    job = prepare_training_data(dataset_folder, quick_recipe, AS_IT_IS, tmp_path / "films.tmp", cancel, audited)
    events, data = drained(job)
    assert len(audits) == changed
    assert [event.path.name for event in events if isinstance(event, FilmLeftOut)] == ["broken.png"] * (not changed)
    (read,) = [event.audit for event in events if isinstance(event, DatasetRead)]
    assert (read is audited) is not changed
    _, expected = prepared(dataset_folder, quick_recipe, tmp_path, cancel)
    assert data.dataset.films == expected.dataset.films


def test_cancelled_there_is_no_data(dataset_folder, quick_recipe, tmp_path, cancel):
    job = prepare_training_data(dataset_folder, quick_recipe, AS_IT_IS, tmp_path / "films.tmp", cancel)
    next(job)
    cancel.set()
    assert drained(job)[1] is None
