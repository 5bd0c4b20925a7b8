"""Heat maps beside or among a person's files."""

import pytest
from PIL import Image

from core.screening.events import Status
from core.screening.heat_maps import heat_map_path, is_heat_map, remove_heat_map, write_heat_map
from core.screening.screening import screen
from core.system.errors import JobFailed, Reason
from tests.factories import drained, draw_film
from tests.faults.hostile_names import small_model


@pytest.fixture
def films(tmp_path):
    folder = tmp_path / "films"
    folder.mkdir()
    for seed, name in enumerate(("a.png", "b.png", "c.jpg")):
        draw_film(seed, seed % 2, 128).save(folder / name)
    return folder


def run(films, tmp_path, cancel, **options):
    return drained(screen(films, tmp_path / "r.csv", small_model(), cancel, **options))[1]


def test_a_heat_map_is_known_by_its_mark(tmp_path):
    write_heat_map(tmp_path / "x.png", Image.new("RGB", (64, 64)))
    Image.new("RGB", (64, 64)).save(tmp_path / "y.png")
    assert is_heat_map(tmp_path / "x.png")
    assert not is_heat_map(tmp_path / "y.png")
    assert not is_heat_map(tmp_path / "none.png")
    for name in ("x.png", "y.png", "none.png"):
        remove_heat_map(tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["y.png"]


def test_no_film_is_replaced_by_a_heat_map(films, tmp_path, cancel):
    draw_film(9, 1, 128).save(films / "c.jpg.png")
    before = {path.name: path.read_bytes() for path in films.iterdir()}
    with pytest.raises(JobFailed, match=r"c\.jpg\.png exists and is not a heat map") as error:
        run(films, tmp_path, cancel, heatmaps=films)
    assert error.value.reason is Reason.OUTPUT_NOT_WRITABLE
    assert {path.name: path.read_bytes() for path in films.iterdir()} == before


def test_films_in_the_folder_of_heat_maps_have_their_rows(films, tmp_path, cancel):
    first = run(films, tmp_path, cancel, heatmaps=films)
    assert [row.file for row in first.rows] == ["a.png", "b.png", "c.jpg"]
    assert heat_map_path(films, "a.png").exists()
    again = run(films, tmp_path, cancel, heatmaps=films)
    assert [row.file for row in again.rows] == ["a.png", "b.png", "c.jpg"]
    assert len(list(films.iterdir())) == 6


def test_no_other_file_is_replaced_by_the_list_of_results(films, tmp_path, cancel):
    before = (films / "a.png").read_bytes()
    for output in (films / "a.png", tmp_path / "notes.csv"):
        if not output.exists():
            output.write_text("file,status\nmine,too\n")
        with pytest.raises(JobFailed, match="not an earlier output of this kind"):
            drained(screen(films, output, small_model(), cancel))
    assert (films / "a.png").read_bytes() == before
    run(films, tmp_path, cancel)
    assert len(run(films, tmp_path, cancel).rows) == 3  # its own list is written again


def test_a_heat_map_is_never_scored_as_a_film(films, tmp_path, cancel):
    run(films, tmp_path, cancel, heatmaps=films)
    _, again = drained(screen(films, tmp_path / "again.csv", small_model(), cancel))  # which knows of no heat maps
    maps = [row for row in again.rows if row.file.endswith(".png.png") or row.file == "c.jpg.png"]
    assert len(maps) == 3
    assert {(row.status, row.reason) for row in maps} == {(Status.REFUSED, Reason.COLOUR_PHOTO)}
