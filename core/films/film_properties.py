"""What one film file is like, apart from what it shows: size, compression, border, brightness. Judges nothing."""

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
    Watch,
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
LOOKED_AT_PX: Final = 128  # shortest side that is decoded; every row of the file is, but JPEG files at a fraction
UNIFORM: Final = 6  # grey values between which a row or column of a border may vary
COLOURED: Final = 12.0  # mean distance of the channels, 0..255, from which a film counts as coloured
# the luminance table of quality 50, ITU-T T.81 (JPEG), Annex K.1, summed over its 64 entries
STANDARD_TABLE_SUM: Final = 3688


@dataclass(frozen=True, slots=True)
class FilmProperties:
    """One readable film.

    sha256: of the file. size_bytes; width and height in pixels as stored; bits a channel. jpeg_quality: 1..100 as
    libjpeg counts, None for other formats. border: share of the picture, 0..1, that is a plain frame. corners, edges,
    mean: grey values 0..255. patient: a one-way code of the DICOM PatientID, "" without. tags: how it was taken.
    small: (SMALL_PX, SMALL_PX) uint8, squashed.
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


def read_properties(path: Path) -> FilmProperties:
    """Read the file once for its hash, once for its header, once for its pixels. Raises FilmUnreadable."""
    with explain_read_errors(), open_regular(path) as stream:
        digest = hashlib.sha256()
        while block := stream.read(BLOCK_BYTES):
            digest.update(block)
        size_bytes = stream.tell()
        stream.seek(0)
        if is_dicom(stream):
            film = read_dicom_film(stream)
            pixels, tags, patient = film.pixels, dict(film.tags), film.patient
            width, height = int(tags.pop("Columns", 0)), int(tags.pop("Rows", 0))
            kind, bits, is_coloured, quality = "DICOM", int(tags.get("BitsStored", 8)), False, None
        else:
            tags, patient = {}, ""
            pixels, kind, width, height, bits, is_coloured, quality = _picture(stream)
    frame = _border(pixels)
    corners, edges = _rim(pixels)
    return FilmProperties(
        digest.hexdigest(), size_bytes, width, height, kind, bits, is_coloured, quality, frame, corners, edges,
        float(pixels.mean()), patient, tags, resize(pixels, SMALL_PX, SMALL_PX),
    )  # fmt: skip


def _picture(stream: BinaryIO) -> tuple[Grey, str, int, int, int, bool, int | None]:
    """Grey pixels, format, width, height, bits a channel, coloured or not, and JPEG quality of a picture.

    A TIFF is decoded once, since its decoder runs in a child process; of others the small picture costs less.
    """
    coloured: list[bool] = []
    watch: Watch | None = (lambda picture: coloured.append(_is_coloured(picture))) if is_tiff(stream) else None
    pixels = read_stream(stream, LOOKED_AT_PX, watch)
    stream.seek(0)
    with Image.open(stream, formats=FORMATS) as picture:
        (width, height), kind = picture.size, str(picture.format)
        bits = 1 if picture.mode == "1" else 16 if picture.mode.startswith("I") else 32 if picture.mode == "F" else 8
        tables = getattr(picture, "quantization", None)
        quality = _jpeg_quality(sum(tables[0])) if tables else None
        is_coloured = coloured[0] if coloured else _is_coloured(picture)
    return pixels, kind, width, height, bits, is_coloured, quality


def _is_coloured(picture: Image.Image) -> bool:
    if picture.mode in {"1", "L", "LA", "F"} or picture.mode.startswith("I"):
        return False
    picture.draft("RGB", (SMALL_PX, SMALL_PX))
    channels = np.asarray(picture.convert("RGB").resize((SMALL_PX, SMALL_PX)), np.float32)
    return bool((channels.max(axis=2) - channels.min(axis=2)).mean() > COLOURED)


def _jpeg_quality(table_sum: int) -> int:
    """Quality as libjpeg counts it, 1..100, from the table's sum; inverts jpeg_quality_scaling (jcparam.c)."""
    scale = 100 * table_sum / STANDARD_TABLE_SUM
    return round(min(100.0, max(1.0, (200 - scale) / 2 if scale <= 100 else 5000 / scale)))


def _border(pixels: Grey) -> float:
    """Share of the picture, 0..1, in plain rows and columns at its rim."""
    height, width = pixels.shape
    kept = 1.0
    for axis, length in ((1, height), (0, width)):
        plain = np.ptp(pixels, axis=axis) <= UNIFORM
        before = int(np.argmin(plain)) if not plain.all() else length
        after = int(np.argmin(plain[::-1])) if not plain.all() else 0
        kept *= (length - before - after) / length
    return 1 - kept


def _rim(pixels: Grey) -> tuple[float, float]:
    """Mean grey of the four corners (a twelfth of each side) and of the outermost frame (a fortieth)."""
    height, width = pixels.shape
    y, x = max(1, height // 12), max(1, width // 12)
    corners = [pixels[rows, columns] for rows in (slice(y), slice(-y, None)) for columns in (slice(x), slice(-x, None))]
    y, x = max(1, height // 40), max(1, width // 40)
    frame: list[npt.NDArray[np.uint8]] = [pixels[:y], pixels[-y:], pixels[:, :x], pixels[:, -x:]]
    return float(np.mean([part.mean() for part in corners])), float(np.concatenate([f.ravel() for f in frame]).mean())
