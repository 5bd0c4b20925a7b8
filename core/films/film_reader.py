"""Read any film file as one upright grey picture, or raise FilmUnreadable with the reason.

Every part of the program reads films through this module, so that a film is the same picture in
training, evaluation, screening and on the screen.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Final

from core.films.dicom_file import find_pixel_size, is_dicom
from core.films.film import Film, SquareFilm
from core.films.images import Grey, check_contrast, explain_read_errors, open_regular, squash
from core.films.isolated_decoders import read_film_isolated
from core.films.memory_budget import DECODING, FILE_COPIES, LIMIT_BYTES, MemoryBudget
from core.films.pictures import check_picture, read_picture

# memory that decoding a DICOM film takes for each pixel, beside the file, in both processes: its frame, its values
# and its grey; measured 4 to 14, with colours or more than 16 bits 12 to 28
USUAL_BYTES, WIDE_BYTES = 20, 32
USUAL_BITS: Final = 16
CONTENTS: Final = MemoryBudget(LIMIT_BYTES)  # of files; taken before DECODING, so that no two wait for each other
LARGE_BYTES: Final = 1 << 24  # of a file; most films are smaller


@contextmanager
def open_film(path: Path) -> Iterator[BytesIO]:
    """Read a file into memory, so that its pixels and its hash are those of the same bytes.

    A large file without the header of a film is refused before. Raises FilmUnreadable.
    """
    with explain_read_errors(), open_regular(path) as stream:
        file_bytes = os.fstat(stream.fileno()).st_size
        if file_bytes > LARGE_BYTES and not is_dicom(stream):
            check_picture(stream)
        with CONTENTS.reserve(file_bytes):
            stream.seek(0)
            yield BytesIO(stream.read())


def read_film(path: Path) -> Film:
    """Return the film in `path`. Raises FilmUnreadable; a partly decoded film is never returned."""
    with open_film(path) as stream:
        return read_stream(stream)


def read_square_film(path: Path, size_px: int) -> SquareFilm:
    """Return the film in `path` resized to (size_px, size_px): the input of every network. Raises FilmUnreadable."""
    return read_whole_and_square(path, size_px)[1]


def read_whole_and_square(path: Path, size_px: int) -> tuple[Film, SquareFilm]:
    """Return a film and its square, of the same bytes, as `read_film` and `read_square_film` do."""
    with open_film(path) as stream:
        film = read_stream(stream)
        sha256 = hashlib.sha256(stream.getvalue()).hexdigest()
        return film, SquareFilm(squash(film.pixels, size_px), film.chroma, film.aspect, film.facts, sha256)


def read_stream(stream: BinaryIO) -> Film:
    """Do what `read_film` does for an open file; call it inside `explain_read_errors`."""
    if is_dicom(stream):
        with DECODING.reserve(_estimate_memory(stream)):
            film = read_film_isolated(stream)
    else:
        film = read_picture(stream, read_film_isolated)
    check_contrast(film.pixels)
    return film


def _estimate_memory(stream: BinaryIO) -> int:
    """Return the bytes that decoding a DICOM film takes at most; all there are if its header does not show its size."""
    file_bytes = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    size = find_pixel_size(stream)
    if size is None:
        return LIMIT_BYTES
    pixels, bits = size
    return pixels * (USUAL_BYTES if bits <= USUAL_BITS else WIDE_BYTES) + FILE_COPIES * file_bytes


def read_pixels(path: Path) -> Grey:
    """Return the pixels of the film in `path`, (height, width) uint8."""
    return read_film(path).pixels


def read_square(path: Path, size_px: int) -> Grey:
    """Return the pixels of `read_square_film`, (size_px, size_px) uint8."""
    return read_square_film(path, size_px).square
