"""A film for the screen: the whole picture, and the heat map of the answer in its row."""

import hashlib

import numpy as np
import pytest

from core.films.film_code import film_code
from core.films.film_reader import read_pixels, read_square
from core.inference.heat_map import build_heat_map
from core.inference.scoring_model import open_model
from core.screening.screening import screen
from core.screening.whole_film import HEAT_PX, explain_film, read_whole_film
from core.system.errors import FilmUnreadable
from tests.factories import drained, draw_film
from tests.faults.hostile_names import small_model


@pytest.fixture
def film(tmp_path):
    (tmp_path / "films").mkdir()
    path = tmp_path / "films" / "a.png"
    draw_film(3, 1, 640).crop((0, 0, 640, 480)).save(path)
    return path


def test_it_is_the_whole_picture_and_what_the_network_sees_of_it(film):
    whole = read_whole_film(film, 64)
    assert np.array_equal(whole.pixels, read_pixels(film))
    assert np.array_equal(whole.square, read_square(film, 64))
    assert whole.code == film_code(hashlib.sha256(film.read_bytes()).hexdigest())
    assert (whole.facts.stored_width, whole.facts.stored_height) == (640, 480)


def test_its_heat_map_is_that_of_its_row_in_the_films_proportions(film, tmp_path, cancel):
    model = open_model(small_model())
    _, result = drained(screen(film.parent, tmp_path / "r.csv", small_model(), cancel))
    whole = read_whole_film(film, model.header.size_px)
    heat = explain_film(whole, model, result.rows[0])
    assert heat.shape == (HEAT_PX * 3 // 4, HEAT_PX)
    expected = build_heat_map(model.header, model.compute(whole.square), "PNEUMONIA")
    assert heat.max() == pytest.approx(expected.max(), abs=0.05)


def test_a_file_that_is_no_film_raises(tmp_path):
    (tmp_path / "a.txt").write_text("no film")
    with pytest.raises(FilmUnreadable):
        read_whole_film(tmp_path / "a.txt", 64)
