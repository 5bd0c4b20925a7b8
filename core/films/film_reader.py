"""Read any film file as one upright grey picture, or raise FilmUnreadable with the reason.

Every part of the program reads films through this module, so that a film is the same picture in
training, evaluation, screening and on the screen.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from core.films.dicom_file import is_dicom
from core.films.film_facts import FilmFacts
from core.films.images import MAX_PIXELS, Grey, check_shape, explain_read_errors, open_regular, squash
from core.films.isolated_decoders import read_dicom_isolated
from core.films.pictures import read_picture


@dataclass(frozen=True, slots=True, eq=False)
class Film:
    """A film as it was read.

    pixels: (height, width) uint8, upright, dense tissue white, every pixel of the file. chroma: RMS
    chroma, 0..127, apart from a uniform tint. facts: what the file says.
    """

    pixels: Grey
    chroma: float = 0.0
    facts: FilmFacts = field(default_factory=FilmFacts)

    @property
    def aspect(self) -> float:
        """Return width over height."""
        height, width = self.pixels.shape
        return float(width / height)


def read_film(path: Path) -> Film:
    """Return the film in `path`. Raises FilmUnreadable; a partly decoded film is never returned."""
    with explain_read_errors(), open_regular(path) as stream:
        return read_stream(stream)


def read_stream(stream: BinaryIO) -> Film:
    """Do what `read_film` does for an open file; call it inside `explain_read_errors`."""
    if is_dicom(stream):
        dicom = read_dicom_isolated(stream, MAX_PIXELS)
        film = Film(dicom.pixels, dicom.chroma, dicom.facts)
    else:
        picture = read_picture(stream)
        film = Film(picture.pixels, picture.chroma, picture.facts)
    check_shape(film.pixels)
    return film


def read_pixels(path: Path) -> Grey:
    """Return the pixels of the film in `path`, (height, width) uint8."""
    return read_film(path).pixels


def read_square(path: Path, size_px: int) -> Grey:
    """Return the film in `path` resized to (size_px, size_px) uint8, as `squash` does."""
    return squash(read_film(path).pixels, size_px)
