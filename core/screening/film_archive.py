"""Move answered films into an archive, so that a crash at any moment neither loses nor doubles one.

Before anything happens to a film, its row and the name that it gets in the archive are on the disk.
Then it is renamed. If the archive is on another disk, the film is copied, the hash of the copy is
compared, and only then the original is removed. No file is replaced: a name that is taken gets a number.
"""

import errno
import os
import re
import shutil
import threading
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Final

from core.screening.events import LedgerRow, Status
from core.screening.file_state import FileState, FilmPlace, has_content_of, hash_file, observe
from core.screening.folder_listing import ListedFile, escape_path, path_of_name
from core.system.errors import JobFailed, Reason
from core.system.file_locks import lock_output
from core.system.files import (
    PRIVATE,
    TEMPORARY_SUFFIX,
    check_writable,
    explain_write_errors,
    flush_folder,
    make_folder,
    temporary_prefix,
    write_atomically,
)
from core.system.language import tr

ANSWERED: Final = frozenset({Status.SCORED, Status.REFUSED})  # what failed stays, to be read again
SUFFIX: Final = re.compile(r"(\.[A-Za-z]\w{0,4})?$")  # of a file's name, not the last number of a UID


def check_archive(folder: Path, archive: Path) -> None:
    """Raise JobFailed if films cannot, or must not, be moved from a folder into an archive."""
    inbox, target = Path(os.path.realpath(folder)), Path(os.path.realpath(archive))
    if inbox.is_relative_to(target) or target.is_relative_to(inbox):
        sentence = tr(
            "Films cannot be moved from {folder} to {archive}: one contains the other.",
            folder=folder,
            archive=archive,
        )
        raise JobFailed(Reason.OUTPUT_NOT_WRITABLE, sentence)
    check_writable(archive, private=True)


def name_files(files: Mapping[str, ListedFile], rows: Mapping[str, LedgerRow]) -> Mapping[str, ListedFile]:
    """Return listed files by the names that their rows have or will have.

    A film that arrives under the name of one that was moved is another film: it gets a number.
    """
    if not any(row.place.is_moved for row in rows.values()):
        return files
    owners = {row.name_in_folder: row.file for row in rows.values() if not row.place.is_moved}
    named: dict[str, ListedFile] = {}
    newcomers: list[str] = []
    for name, item in files.items():
        owner = owners.get(name)
        if owner is None and name in rows:
            newcomers.append(name)
        else:
            named[owner or name] = _name_file(item, owner or name)
    for arrived_as in newcomers:
        name = next(name for name in _number(arrived_as) if not (name in rows or name in named or name in files))
        named[name] = _name_file(files[arrived_as], name)
    return named


def _name_file(item: ListedFile, name: str) -> ListedFile:
    return item if name == item.name else replace(item, name=name, arrived_as=item.name)


def _number(name: str) -> Iterator[str]:
    """Yield a name, then the same with a number before its suffix: 2, 3, ..."""
    yield name
    stem = SUFFIX.sub("", name)
    for number in count(2):
        yield f"{stem}-{number}{name[len(stem) :]}"


def find_moved(
    folder: Path, rows: Iterable[LedgerRow], states: Mapping[str, FileState], files: Mapping[str, ListedFile]
) -> dict[str, FileState]:
    """Return the new states of films whose move was complete when a crash kept that from being written.

    files: by their names in the folder. If there are none, its share may be disconnected: nothing is known then.
    """
    moved = {}
    for row in rows if files else ():
        if row.place.is_moved or not row.place.moved_to:
            continue
        item, state = files.get(row.name_in_folder), states[row.file]
        is_original = item is not None and item.state is not None and item.state.looks_like(state)
        if not is_original and _is_film(path_of_name(folder, row.place.moved_to), state):
            moved[row.file] = _mark_moved(state)
    return moved


def _mark_moved(state: FileState) -> FileState:
    """Return the state of a film whose move is complete."""
    return replace(state, place=replace(state.place, is_moved=True))


def _is_film(path: Path, state: FileState) -> bool:
    """Whether a file has the content of a film whose hash is known."""
    return has_content_of(path, observe(path), state)


class FilmArchive:
    """Moves films from the folder that is screened into an archive."""

    def __init__(self, folder: Path, archive: Path) -> None:
        self._folder, self._archive = folder, Path(os.path.normpath(archive.absolute()))
        self._told: set[str] = set()

    def move_answered(
        self,
        rows: Iterable[LedgerRow],
        states: Mapping[str, FileState],
        record: Callable[[dict[str, FileState]], None],
        cancel: threading.Event,
    ) -> Iterator[str]:
        """Move the films of these rows that are answered; yield each reason why one cannot be moved once.

        record: called with new states, by name, before films are moved and after each one; they must be
        on the disk when it returns. A film that changed since it was read is left where it is, and so
        are links.
        """
        films = {row.file: row for row in rows if row.status in ANSWERED and not row.place.is_moved}
        if not films or cancel.is_set():
            return
        try:
            with self._lock():
                chosen = self._choose_places(films.values(), states)
                record({name: state for name, state in chosen.items() if state.place != films[name].place})
                for name, state in chosen.items():
                    if cancel.is_set():
                        return
                    try:
                        if self._move(films[name], state):
                            record({name: _mark_moved(state)})
                    except JobFailed as error:
                        if error.reason is Reason.DISK_FULL:
                            raise
                        yield from self._tell_once(error)
        except JobFailed as error:
            if error.reason is not Reason.IN_USE:  # another program moves films there: the next time
                yield from self._tell_once(error)

    def _tell_once(self, error: JobFailed) -> Iterator[str]:
        if error.sentence not in self._told:
            self._told.add(error.sentence)
            yield error.sentence

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """Let no other program move films into the archive. Raises JobFailed, also if there is no archive."""
        if not self._archive.is_dir():  # a folder must not be made where a share is disconnected
            raise JobFailed(Reason.OUTPUT_NOT_WRITABLE, tr("{folder} is not a folder.", folder=self._archive))
        with lock_output(self._archive):
            yield

    def _choose_places(self, rows: Iterable[LedgerRow], states: Mapping[str, FileState]) -> dict[str, FileState]:
        """Return those of the films that can be moved now, by name: their states with the places they get."""
        chosen: dict[str, FileState] = {}
        taken: set[Path] = set()
        for row in rows:
            state, source = states.get(row.file), self._find_source(row)
            if state is not None and observe(source).looks_like(state) and not source.is_symlink():
                state = replace(state, sha256=state.sha256 or hash_file(source))
                target = self._choose_target(row, state, taken)
                taken.add(target)
                chosen[row.file] = replace(state, place=FilmPlace(row.place.arrived_as, escape_path(target)))
        return chosen

    def _find_source(self, row: LedgerRow) -> Path:
        return path_of_name(self._folder, row.name_in_folder)

    def _choose_target(self, row: LedgerRow, state: FileState, taken: Container[Path]) -> Path:
        """Return a path in the archive that is free, or was chosen before and is free of other films."""
        before = Path(os.path.normpath(path_of_name(self._archive, row.place.moved_to)))
        if row.place.moved_to and before.is_relative_to(self._archive) and before not in taken:
            is_free = not os.path.lexists(before) or observe(before).size == 0
            if is_free or _is_film(before, state):
                return before  # of a move that was interrupted, or failed
        wanted = Path(os.path.normpath(path_of_name(self._archive, row.file)))
        if not wanted.is_relative_to(self._archive):  # in a list that somebody changed
            wanted = self._archive / wanted.name
        paths = (wanted.with_name(name) for name in _number(wanted.name))
        return next(path for path in paths if path not in taken and not os.path.lexists(path))

    def _move(self, row: LedgerRow, state: FileState) -> bool:
        """Move a film to the place in `state`, from `_choose_places`; return False if it changed meanwhile.

        Raises JobFailed if it cannot be moved; then it is still in its folder.
        """
        source, target = self._find_source(row), path_of_name(self._archive, state.place.moved_to)
        with explain_write_errors(target):
            make_folder(target.parent)
            is_copied = _is_film(target, state)  # before a crash
            if not is_copied and not observe(source).looks_like(state):
                return False
            is_renamed = not is_copied and _rename(source, target)
            if is_renamed and not _has_size_and_time(target, state):  # its sender replaced it that very moment
                _put_back(target, source)
                return False
            is_there = is_copied or is_renamed or _copy(source, target, state)
            flush_folder(target.parent)
        with explain_write_errors(source):
            if is_there and not is_renamed:
                if not observe(source).looks_like(state):
                    return False
                with suppress(OSError):  # some shares keep no times and permissions
                    shutil.copystat(source, target)
                source.unlink()
            flush_folder(source.parent)
        return is_there


def _has_size_and_time(path: Path, state: FileState) -> bool:
    """Whether a renamed file is that of `state`; renaming may change the time of the last change of any kind."""
    present = observe(path)
    return (present.size, present.modified_ns) == (state.size, state.modified_ns)


def _put_back(target: Path, source: Path) -> None:
    """Give a film that was not read its name in the folder again, unless a newer one has it. Raises OSError."""
    with suppress(FileExistsError):
        os.link(target, source)
        target.unlink()


def _rename(source: Path, target: Path) -> bool:
    """Rename a film to a new file; return False, with an empty file, if that is on another disk. Raises OSError."""
    _reserve(target)
    try:
        source.replace(target)
    except OSError as error:
        if error.errno == errno.EXDEV:
            return False
        target.unlink()
        raise
    return True


def _reserve(target: Path) -> None:
    """Make an empty file that nobody else can make then. Raises FileExistsError if there is another file."""
    try:
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE))
    except FileExistsError:
        if target.stat().st_size:
            raise
        # our own, of a move that a crash interrupted; it may have left the beginning of a copy, too
        for path in target.parent.iterdir():
            if path.name.startswith(temporary_prefix(target)) and path.name.endswith(TEMPORARY_SUFFIX):
                path.unlink()


def _copy(source: Path, target: Path, state: FileState) -> bool:
    """Copy a film over an empty file; return False, and leave none, if it is no longer that of `state`.

    Raises OSError or JobFailed.
    """
    is_film = False
    try:
        with source.open("rb") as stream:
            write_atomically(target, lambda copy: shutil.copyfileobj(stream, copy))
        is_film = _is_film(target, state)
    finally:
        if not is_film:
            target.unlink(missing_ok=True)
    return is_film
