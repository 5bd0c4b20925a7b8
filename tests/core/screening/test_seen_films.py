"""What the reader has seen is remembered by the films' content, so that no later call counts as blind."""

import pytest

from core.screening.seen_films import SeenFilms, append_seen, read_seen, seen_path
from core.system.errors import JobFailed


def test_only_new_films_are_saved_and_those_of_earlier_sessions_count():
    saved = []
    seen = SeenFilms(saved.append)
    seen.load({"a"})
    seen.add(["a", "b", ""])
    seen.add(["b"])
    assert saved == [("b",)]
    assert [seen.has_seen(code) for code in ("a", "b", "c")] == [True, True, False]


def test_without_proof_every_film_counts_as_seen():
    seen = SeenFilms(lambda _: None)
    assert seen.has_seen("a")
    seen.load(())
    assert not seen.has_seen("a")
    assert seen.has_seen("")
    seen.is_known = False
    assert seen.has_seen("a")


def test_films_are_read_back_without_a_torn_line(tmp_path):
    path = seen_path(tmp_path)
    assert read_seen(path) == set()
    append_seen(path, ("0a", "1b"))
    append_seen(path, ("2c",))
    with path.open("a") as stream:
        stream.write("3d")
    assert read_seen(path) == {"0a", "1b", "2c"}
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("content", ["mine", "name,value\na,1\n", ""])
def test_a_file_of_another_kind_is_neither_written_nor_believed(tmp_path, content):
    path = seen_path(tmp_path)
    path.write_text(content)
    with pytest.raises(JobFailed, match="no call counts as blind"):
        read_seen(path)
    if content:
        with pytest.raises(JobFailed):
            append_seen(path, ("0a",))
        assert path.read_text() == content
