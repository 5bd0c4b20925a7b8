"""Films that change while their folder is watched: late, preallocated, corrected, touched."""

import json
import os

import pytest

from core.films.film_code import film_code
from core.screening.events import Status
from core.screening.results_csv import partial_path
from core.screening.screening import screen
from core.screening.state_log import state_path
from tests.core.screening.watching import PATIENCE_SECONDS, Watching
from tests.factories import drained, draw_film


@pytest.fixture
def films(tmp_path):
    """An inbox with one film."""
    folder = tmp_path / "inbox"
    folder.mkdir()
    draw_film(1, 0, 96).save(folder / "there.png")
    return folder


@pytest.fixture
def normal(tmp_path):
    draw_film(3, 0, 96).save(tmp_path / "normal.png")
    return (tmp_path / "normal.png").read_bytes()


@pytest.fixture
def pneumonia(tmp_path):
    draw_film(4, 1, 96).save(tmp_path / "pneumonia.png")
    return (tmp_path / "pneumonia.png").read_bytes()


@pytest.fixture
def is_as_screened_now(films, model, tmp_path, cancel):
    """Tell whether a ledger is the one that a new screening of the folder gives."""

    def check(ledger):
        drained(screen(films, tmp_path / "fresh.csv", model, cancel))
        return ledger.read_bytes() == (tmp_path / "fresh.csv").read_bytes()

    return check


def written(output):
    return [json.loads(line) for line in state_path(output).read_text().splitlines()]


def test_a_corrected_film_under_the_same_name_is_read_again(
    films, model, tmp_path, normal, pneumonia, is_as_screened_now
):
    output, film = tmp_path / "w.csv", films / "film.png"
    film.write_bytes(normal)
    with Watching(films, output, model) as watching:
        old = watching.wait_for_answer("film.png")
        film.write_bytes(pneumonia)
        assert watching.wait_for_change("film.png") == old
        new = watching.wait_for_answer("film.png")
        result = watching.stop()
    assert new.probability != old.probability
    assert new.film != old.film
    assert {row.file: row for row in result.rows}["film.png"] == new
    assert is_as_screened_now(output)
    rows = [line["row"] for line in written(output) if line["file"] == "film.png"]
    assert [f"{old.probability:.6f}" in rows[0], f"{new.probability:.6f}" in rows[1]] == [True, True]


def test_a_sender_that_stalls_and_goes_on_is_waited_for_again(films, model, tmp_path, normal, is_as_screened_now):
    output, film = tmp_path / "w.csv", films / "film.png"
    film.write_bytes(normal[:700])
    with Watching(films, output, model) as watching:
        assert watching.wait_for_answer("film.png").status is Status.FAILED
        film.write_bytes(normal)
        watching.wait_for_change("film.png")
        assert watching.wait_for_answer("film.png").status is Status.SCORED
        watching.stop()
    assert is_as_screened_now(output)


def test_a_file_of_full_size_that_is_filled_later_is_read_again(films, model, tmp_path, normal, is_as_screened_now):
    output, film = tmp_path / "w.csv", films / "film.png"
    film.write_bytes(bytes(len(normal)))
    with Watching(films, output, model) as watching:
        assert watching.wait_for_answer("film.png").reason == "not_an_image"
        with film.open("r+b") as stream:
            stream.write(normal)
        watching.wait_for_change("film.png")
        assert watching.wait_for_answer("film.png").status is Status.SCORED
        watching.stop()
    assert is_as_screened_now(output)


def test_a_film_replaced_by_one_of_equal_size_and_time_is_read_again(
    films, model, tmp_path, normal, pneumonia, is_as_screened_now
):
    output, film = tmp_path / "w.csv", films / "film.png"
    size = max(len(normal), len(pneumonia))
    film.write_bytes(normal.ljust(size, b"\0"))
    os.utime(film, ns=(0, 10**18))
    with Watching(films, output, model) as watching:
        old = watching.wait_for_answer("film.png")
        film.write_bytes(pneumonia.ljust(size, b"\0"))
        os.utime(film, ns=(0, 10**18))
        watching.wait_for_change("film.png")
        assert watching.wait_for_answer("film.png").probability != old.probability
        watching.stop()
    assert is_as_screened_now(output)


def test_a_film_that_was_only_touched_keeps_its_row(films, model, tmp_path, normal):
    output, film = tmp_path / "w.csv", films / "film.png"
    film.write_bytes(normal)
    with Watching(films, output, model) as watching:
        watching.wait_for_answer("film.png")
        os.utime(film, ns=(0, 10**18))
        watching.wait_for_polls(5)
        result = watching.stop()
    assert (len(watching.answered), watching.superseded) == (2, [])
    assert result.scored == 2
    assert written(output)[-1]["mtime_ns"] == 10**18


def test_a_film_that_changed_at_the_last_moment_has_no_row_until_it_is_read(
    films, model, tmp_path, normal, pneumonia, is_as_screened_now, cancel
):
    output, film = tmp_path / "w.csv", films / "film.png"
    film.write_bytes(normal)
    drained(screen(films, output, model, cancel))
    with Watching(films, output, model, poll_seconds=PATIENCE_SECONDS) as watching:
        watching.wait_for_polls(1)
        film.write_bytes(pneumonia + b"more")
        result = watching.stop()
    assert [row.file for row in result.rows] == ["there.png"]
    assert not partial_path(output).exists()
    drained(screen(films, output, model, cancel, resume=True))
    assert is_as_screened_now(output)


def test_watching_goes_on_with_films_that_changed_meanwhile(
    films, model, tmp_path, normal, pneumonia, is_as_screened_now, cancel
):
    output, film = tmp_path / "w.csv", films / "film.png"
    film.write_bytes(normal)
    _, before = drained(screen(films, output, model, cancel))
    film.write_bytes(pneumonia)
    with Watching(films, output, model) as watching:
        watching.wait_for_change("film.png")
        row = watching.wait_for_answer("film.png")
        watching.stop()
    assert row != before.rows[0]
    assert [row.file for row in watching.answered] == ["film.png"]
    assert is_as_screened_now(output)


def test_a_row_knows_the_code_of_its_film(films, model, tmp_path, cancel):
    output = tmp_path / "r.csv"
    _, result = drained(screen(films, output, model, cancel))
    assert result.rows[0].film == film_code(written(output)[0]["sha256"])
    _, again = drained(screen(films, output, model, cancel, resume=True))
    assert again.rows[0].film == result.rows[0].film
