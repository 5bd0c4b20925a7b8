"""What the reader has seen is remembered, so that no later call counts as blind."""

import pytest

from core.screening.seen_films import SeenFilms, append_seen, read_seen, seen_path
from core.system.errors import JobFailed


def test_a_film_is_saved_once(tmp_path):
    saved = []
    seen = SeenFilms({"a.png"}, saved.append)
    for file in ("a.png", "b.png", "b.png"):
        seen.add(file)
    assert saved == ["b.png"]
    assert [seen.has_seen(file) for file in ("a.png", "b.png", "c.png")] == [True, True, False]


def test_a_list_that_shows_its_answers_is_seen_whole(tmp_path):
    path = seen_path(tmp_path / "r.csv")
    seen = SeenFilms((), lambda file: append_seen(path, file))
    seen.add("a.png")
    seen.add_whole_list()
    seen.add("b.png")
    assert len(path.read_text("utf-8").splitlines()) == 3
    assert SeenFilms(read_seen(path), lambda _: None).has_seen("anything.png")


@pytest.mark.parametrize("name", ["=1+1.png", "ä/é.png", 'a,"b".png', "'-x.png"])
def test_every_name_is_read_back(tmp_path, name):
    path = seen_path(tmp_path / "r.csv")
    append_seen(path, name)
    assert read_seen(path) == {name}


def test_a_torn_line_is_dropped_and_a_missing_file_is_empty(tmp_path):
    path = seen_path(tmp_path / "r.csv")
    assert read_seen(path) == set()
    append_seen(path, "a.png")
    with path.open("a") as stream:
        stream.write("b.p")
    assert read_seen(path) == {"a.png"}


def test_a_file_of_another_kind_is_neither_written_nor_believed(tmp_path):
    path = seen_path(tmp_path / "r.csv")
    path.write_text("mine")
    with pytest.raises(JobFailed):
        append_seen(path, "a.png")
    assert path.read_text() == "mine"
    path.unlink()
    path.mkdir()
    with pytest.raises(JobFailed, match="films whose answer was seen, cannot be read"):
        read_seen(path)
