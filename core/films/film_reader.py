"""Read any film file as one upright grey picture, or raise FilmUnreadable with the reason.

Every part of the program reads films through this module, so that a film is the same picture in
training, evaluation, screening and on the screen.
"""

from pathlib import Path
from typing import BinaryIO

from core.films.dicom_file import is_dicom
from core.films.film import Film
from core.films.images import MAX_PIXELS, Grey, check_shape, explain_read_errors, open_regular, squash
from core.films.isolated_decoders import read_dicom_isolated
from core.films.pictures import read_picture


def read_film(path: Path) -> Film:
    """Return the film in `path`. Raises FilmUnreadable; a partly decoded film is never returned."""
    with explain_read_errors(), open_regular(path) as stream:
        return read_stream(stream)


def read_stream(stream: BinaryIO) -> Film:
    """Do what `read_film` does for an open file; call it inside `explain_read_errors`."""
    film = read_dicom_isolated(stream, MAX_PIXELS) if is_dicom(stream) else read_picture(stream)
    check_shape(film.pixels)
    return film


def read_pixels(path: Path) -> Grey:
    """Return the pixels of the film in `path`, (height, width) uint8."""
    return read_film(path).pixels


def read_square(path: Path, size_px: int) -> Grey:
    """Return the film in `path` resized to (size_px, size_px) uint8, as `squash` does."""
    return squash(read_film(path).pixels, size_px)
