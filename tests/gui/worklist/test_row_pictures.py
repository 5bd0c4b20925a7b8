"""Thumbnails of the films in a list."""

import numpy as np
import pytest
from PIL import Image

from gui.film.film_picture import to_pixels
from gui.film.thumbnails import Thumbnails
from gui.worklist.row_pictures import RowPictures
from tests.factories import draw_film
from tests.gui.worklist.examples import book, refused, scored


@pytest.mark.parametrize("mode", ["L", "RGB"])
@pytest.mark.parametrize("side", [64, 224, 1000])
def test_a_jpeg_of_any_size_has_a_thumbnail(qtbot, table, tmp_path, mode, side):
    film = draw_film(1, 1, side)
    film.convert(mode).save(tmp_path / "film.jpeg")
    row = scored("film.jpeg", 0.9)
    table.show_list(tmp_path, [row], book())
    with qtbot.waitSignal(table.picture_changed):
        assert table.picture(row) is None
    picture = table.picture(row)
    assert picture.deviceIndependentSize().toSize().toTuple() == (48, 48)
    expected = np.asarray(film.resize((96, 96), Image.Resampling.BOX), float)
    assert np.corrcoef(to_pixels(picture).ravel(), expected.ravel())[0, 1] > 0.98


def test_a_refused_film_has_a_thumbnail_and_what_cannot_be_read_is_read_once(qtbot, table, tmp_path, monkeypatch):
    draw_film(1, 1, 224).save(tmp_path / "leg.png")
    (tmp_path / "torn.png").write_bytes((tmp_path / "leg.png").read_bytes()[:300])
    leg, torn, no_film = refused("leg.png"), refused("torn.png", "damaged"), refused("notes.txt", "not_an_image")
    table.show_list(tmp_path, [leg, torn, no_film], book())
    for row in (leg, torn):
        with qtbot.waitSignal(table.picture_changed, check_params_cb=lambda file, row=row: file == row.file):
            table.picture(row)
    assert table.picture(leg) is not None
    wanted = []
    monkeypatch.setattr(Thumbnails, "request", lambda _self, path: wanted.append(path))
    assert table.picture(torn) is None
    assert table.picture(no_film) is None
    assert not wanted


def test_a_film_that_was_replaced_is_read_again(qtbot, table, tmp_path):
    row = scored("film.png", 0.9)
    table.show_list(tmp_path, [row], book())
    for grey in (40, 200):
        pixels = np.full((96, 96), grey, np.uint8)
        pixels[:8] = 0
        Image.fromarray(pixels).save(tmp_path / "film.png")
        table.add(row)
        with qtbot.waitSignal(table.picture_changed):
            assert table.picture(row) is None
        assert to_pixels(table.picture(row))[50, 50] == grey


@pytest.fixture
def pictures(qapp):
    made = RowPictures()
    yield made
    made.close()


def write_grey(path, grey):
    pixels = np.full((96, 96), grey, np.uint8)
    pixels[:8] = 0
    path.parent.mkdir(exist_ok=True)
    Image.fromarray(pixels).save(path)


def test_films_of_another_folder_are_not_mixed_up(qtbot, pictures, tmp_path):
    for name, grey in (("one", 40), ("two", 200)):
        write_grey(tmp_path / name / "film.png", grey)
        pictures.clear()
        with qtbot.waitSignal(pictures.arrived):
            assert pictures.find("film.png", tmp_path / name / "film.png") is None
        assert to_pixels(pictures.find("film.png", tmp_path / name / "film.png"))[50, 50] == grey


def test_a_film_that_changes_while_it_is_read_is_read_again(qtbot, pictures, tmp_path):
    write_grey(tmp_path / "film.png", 40)
    with qtbot.waitSignal(pictures.arrived):
        pictures.find("film.png", tmp_path / "film.png")
        pictures.forget("film.png")
    write_grey(tmp_path / "film.png", 200)
    with qtbot.waitSignal(pictures.arrived):
        assert pictures.find("film.png", tmp_path / "film.png") is None
    assert to_pixels(pictures.find("film.png", tmp_path / "film.png"))[50, 50] == 200


def test_only_so_many_pictures_are_kept(qtbot, pictures, tmp_path, monkeypatch):
    monkeypatch.setattr("gui.worklist.row_pictures.MAX_IMAGES", 2)
    for name in ("a.png", "b.png", "c.png"):
        write_grey(tmp_path / name, 90)
        with qtbot.waitSignal(pictures.arrived):
            pictures.find(name, tmp_path / name)
    kept = [pictures.find(name, tmp_path / name) is not None for name in ("c.png", "b.png", "a.png")]
    assert kept == [True, True, False]
