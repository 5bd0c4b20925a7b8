"""Measure technical properties of a film file, such as size, compression, border and brightness."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from core.films.dicom_file import is_dicom
from core.films.film_reader import open_film, read_stream
from core.films.images import Grey, resize
from core.films.outline import SMALL_PX

UNIFORM: Final = 6  # largest range of grey values in a row or column of a plain border
SIZE_TAGS: Final = ("Rows", "Columns")  # given as width and height


@dataclass(frozen=True, slots=True)
class FilmProperties:
    """Properties of one readable film.

    sha256: of the file. width, height: in pixels, as stored. bits: per channel. jpeg_quality: on
    libjpeg's scale, 1..100; None for other formats. border: fraction of the picture, 0..1, that is
    a plain frame. corners, edges, mean: mean grey values, 0..255. patient, study: one-way hashes of
    DICOM's PatientID and StudyInstanceUID, "" if missing. age_years, is_lateral, is_raw, tags: as in
    FilmFacts. chroma, aspect: as in Film. small: the film resized to (SMALL_PX, SMALL_PX) uint8.
    """

    sha256: str
    size_bytes: int
    width: int
    height: int
    format: str
    bits: int
    is_coloured: bool
    jpeg_quality: int | None
    border: float
    corners: float
    edges: float
    mean: float
    patient: str
    study: str
    age_years: float | None
    chroma: float
    aspect: float
    is_lateral: bool
    is_raw: bool
    tags: dict[str, str]
    small: Grey


def read_properties(path: Path) -> FilmProperties:
    """Return the properties of the film in `path`. Raises FilmUnreadable."""
    with open_film(path) as stream:
        content = stream.getvalue()
        is_dicom_file = is_dicom(stream)
        film = read_stream(stream)
    facts, pixels = film.facts, film.pixels
    corners, edges = _rim_brightness(pixels)
    return FilmProperties(
        sha256=hashlib.sha256(content).hexdigest(),
        size_bytes=len(content),
        width=facts.stored_width,
        height=facts.stored_height,
        format="DICOM" if is_dicom_file else facts.transfer_syntax,
        bits=facts.bits,
        is_coloured=facts.is_coloured,
        jpeg_quality=facts.jpeg_quality,
        border=_border_fraction(pixels),
        corners=corners,
        edges=edges,
        mean=float(pixels.mean()),
        patient=facts.patient,
        study=facts.study,
        age_years=facts.age_years,
        chroma=film.chroma,
        aspect=film.aspect,
        is_lateral=facts.is_lateral,
        is_raw=facts.is_raw,
        tags={name: value for name, value in facts.tags.items() if name not in SIZE_TAGS},
        small=resize(pixels, SMALL_PX, SMALL_PX),
    )


def _border_fraction(pixels: Grey) -> float:
    """Return the fraction of the picture, 0..1, in plain rows and columns at its rim."""
    height, width = pixels.shape
    kept = 1.0
    for axis, length in ((1, height), (0, width)):
        is_plain = np.ptp(pixels, axis=axis) <= UNIFORM
        before = int(np.argmin(is_plain)) if not is_plain.all() else length
        after = int(np.argmin(is_plain[::-1])) if not is_plain.all() else 0
        kept *= (length - before - after) / length
    return 1 - kept


def _rim_brightness(pixels: Grey) -> tuple[float, float]:
    """Return mean grey of the corners (1/12 of each side) and of the outer frame (1/40)."""
    height, width = pixels.shape
    y, x = max(1, height // 12), max(1, width // 12)
    corners = [pixels[rows, columns] for rows in (slice(y), slice(-y, None)) for columns in (slice(x), slice(-x, None))]
    y, x = max(1, height // 40), max(1, width // 40)
    frame: list[npt.NDArray[np.uint8]] = [pixels[:y], pixels[-y:], pixels[:, :x], pixels[:, -x:]]
    corner_mean = float(np.mean([corner.mean() for corner in corners]))
    frame_mean = float(np.concatenate([strip.ravel() for strip in frame]).mean())
    return corner_mean, frame_mean
