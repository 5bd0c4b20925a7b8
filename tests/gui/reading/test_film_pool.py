"""Films are read on threads: the wanted one first, its neighbours in advance, the last ones are kept."""

import threading
from functools import partial

import pytest

from core.inference.scoring_model import open_model
from core.screening.screening import screen
from core.screening.whole_film import WholeFilm
from gui.reading import film_pool
from gui.reading.film_pool import FilmPool, UnreadableFilm
from tests.factories import drained, draw_film
from tests.faults.hostile_names import small_model


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "films").mkdir()
    for seed in range(4):
        draw_film(seed, seed % 2, 96).save(tmp_path / "films" / f"{seed}.png")
    return tmp_path / "films"


@pytest.fixture
def pool(qapp):
    made = FilmPool()
    made.use_model(64, None)
    yield made
    made.close()


@pytest.fixture
def read(monkeypatch):
    """Names of the films that were read, in order."""
    names, original = [], film_pool.read_whole_film

    def note(path, size_px):
        names.append(path.name)
        return original(path, size_px)

    monkeypatch.setattr(film_pool, "read_whole_film", note)
    return names


def want(qtbot, pool, path, neighbours=()):
    with qtbot.waitSignal(pool.film_ready, check_params_cb=lambda film: film.path == path) as ready:
        pool.want(path, neighbours)
    return ready.args[0]


def test_the_wanted_film_is_read_and_its_neighbours_in_advance(qtbot, pool, folder, read):
    assert isinstance(want(qtbot, pool, folder / "0.png", [folder / "1.png", folder / "2.png"]), WholeFilm)
    want(qtbot, pool, folder / "2.png")
    want(qtbot, pool, folder / "1.png")
    assert sorted(read) == ["0.png", "1.png", "2.png"]


def test_a_film_that_was_read_is_there_at_once(qtbot, pool, folder, read):
    first = want(qtbot, pool, folder / "0.png")
    ready = []
    pool.film_ready.connect(ready.append)
    pool.want(folder / "0.png", ())
    assert ready == [first]
    assert read == ["0.png"]


def test_only_the_film_wanted_last_is_announced(qtbot, pool, folder, monkeypatch):
    may_read, original = threading.Event(), film_pool.read_whole_film

    def read_late(path, size_px):
        may_read.wait(10)
        return original(path, size_px)

    monkeypatch.setattr(film_pool, "read_whole_film", read_late)
    ready = []
    pool.film_ready.connect(lambda film: ready.append(film.path.name))
    for name in ("0.png", "1.png", "2.png", "3.png"):
        pool.want(folder / name, ())
    with qtbot.waitSignal(pool.film_ready):
        may_read.set()
    assert ready == ["3.png"]


def test_a_film_that_cannot_be_read_says_why(qtbot, pool, folder):
    (folder / "notes.txt").write_text("no film")
    film = want(qtbot, pool, folder / "notes.txt")
    assert isinstance(film, UnreadableFilm)
    assert film.sentence


def test_a_forgotten_film_is_read_again(qtbot, pool, folder, read):
    want(qtbot, pool, folder / "0.png")
    pool.forget(folder / "0.png")
    want(qtbot, pool, folder / "0.png")
    pool.forget_all()
    want(qtbot, pool, folder / "0.png")
    assert read == ["0.png"] * 3


def test_few_films_are_kept(qtbot, pool, folder, read, monkeypatch):
    monkeypatch.setattr(film_pool, "KEPT_FILMS", 2)
    for name in ("0.png", "1.png", "2.png", "1.png", "0.png"):
        want(qtbot, pool, folder / name)
    assert read == ["0.png", "1.png", "2.png", "0.png"]


def test_the_heat_map_follows_the_film_and_is_kept(qtbot, pool, folder, tmp_path, cancel):
    _, result = drained(screen(folder, tmp_path / "r.csv", small_model(), cancel))
    pool.use_model(64, partial(open_model, small_model()))
    film = want(qtbot, pool, folder / "0.png")
    with qtbot.waitSignal(pool.heat_ready) as made:
        pool.explain(film, result.rows[0])
    assert made.args[0].film is film
    again = []
    pool.heat_ready.connect(again.append)
    pool.explain(film, result.rows[0])
    assert again[0].heat is made.args[0].heat


def test_a_heat_map_of_a_film_that_was_forgotten_meanwhile_is_not_kept(qtbot, pool, folder, tmp_path, cancel):
    _, result = drained(screen(folder, tmp_path / "r.csv", small_model(), cancel))
    pool.use_model(64, partial(open_model, small_model()))
    film = want(qtbot, pool, folder / "0.png")
    with qtbot.waitSignal(pool.heat_ready) as first:
        pool.explain(film, result.rows[0])
        pool.forget(film.path)  # its file changed
    assert first.args[0].film is film
    again = want(qtbot, pool, folder / "0.png")
    with qtbot.waitSignal(pool.heat_ready) as second:
        pool.explain(again, result.rows[0])
    assert second.args[0].film is again


def test_films_of_another_size_are_read_again_and_the_wanted_one_comes(qtbot, pool, folder):
    assert want(qtbot, pool, folder / "0.png").square.shape == (64, 64)
    with qtbot.waitSignal(pool.film_ready) as ready:
        pool.use_model(96, None)
    assert ready.args[0].square.shape == (96, 96)


def test_closing_waits_for_no_disk(qtbot, pool, folder, monkeypatch):
    may_read = threading.Event()
    monkeypatch.setattr(film_pool, "read_whole_film", lambda *_: may_read.wait(20))
    pool.want(folder / "0.png", ())
    pool.close()
    pool.want(folder / "1.png", ())
    may_read.set()
