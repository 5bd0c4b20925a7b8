"""Measure technical properties of a film file, such as size, compression, border and brightness."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np
import numpy.typing as npt
from PIL import Image

from core.films.images import (
    FORMATS,
    Grey,
    explain_read_errors,
    is_dicom,
    is_tiff,
    open_regular,
    read_dicom_film,
    read_stream,
    resize,
)

SMALL_PX: Final = 64
BLOCK_BYTES: Final = 1 << 20
DECODED_PX: Final = 128  # shortest side that JPEG files are decoded at; other formats are decoded in full
UNIFORM: Final = 6  # largest range of grey values in a row or column of a plain border
COLOURED: Final = 12.0  # mean distance between the channels, 0..255, above which a film counts as coloured
# the luminance table of quality 50, ITU-T T.81 (JPEG), Annex K.1, summed over its 64 entries
STANDARD_TABLE_SUM: Final = 3688


@dataclass(frozen=True, slots=True)
class FilmProperties:
    """Properties of one readable film.

    sha256: of the file. width, height: in pixels, as stored. bits: per channel. jpeg_quality: on
    libjpeg's scale, 1..100; None for other formats. border: fraction of the picture, 0..1, that is
    a plain frame. corners, edges, mean: mean grey values, 0..255. patient: a one-way hash of the
    DICOM PatientID, "" if missing. tags: DICOM tags on how the film was taken. small: the film
    resized to (SMALL_PX, SMALL_PX) uint8.
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
    tags: dict[str, str]
    small: Grey


@dataclass(frozen=True, slots=True)
class _DecodedFile:
    """A decoded film and what its header says; fields as in FilmProperties."""

    pixels: Grey
    width: int
    height: int
    format: str
    bits: int
    is_coloured: bool
    jpeg_quality: int | None
    patient: str
    tags: dict[str, str]


def read_properties(path: Path) -> FilmProperties:
    """Return the properties of the film in `path`. Raises FilmUnreadable."""
    with explain_read_errors(), open_regular(path) as stream:
        sha256 = _hash_stream(stream)
        size_bytes = stream.tell()
        stream.seek(0)
        film = _read_dicom(stream) if is_dicom(stream) else _read_picture(stream)
    border = _border_fraction(film.pixels)
    corners, edges = _rim_brightness(film.pixels)
    return FilmProperties(
        sha256=sha256,
        size_bytes=size_bytes,
        width=film.width,
        height=film.height,
        format=film.format,
        bits=film.bits,
        is_coloured=film.is_coloured,
        jpeg_quality=film.jpeg_quality,
        border=border,
        corners=corners,
        edges=edges,
        mean=float(film.pixels.mean()),
        patient=film.patient,
        tags=film.tags,
        small=resize(film.pixels, SMALL_PX, SMALL_PX),
    )


def _hash_stream(stream: BinaryIO) -> str:
    """Return the SHA-256 of the whole stream, and leave it at its end."""
    digest = hashlib.sha256()
    while block := stream.read(BLOCK_BYTES):
        digest.update(block)
    return digest.hexdigest()


def _read_dicom(stream: BinaryIO) -> _DecodedFile:
    film = read_dicom_film(stream)
    tags = dict(film.tags)
    width, height = int(tags.pop("Columns", 0)), int(tags.pop("Rows", 0))
    return _DecodedFile(
        pixels=film.pixels,
        width=width,
        height=height,
        format="DICOM",
        bits=int(tags.get("BitsStored", 8)),
        is_coloured=False,
        jpeg_quality=None,
        patient=film.patient,
        tags=tags,
    )


def _read_picture(stream: BinaryIO) -> _DecodedFile:
    """Decode a picture and read its header.

    A TIFF is decoded only once, since its decoder may run in a child process. Other formats are
    opened a second time to judge their colours, at a small size, which costs less.
    """
    is_coloured: list[bool] = []

    def judge_colour(picture: Image.Image) -> None:
        is_coloured.append(_is_coloured(picture))

    pixels = read_stream(stream, DECODED_PX, judge_colour if is_tiff(stream) else None)
    stream.seek(0)
    with Image.open(stream, formats=FORMATS) as picture:
        width, height = picture.size
        file_format = str(picture.format)
        bits = _bits_per_channel(picture.mode)
        tables = getattr(picture, "quantization", None)
        quality = _estimate_jpeg_quality(sum(tables[0])) if tables else None
        if not is_coloured:
            judge_colour(picture)
    return _DecodedFile(pixels, width, height, file_format, bits, is_coloured[0], quality, patient="", tags={})


def _bits_per_channel(mode: str) -> int:
    """Return the bits per channel of a Pillow mode."""
    if mode == "1":
        return 1
    if mode.startswith("I"):
        return 16
    return 32 if mode == "F" else 8


def _is_coloured(picture: Image.Image) -> bool:
    if picture.mode in {"1", "L", "LA", "F"} or picture.mode.startswith("I"):
        return False
    picture.draft("RGB", (SMALL_PX, SMALL_PX))
    channels = np.asarray(picture.convert("RGB").resize((SMALL_PX, SMALL_PX)), np.float32)
    return bool((channels.max(axis=2) - channels.min(axis=2)).mean() > COLOURED)


def _estimate_jpeg_quality(table_sum: int) -> int:
    """Return the quality on libjpeg's scale, 1..100, from the sum of the luminance table.

    Inverts jpeg_quality_scaling (jcparam.c).
    """
    scale = 100 * table_sum / STANDARD_TABLE_SUM
    quality = (200 - scale) / 2 if scale <= 100 else 5000 / scale
    return round(min(100.0, max(1.0, quality)))


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
