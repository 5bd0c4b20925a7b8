"""What the cache of film properties may answer."""

from core.films.property_cache import PropertyCache
from core.system.errors import FilmUnreadable, Reason
from core.system.language import Language


def test_a_refusal_kept_in_another_language_is_not_known(tmp_path, monkeypatch):
    film = tmp_path / "film.png"
    film.touch()
    store = PropertyCache()
    store.store(film, FilmUnreadable(Reason.EMPTY_FILE, "It is empty."))
    assert store.find(film).sentence == "It is empty."
    monkeypatch.setattr("core.films.property_cache.current_language", lambda: Language.GERMAN)
    assert store.find(film) is None
    store.close()
