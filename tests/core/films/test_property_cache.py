"""What the cache of film properties may answer."""

import json
import os
import sqlite3
from dataclasses import asdict, replace

import numpy as np
import pytest

from core.films import property_cache
from core.films.film_properties import read_properties
from core.films.property_cache import PropertyCache, _checksum, key_of
from core.system.app_folders import cache_folder
from core.system.errors import FilmUnreadable, Reason
from core.system.language import Language
from tests.factories import draw_film


@pytest.fixture
def film(tmp_path):
    path = tmp_path / "film.png"
    draw_film(1, 1, 96).save(path)
    return path


@pytest.fixture
def stored(film):
    """The database with the properties of a film and one pair of copies."""
    cache = PropertyCache()
    cache.store(film, key_of(film), read_properties(film))
    cache.store_pairs("set", [(0, 1)])
    cache.close()
    return cache_folder() / f"facts-{property_cache.VERSION}.sqlite"


def answers(film):
    cache = PropertyCache()
    found = cache.find(film), cache.find_pairs("set", 2)
    cache.close()
    return found


def is_whole(film, known):
    found, pairs = answers(film)
    return pairs == [(0, 1)] and replace(found, small=known.small) == known and np.array_equal(found.small, known.small)


def test_a_refusal_kept_in_another_language_is_not_known(tmp_path, monkeypatch):
    film = tmp_path / "film.png"
    film.touch()
    store = PropertyCache()
    store.store(film, key_of(film), FilmUnreadable(Reason.EMPTY_FILE, "It is empty."))
    assert store.find(film).sentence == "It is empty."
    monkeypatch.setattr("core.films.property_cache.current_language", lambda: Language.GERMAN)
    assert store.find(film) is None
    store.close()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE films SET facts = replace(facts, 'false', 'true')",
        "UPDATE films SET facts = '[' || facts || ']'",
        "UPDATE films SET facts = NULL, checksum = NULL",
        "UPDATE films SET small = zeroblob(4096)",
        "UPDATE films SET small = 7",
        "UPDATE films SET facts = CAST(x'fffe00' AS TEXT)",
        "UPDATE films SET checksum = 'x'",
        "DELETE FROM films",
        "DROP TABLE films",
        "DROP TABLE films; CREATE TABLE films (key BLOB PRIMARY KEY, facts TEXT)",
    ],
)
def test_a_changed_row_is_not_believed_and_made_anew(film, stored, change):
    known = read_properties(film)
    assert is_whole(film, known)
    with sqlite3.connect(stored) as connection:
        connection.executescript(change)
    connection.close()
    cache = PropertyCache()
    assert cache.find(film) is None
    cache.store(film, key_of(film), known)
    cache.store_pairs("set", [(0, 1)])
    cache.close()
    assert cache.problem is None
    assert is_whole(film, known)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("mean", float("nan")), ("chroma", float("inf")), ("border", 1.5), ("corners", -1.0), ("width", 3.5),
        ("width", True), ("is_raw", 1), ("sha256", 5), ("patient", None), ("tags", ["x"]), ("tags", {"Rows": 3}),
        ("age_years", "four"), ("jpeg_quality", -2), ("unknown", 1),
    ],
)  # fmt: skip
def test_values_that_no_film_has_are_not_believed_under_a_right_checksum(film, stored, name, value):
    content = asdict(read_properties(film))
    small = content.pop("small").tobytes()
    row = (key_of(film), json.dumps({**content, name: value}), small)
    with sqlite3.connect(stored) as connection:
        connection.execute("INSERT OR REPLACE INTO films VALUES (?, ?, ?, ?)", (*row, _checksum(*row)))
    connection.close()
    assert answers(film) == (None, [(0, 1)])


@pytest.mark.parametrize(
    "pairs", ["[[0, 2]]", "[[1, 0]]", "[[-1, 0]]", "[[0, true]]", "[[0, 1.0]]", "[0]", "{}1", "[" * 9999]
)
def test_pairs_that_cannot_be_are_not_believed(film, stored, pairs):
    with sqlite3.connect(stored) as connection:
        connection.execute("INSERT OR REPLACE INTO copies VALUES (?, ?, ?)", ("set", pairs, _checksum("set", pairs)))
    connection.close()
    assert answers(film)[1] is None


def test_a_file_that_is_damaged_anywhere_gives_no_wrong_answer_and_is_made_anew(film, stored):
    content, known = stored.read_bytes(), read_properties(film)
    for start in range(0, len(content), 1021):
        damaged = bytearray(content)
        damaged[start : start + 300] = bytes(byte ^ 0xA5 for byte in damaged[start : start + 300])
        stored.write_bytes(damaged)
        cache = PropertyCache()
        assert (found := cache.find(film)) is None or replace(found, small=known.small) == known
        assert cache.find_pairs("set", 2) in (None, [(0, 1)])
        cache.store(film, key_of(film), known)
        cache.store_pairs("set", [(0, 1)])
        cache.close()
        assert cache.problem is None
        assert is_whole(film, known)


def test_films_that_were_exchanged_are_not_taken_for_each_other(tmp_path):
    paths = [tmp_path / name for name in ("a.bmp", "b.bmp")]
    for seed, path in enumerate(paths):
        draw_film(seed, seed, 96).save(path)
    times = paths[0].stat().st_atime_ns, paths[0].stat().st_mtime_ns
    for path in paths:
        os.utime(path, ns=times)
    cache = PropertyCache()
    for path in paths:
        cache.store(path, key_of(path), read_properties(path))
    paths[0].rename(tmp_path / "c")
    paths[1].rename(paths[0])
    (tmp_path / "c").rename(paths[1])
    assert [cache.find(path) for path in paths] == [None, None]
    cache.close()
