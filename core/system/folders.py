"""Walk through folders of any depth."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path


def walk_folders(
    root: Path, on_error: Callable[[OSError], object] | None = None
) -> Iterator[tuple[Path, list[str], list[str]]]:
    """Yield each folder below `root`, itself first, with the names of its folders and of its files.

    Like os.walk from top to bottom, but with a stack: os.walk calls itself for each level and ends
    with a RecursionError below about a thousand. Links to folders are files here. Folders that are
    removed from the list of names are not entered.
    on_error: called with the error of each folder that cannot be listed.
    """
    waiting = [root]
    while waiting:
        parent = waiting.pop()
        try:
            with os.scandir(parent) as entries:
                listed = [(entry.name, _is_folder(entry)) for entry in entries]
        except OSError as error:
            if on_error is not None:
                on_error(error)
            continue
        folders = [name for name, is_folder in listed if is_folder]
        yield parent, folders, [name for name, is_folder in listed if not is_folder]
        waiting += [parent / name for name in reversed(folders)]


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False
