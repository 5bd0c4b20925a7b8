"""Cache of film properties, keyed by hashes of path, size and times; stores no name and no path.

Whatever is damaged is measured again from the films: every row carries a checksum, and a file that
is no database of this version is begun anew.
"""

import hashlib
import json
import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np

from core.films.film_properties import FilmProperties
from core.films.outline import SMALL_PX
from core.system.app_folders import cache_folder
from core.system.error_messages import format_cause
from core.system.errors import FilmUnreadable, Reason
from core.system.files import make_folder, open_private
from core.system.json_records import parse_record
from core.system.language import current_language, marked, tr

MAX_BYTES: Final = 2_000_000_000  # about 400,000 films; a larger file is deleted and started again
VERSION: Final = 4  # to be raised whenever FilmProperties or its measurements change
NOT_KEPT: Final = marked("Film properties could not be cached for the next time ({error}).")
TABLES: Final = {
    "films": "key BLOB PRIMARY KEY, facts TEXT, small BLOB, checksum BLOB",
    "copies": "key TEXT PRIMARY KEY, pairs TEXT, checksum BLOB",
}
# of a file whose content is not what this program wrote; other errors are those of disks and locks
DAMAGE_CODES: Final = frozenset(
    {sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_FORMAT, sqlite3.SQLITE_NOTADB}
)
# the largest values of properties; the smallest is 0
MOST: Final = {"border": 1, "corners": 255, "edges": 255, "mean": 255, "chroma": 255}
PRIMARY_CODE: Final = 0xFF  # of an extended result code of SQLite
Answer = FilmProperties | FilmUnreadable


class PropertyCache:
    """A SQLite file in the cache folder.

    Without it films are only read again. problem: a sentence on why nothing can be stored, or None.
    """

    def __init__(self) -> None:
        self.problem: str | None = None
        self._known: dict[Path, bytes] = {}  # keys of films whose answer was found or stored here
        self._connection: sqlite3.Connection | None = None
        self._path = cache_folder() / f"facts-{VERSION}.sqlite"
        try:
            make_folder(self._path.parent)
            if self._path.exists() and self._path.stat().st_size > MAX_BYTES:
                self._path.unlink()
            self._connection = _open_database(self._path)
        except (OSError, sqlite3.Error) as error:
            self.problem = tr(NOT_KEPT, error=format_cause(error))

    def find(self, path: Path) -> Answer | None:
        """Return the stored answer for the file's present state.

        None if the file is new or changed, or if its error is worded in another language.
        """
        key = key_of(path)
        row = None if key is None else self._find_row("SELECT facts, small, checksum FROM films WHERE key = ?", key)
        try:
            answer = None if row is None else _parse_row(*row)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None
        if key is not None and answer is not None:
            self._known[path] = key
        return answer

    def is_current(self, path: Path) -> bool:
        """Return whether a film is still as it was when its answer was found or stored."""
        return path in self._known and self._known[path] == key_of(path)

    def store(self, path: Path, key: bytes | None, answer: Answer) -> None:
        """Store what was read of a film, except an error that may pass, such as a missing permission.

        key: of the file before it was read. A file that has changed since is not stored: what was
        read may be of its earlier content, or of its present one.
        """
        if key is None or key != key_of(path) or (isinstance(answer, FilmUnreadable) and answer.may_be_retried):
            return
        if isinstance(answer, FilmUnreadable):
            content = {"reason": answer.reason.value, "sentence": answer.sentence, "language": current_language().value}
            small = b""
        else:
            content, small = asdict(answer), answer.small.tobytes()
            del content["small"]
        self._write_row("films", key, json.dumps(content), small)
        self._known[path] = key

    def find_pairs(self, key: str, films: int) -> list[tuple[int, int]] | None:
        """Return the stored pairs of near duplicates in the set of films `key`, None if unknown.

        films: how many are in the set; the pairs are of indices below it.
        """
        row = self._find_row("SELECT pairs, checksum FROM copies WHERE key = ?", key)
        try:
            pairs = None if row is None else [(first, second) for first, second in json.loads(row[0])]
        except (ValueError, TypeError, RecursionError):
            return None
        if pairs is None or not all(type(i) is type(j) is int and 0 <= i < j < films for i, j in pairs):
            return None
        return pairs

    def store_pairs(self, key: str, pairs: Sequence[tuple[int, int]]) -> None:
        """Store the pairs of near duplicates, as indices into the set of films `key`."""
        self._write_row("copies", key, json.dumps([(int(first), int(second)) for first, second in pairs]))

    def save(self) -> None:
        """Commit what was stored so far, so that it survives a crash of the program."""
        if self._connection is not None:
            try:
                self._connection.commit()
            except sqlite3.Error as error:
                if _is_damage(error):
                    self._begin_anew()
                else:
                    self.problem = tr(NOT_KEPT, error=format_cause(error))

    def close(self) -> None:
        self.save()
        if self._connection is not None:
            self._connection.close()

    def _find_row(self, query: str, key: bytes | str) -> tuple[Any, ...] | None:
        """Return the values of a row without its checksum, None if there is none or all are damaged."""
        if self._connection is None:
            return None
        try:
            row = self._connection.execute(query, (key,)).fetchone()
        except sqlite3.Error as error:
            if _is_damage(error):
                self._begin_anew()
            return None
        if row is not None and row[-1] != _checksum(key, *row[:-1]):
            self._begin_anew()
            return None
        return None if row is None else row[:-1]

    def _write_row(self, table: str, key: bytes | str, *values: str | bytes) -> None:
        if self._connection is None or self.problem:
            return
        row = (key, *values, _checksum(key, *values))
        try:
            self._connection.execute(f"INSERT OR REPLACE INTO {table} VALUES ({', '.join('?' * len(row))})", row)
        except sqlite3.Error as error:
            if _is_damage(error):
                self._begin_anew()
            else:
                self.problem = tr(NOT_KEPT, error=format_cause(error))

    def _begin_anew(self) -> None:
        """Replace a file that turned out to be damaged by an empty one."""
        assert self._connection is not None
        self._connection.close()
        self._connection = None
        try:
            self._connection = _begin_database(self._path)
        except (OSError, sqlite3.Error) as error:
            self.problem = tr(NOT_KEPT, error=format_cause(error))


def _is_damage(error: sqlite3.Error) -> bool:
    code = getattr(error, "sqlite_errorcode", None)  # missing where Python raised the error itself
    return code is not None and code & PRIMARY_CODE in DAMAGE_CODES


def _open_database(path: Path) -> sqlite3.Connection:
    """Open the database, or begin it anew if the file is damaged."""
    try:
        return _open_with_tables(path)
    except sqlite3.Error as error:
        if not _is_damage(error):
            raise
        return _begin_database(path)


def _begin_database(path: Path) -> sqlite3.Connection:
    """Replace a damaged file by an empty database: its content can be read from the films again."""
    for part in (path, path.with_name(path.name + "-journal")):
        part.unlink(missing_ok=True)
    return _open_with_tables(path)


def _open_with_tables(path: Path) -> sqlite3.Connection:
    os.close(open_private(path, os.O_RDWR))  # SQLite itself would let everybody read it
    connection = sqlite3.connect(path, timeout=5)
    try:
        # Flushing costs more than it saves: what a power cut damages has a wrong checksum, and is measured again.
        # The journal stays, so that a program that is killed loses nothing.
        connection.execute("PRAGMA synchronous = OFF")
        for name, columns in TABLES.items():
            connection.execute(f"CREATE TABLE IF NOT EXISTS {name} ({columns})")
            with closing(connection.execute(f"SELECT checksum FROM {name} LIMIT 1")) as rows:
                rows.fetchone()
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def key_of(path: Path) -> bytes | None:
    """Return the key of a file's present state, a one-way hash of path, size and times; None if it is missing.

    The time of change is part of it because no program can set it back: files that were exchanged
    may have each other's size and time of modification.
    """
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    parts = (os.fsencode(path.absolute()), status.st_size, status.st_mtime_ns, status.st_ctime_ns)
    return hashlib.sha256(b"%s %d %d %d" % parts).digest()[:16]


def _checksum(*values: str | bytes) -> bytes:
    """Return the SHA-256 of a row's key and values, with their lengths and types."""
    digest = hashlib.sha256()
    for value in values:
        content = value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")
        digest.update(b"%s %d " % (type(value).__name__.encode(), len(content)) + content)
    return digest.digest()


def _parse_row(facts: str, small: bytes) -> Answer | None:
    """Return the answer in a row; None for an error that is worded in another language.

    Raises ValueError, KeyError or TypeError for values that no film has.
    """
    content = json.loads(facts)
    if "reason" in content:
        if content["language"] != current_language().value:
            return None
        return FilmUnreadable(Reason(content["reason"]), str(content["sentence"]))
    properties = parse_record(FilmProperties, content, small=np.frombuffer(small, np.uint8).reshape(SMALL_PX, SMALL_PX))
    for name in content:
        value = getattr(properties, name)
        if isinstance(value, int | float) and not 0 <= value <= MOST.get(name, value):
            raise ValueError(name)
    return properties
