"""Facts of films that were read before, kept in the cache folder by path, size and time. Holds no name and no path."""

import hashlib
import json
import os
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

import numpy as np

from core.films.film_properties import SMALL_PX, FilmProperties
from core.system.app_folders import cache_folder
from core.system.errors import FilmUnreadable, Reason
from core.system.language import Language, current_language, marked, tr

MAX_BYTES: Final = 2_000_000_000  # about 400,000 films; beyond, the file is begun anew
VERSION: Final = 2  # raised whenever FilmFacts or what is measured changes
NOT_KEPT: Final = marked("What was read cannot be kept for the next time ({error}).")
Answer = FilmProperties | FilmUnreadable


class PropertyCache:
    """A SQLite file in the cache folder. What cannot be kept is only slower: `trouble` then says why."""

    def __init__(self) -> None:
        self.trouble: str | None = None
        self._connection: sqlite3.Connection | None = None
        path = cache_folder() / f"facts-{VERSION}.sqlite"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.exists() and path.stat().st_size > MAX_BYTES:
                path.unlink()
            self._connection = _opened(path)
        except (OSError, sqlite3.Error) as error:
            self.trouble = tr(NOT_KEPT, error=error)

    def known(self, path: Path) -> Answer | None:
        """What is known about the file as it is now, None where it is new, changed or refused in another language."""
        key = _key_of(path)
        if self._connection is None or key is None:
            return None
        try:
            row = self._connection.execute("SELECT facts, small FROM films WHERE key = ?", (key,)).fetchone()
            return None if row is None else _answer_of(*row)
        except (sqlite3.Error, ValueError, KeyError, TypeError):
            return None  # a damaged row is read anew

    def keep(self, path: Path, answer: Answer) -> None:
        """Keep an answer; nothing that may be otherwise at the next try, such as a missing permission."""
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

    def known_pairs(self, key: str) -> list[tuple[int, int]] | None:
        """Pairs of near copies that were found among the same films before."""
        if self._connection is None:
            return None
        try:
            row = self._connection.execute("SELECT pairs FROM copies WHERE key = ?", (key,)).fetchone()
            return None if row is None else [(int(one), int(other)) for one, other in json.loads(row[0])]
        except (sqlite3.Error, ValueError, TypeError):
            return None

    def keep_pairs(self, key: str, pairs: Sequence[tuple[int, int]]) -> None:
        self._write("INSERT OR REPLACE INTO copies VALUES (?, ?)", (key, json.dumps(pairs)))

    def save(self) -> None:
        """Make sure that what was kept so far survives."""
        if self._connection is not None:
            try:
                self._connection.commit()
            except sqlite3.Error as error:
                self.trouble = tr(NOT_KEPT, error=error)

    def close(self) -> None:
        self.save()
        if self._connection is not None:
            self._connection.close()

    def _write(self, statement: str, values: tuple[object, ...]) -> None:
        if self._connection is None or self.trouble:
            return
        try:
            self._connection.execute(statement, values)
        except sqlite3.Error as error:
            self.trouble = tr(NOT_KEPT, error=error)


def _opened(path: Path) -> sqlite3.Connection:
    """The database with its tables; a damaged file is replaced, for it holds nothing that cannot be read again."""
    try:
        return _with_tables(path)
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            raise
        path.unlink()
        return _with_tables(path)


def _with_tables(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=5)
    try:
        connection.execute("CREATE TABLE IF NOT EXISTS films (key BLOB PRIMARY KEY, facts TEXT, small BLOB)")
        connection.execute("CREATE TABLE IF NOT EXISTS copies (key TEXT PRIMARY KEY, pairs TEXT)")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _key_of(path: Path) -> bytes | None:
    """A one-way code of path, size and time of change; None for a file that is not there."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    text = b"%s %d %d" % (os.fsencode(path.absolute()), status.st_size, status.st_mtime_ns)
    return hashlib.sha256(text).digest()[:16]


def _answer_of(facts: str, small: bytes) -> Answer | None:
    """What a row tells; None for a refusal whose sentence is not in the spoken language."""
    content = json.loads(facts)
    if "reason" in content:
        is_spoken = content.get("language", Language.ENGLISH.value) == current_language().value
        return FilmUnreadable(Reason(content["reason"]), content["sentence"]) if is_spoken else None
    pixels = np.frombuffer(small, np.uint8).reshape(SMALL_PX, SMALL_PX)
    return FilmProperties(**content, small=pixels)
