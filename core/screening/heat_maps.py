"""The files of heat maps: named after their films, marked as ours, and never in place of another file."""

import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from PIL import Image

from core.films.images import HEAT_MAP, has_mark, write_marked
from core.screening.folder_listing import ListedFile
from core.system.errors import JobFailed, Reason
from core.system.files import sha256_of_text
from core.system.language import tr

MAX_NAME_BYTES: Final = 242  # of a file name; file systems take 255
MAX_PATH_BYTES: Final = (1024 if sys.platform == "darwin" else 4096) - 300  # with room for its temporary file


def heat_map_path(folder: Path, name: str) -> Path:
    """Return the path of a film's heat map.

    name: in the ledger; a long one is cut and hashed. Below folders with too long a path together
    the heat map lies in `folder` itself.
    """
    path = folder / f"{name}.png"
    is_deep = len(os.fsencode(path.absolute())) > MAX_PATH_BYTES
    if not is_deep and len(path.name.encode()) <= MAX_NAME_BYTES:
        return path
    cut = f"{path.name[: MAX_NAME_BYTES // 8]}-{sha256_of_text(name)[:16]}.png"
    return folder / cut if is_deep else path.with_name(cut)


def is_heat_map(path: Path) -> bool:
    """Return True if a file is a heat map that this program wrote."""
    return has_mark(path, HEAT_MAP)


def _check_heat_maps(folder: Path, names: Iterable[str]) -> None:
    """Raise JobFailed if a heat map of these films would replace a file of another kind."""
    for path in (heat_map_path(folder, name) for name in names):
        if path.exists() and not is_heat_map(path):
            sentence = tr("{path} exists and is not a heat map of this program. Choose another folder.", path=path)
            raise JobFailed(Reason.OUTPUT_NOT_WRITABLE, sentence)


def drop_heat_maps(files: Mapping[str, ListedFile], folder: Path) -> dict[str, ListedFile]:
    """Return listed files without the heat maps in `folder`; other files there are films like all.

    Raises JobFailed if the heat map of one of them would replace a file of another kind.
    """
    real = os.path.realpath(folder)
    own = {
        name
        for name, item in files.items()
        if item.path.suffix == ".png" and Path(os.path.realpath(item.path.parent)).is_relative_to(real)
        if is_heat_map(item.path)
    }
    films = {name: item for name, item in files.items() if name not in own}
    _check_heat_maps(folder, films)
    return films


def write_heat_map(path: Path, picture: Image.Image) -> None:
    """Write a heat map with its mark. Raises JobFailed."""
    write_marked(path, picture, HEAT_MAP)


def remove_heat_map(path: Path) -> None:
    """Remove a heat map that no longer holds; any other file stays."""
    if is_heat_map(path):
        path.unlink(missing_ok=True)
