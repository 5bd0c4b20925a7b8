"""Cache of film properties, keyed by hashes of path, size and time; stores no name and no path."""

import hashlib
import json
import os
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

import numpy as np

from core.films.film_properties import FilmProperties
from core.films.outline import SMALL_PX
from core.system.app_folders import cache_folder
from core.system.errors import FilmUnreadable, Reason
from core.system.language import Language, current_language, marked, tr

MAX_BYTES: Final = 2_000_000_000  # about 400,000 films; a larger file is deleted and started again
VERSION: Final = 3  # to be raised whenever FilmProperties or its measurements change
NOT_KEPT: Final = marked("Film properties could not be cached for the next time ({error}).")
Answer = FilmProperties | FilmUnreadable


class PropertyCache:
    """A SQLite file in the cache folder.

    Without it films are only read again. problem: a sentence on why nothing can be stored, or None.
    """

    def __init__(self) -> None:
        self.problem: str | None = None
        self._connection: sqlite3.Connection | None = None
        path = cache_folder() / f"facts-{VERSION}.sqlite"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.exists() and path.stat().st_size > MAX_BYTES:
                path.unlink()
            self._connection = _open_database(path)
        except (OSError, sqlite3.Error) as error:
            self.problem = tr(NOT_KEPT, error=error)

    def find(self, path: Path) -> Answer | None:
        """Return the stored answer for the file's present state.

        None if the file is new or changed, or if its error is worded in another language.
        """
        key = _key_of(path)
        if self._connection is None or key is None:
            return None
        try:
            row = self._connection.execute("SELECT facts, small FROM films WHERE key = ?", (key,)).fetchone()
            return None if row is None else _parse_row(*row)
        except (sqlite3.Error, ValueError, KeyError, TypeError):
            return None  # the film of a damaged row is read again

    def store(self, path: Path, answer: Answer) -> None:
        """Store an answer, except an error that may pass, such as a missing permission."""
        key = _key_of(path)
        if key is None or (isinstance(answer, FilmUnreadable) and answer.may_be_retried):
            return
        if isinstance(answer, FilmUnreadable):
            content = {"reason": answer.reason.value, "sentence": answer.sentence, "language": current_language().value}
            small = b""
        else:
            content, small = asdict(answer), answer.small.tobytes()
            del content["small"]
        self._write("INSERT OR REPLACE INTO films VALUES (?, ?, ?)", (key, json.dumps(content), small))

    def find_pairs(self, key: str) -> list[tuple[int, int]] | None:
        """Return the stored pairs of near duplicates in the set of films `key`, None if unknown."""
        if self._connection is None:
            return None
        try:
            row = self._connection.execute("SELECT pairs FROM copies WHERE key = ?", (key,)).fetchone()
            return None if row is None else [(int(first), int(second)) for first, second in json.loads(row[0])]
        except (sqlite3.Error, ValueError, TypeError):
            return None

    def store_pairs(self, key: str, pairs: Sequence[tuple[int, int]]) -> None:
        """Store the pairs of near duplicates, as indices into the set of films `key`."""
        self._write("INSERT OR REPLACE INTO copies VALUES (?, ?)", (key, json.dumps(pairs)))

    def save(self) -> None:
        """Commit what was stored so far, so that it survives a crash."""
        if self._connection is not None:
            try:
                self._connection.commit()
            except sqlite3.Error as error:
                self.problem = tr(NOT_KEPT, error=error)

    def close(self) -> None:
        self.save()
        if self._connection is not None:
            self._connection.close()

    def _write(self, statement: str, values: tuple[object, ...]) -> None:
        if self._connection is None or self.problem:
            return
        try:
            self._connection.execute(statement, values)
        except sqlite3.Error as error:
            self.problem = tr(NOT_KEPT, error=error)


def _open_database(path: Path) -> sqlite3.Connection:
    """Open the database; replace a damaged file, whose content can be read from the films again."""
    try:
        return _open_with_tables(path)
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            raise
        path.unlink()
        return _open_with_tables(path)


def _open_with_tables(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=5)
    try:
        connection.execute("CREATE TABLE IF NOT EXISTS films (key BLOB PRIMARY KEY, facts TEXT, small BLOB)")
        connection.execute("CREATE TABLE IF NOT EXISTS copies (key TEXT PRIMARY KEY, pairs TEXT)")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _key_of(path: Path) -> bytes | None:
    """Return a one-way hash of path, size and modification time; None if the file is missing."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    text = b"%s %d %d" % (os.fsencode(path.absolute()), status.st_size, status.st_mtime_ns)
    return hashlib.sha256(text).digest()[:16]


def _parse_row(facts: str, small: bytes) -> Answer | None:
    """Return the answer in a row; None for an error that is worded in another language."""
    content = json.loads(facts)
    if "reason" in content:
        if content.get("language", Language.ENGLISH.value) != current_language().value:
            return None
        return FilmUnreadable(Reason(content["reason"]), content["sentence"])
    pixels = np.frombuffer(small, np.uint8).reshape(SMALL_PX, SMALL_PX)
    return FilmProperties(**content, small=pixels)
