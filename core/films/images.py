"""Read any film file as one upright grey picture, or raise FilmUnreadable with the reason.

Pictures are (height, width) uint8, 0 black to 255 white, dense tissue white. Nothing is written.
"""

import errno
import logging
import os
import stat
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, UnidentifiedImageError

from core.films.dicom import DICOM_MAGIC, DICOM_MAGIC_OFFSET, DicomFilm
from core.films.isolated_decoders import needs_libtiff, read_dicom_isolated, read_tiff_isolated
from core.system.errors import FilmUnreadable, Reason
from core.system.language import tr

Grey = npt.NDArray[np.uint8]
OnDecoded = Callable[[Image.Image], None]

FORMATS: Final = ("JPEG", "PNG", "TIFF", "BMP")
MAX_PIXELS: Final = 100_000_000  # the largest detectors give 30 million
MIN_SIDE_PX: Final = 64  # smaller films do not show the lungs well enough
MAX_FILE_BYTES: Final = 1_000_000_000
TIFF_STARTS: Final = (b"II*\0", b"MM\0*")
STARTS: Final = (b"\xff\xd8\xff", b"\x89PNG\r\n", *TIFF_STARTS)  # of picture files, even if damaged

Image.MAX_IMAGE_PIXELS = None  # Pillow's limit only warns; read_film refuses pictures above MAX_PIXELS
# Pillow would print its warnings; what is wrong with a film is reported in its row
logging.getLogger("PIL").setLevel(logging.CRITICAL + 1)
warnings.filterwarnings("ignore", module="PIL")


def read_film(path: Path, about_px: int | None = None) -> Grey:
    """Return the film in `path`, (height, width) uint8, dense tissue white, upright.

    The EXIF orientation is applied. about_px: shortest side that is large enough for the caller;
    JPEG files are then decoded at a fraction of their size, never below it. None: every pixel.
    16-bit PNG and TIFF are scaled by the bit depth that their largest value needs, DICOM by its VOI
    window. Raises FilmUnreadable with the reason; a partly decoded film is never returned.
    """
    with explain_read_errors(), open_regular(path) as stream:
        return read_stream(stream, about_px)


def read_stream(stream: BinaryIO, about_px: int | None = None, on_decoded: OnDecoded | None = None) -> Grey:
    """Do what `read_film` does for an open file; call it inside `explain_read_errors`.

    on_decoded: called once with the decoded picture, upright, opaque and still in colour; not for
    DICOM. It does not change the returned pixels.
    """
    if is_dicom(stream):
        return read_dicom_film(stream).pixels
    pixels = _decode(stream, about_px, on_decoded)
    _check_shape(pixels)
    return pixels


def read_dicom_film(stream: BinaryIO) -> DicomFilm:
    """Return the film in a DICOM file open at its start; call it inside `explain_read_errors`."""
    film = read_dicom_isolated(stream, MAX_PIXELS)
    _check_shape(film.pixels)
    return film


@contextmanager
def explain_read_errors() -> Iterator[None]:
    """Convert errors of the file system and lack of memory into FilmUnreadable."""
    try:
        yield
    except FilmUnreadable:
        raise
    except MemoryError as error:
        raise FilmUnreadable(Reason.OUT_OF_MEMORY, tr("There was not enough memory to decode it.")) from error
    except OSError as error:
        raise _unreadable(error) from error
    except ValueError as error:  # the system rejects the name itself
        raise FilmUnreadable(Reason.MISSING, tr("This is not a valid file name.")) from error


def read_square(path: Path, size_px: int) -> Grey:
    """Return the film resized to (size_px, size_px) uint8.

    This is the input of every network, in training and in screening. The aspect ratio is not kept,
    as in the published data set and protocol. The resize is antialiased, so that a full-size film
    and its reduced copy give nearly the same picture.
    """
    with explain_read_errors(), open_regular(path) as stream:
        return read_square_stream(stream, size_px)[0]


def read_square_stream(stream: BinaryIO, size_px: int, on_decoded: OnDecoded | None = None) -> tuple[Grey, float]:
    """Return the square of `read_square` for an open file, and the film's width over its height.

    on_decoded: as in `read_stream`. Call it inside `explain_read_errors`.
    """
    # decode at twice the size, so that the last resize, not JPEG's box filter, shapes the picture
    return squash(read_stream(stream, 2 * size_px, on_decoded), size_px)


def squash(pixels: Grey, size_px: int) -> tuple[Grey, float]:
    """Return a film resized to (size_px, size_px), and its original width over height."""
    height, width = pixels.shape
    return resize(pixels, size_px, size_px), width / height


def read_thumbnail(path: Path, longest_px: int) -> Grey:
    """Return the film in `path` with its aspect ratio kept, longest side `longest_px`."""
    pixels = read_film(path, longest_px)
    height, width = pixels.shape
    scale = longest_px / max(height, width)
    return resize(pixels, max(1, round(height * scale)), max(1, round(width * scale)))


def resize(pixels: Grey, height: int, width: int) -> Grey:
    """Return `pixels` resized to (height, width), antialiased bilinear."""
    if pixels.shape == (height, width):
        return pixels
    return np.asarray(Image.fromarray(pixels).resize((width, height), Image.Resampling.BILINEAR, reducing_gap=3.0))


def open_regular(path: Path) -> BinaryIO:
    """Open a regular file without blocking on a pipe or device. Raises FilmUnreadable, OSError."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    stream = os.fdopen(descriptor, "rb")
    status = os.fstat(descriptor)
    refusal: FilmUnreadable | None = None
    if not stat.S_ISREG(status.st_mode):
        refusal = FilmUnreadable(Reason.NOT_AN_IMAGE, tr("It is not a regular file."))
    elif status.st_size == 0:
        refusal = FilmUnreadable(Reason.EMPTY_FILE, tr("The file is empty (0 bytes)."))
    elif status.st_size > MAX_FILE_BYTES:
        sentence = tr("The file has {count:,} bytes, more than any single film.", count=status.st_size)
        refusal = FilmUnreadable(Reason.TOO_LARGE, sentence)
    if refusal:
        stream.close()
        raise refusal
    return stream


def _unreadable(error: OSError) -> FilmUnreadable:
    """Return the FilmUnreadable that reports an error of the file system."""
    if isinstance(error, FileNotFoundError):
        return FilmUnreadable(Reason.MISSING, tr("The file does not exist (any more)."))
    if isinstance(error, PermissionError):
        return FilmUnreadable(Reason.NO_PERMISSION, tr("You have no permission to read it."))
    if error.errno in {errno.EISDIR, errno.ENXIO}:
        return FilmUnreadable(Reason.NOT_AN_IMAGE, tr("It is not a regular file."))
    return FilmUnreadable(Reason.READ_ERROR, tr("It could not be read ({why}).", why=error.strerror or error))


def is_dicom(stream: BinaryIO) -> bool:
    """Return True if the file has the DICOM prefix (Part 10, section 7.1); rewinds the stream."""
    head = stream.read(DICOM_MAGIC_OFFSET + len(DICOM_MAGIC))
    stream.seek(0)
    return head[DICOM_MAGIC_OFFSET:] == DICOM_MAGIC


def is_tiff(stream: BinaryIO) -> bool:
    """Return True if the file starts as a TIFF does; rewinds the stream."""
    head = stream.read(4)
    stream.seek(0)
    return head in TIFF_STARTS


def _decode(stream: BinaryIO, about_px: int | None, on_decoded: OnDecoded | None) -> Grey:
    """Decode any file but DICOM."""
    start = stream.read(max(map(len, STARTS)))
    stream.seek(0)
    try:
        picture = Image.open(stream, formats=FORMATS)
    except UnidentifiedImageError as error:
        if start.startswith(STARTS):
            raise FilmUnreadable(Reason.DAMAGED, tr("It is damaged or cut off.")) from error
        raise FilmUnreadable(Reason.NOT_AN_IMAGE, tr("It is not a JPEG, PNG, TIFF, BMP or DICOM picture.")) from error
    except MemoryError:
        raise
    except Exception as error:  # Pillow's parsers raise anything on bad bytes
        raise FilmUnreadable(Reason.DAMAGED, tr("Its header is damaged ({error}).", error=error)) from error
    with picture:
        _check_header(picture)
        if needs_libtiff(picture):
            return _convert_decoded(read_tiff_isolated(stream), on_decoded)
        return _load(picture, about_px, on_decoded)


def _check_header(picture: Image.Image) -> None:
    """Raise FilmUnreadable if the header shows too large a picture or several."""
    width, height = picture.size
    if width * height > MAX_PIXELS:
        sentence = tr(
            "Its header states {width:,} x {height:,} pixels, more than any film has.", width=width, height=height
        )
        raise FilmUnreadable(Reason.TOO_LARGE, sentence)
    try:
        frames = getattr(picture, "n_frames", 1) if picture.format == "TIFF" else 1
    except Exception as error:  # as above
        raise FilmUnreadable(Reason.DAMAGED, tr("Its header is damaged ({error}).", error=error)) from error
    if frames > 1:
        sentence = tr("It contains {frames} pictures; a single film was expected.", frames=frames)
        raise FilmUnreadable(Reason.MULTI_FRAME, sentence)


def _load(picture: Image.Image, about_px: int | None, on_decoded: OnDecoded | None) -> Grey:
    """Decode every row. Any error but lack of memory means that the file's content is damaged."""
    if about_px is not None and picture.format == "JPEG":
        # the grey of a colour JPEG is its first channel; decoding the other two does not change it
        needs_colour = on_decoded and _is_luma_coded(picture)
        picture.draft("YCbCr" if needs_colour else "L", (about_px, about_px))
    try:
        picture.load()
        return _convert_decoded(ImageOps.exif_transpose(picture), on_decoded)
    except MemoryError:
        raise
    except Exception as error:  # Pillow's decoders raise anything on bad bytes
        raise FilmUnreadable(Reason.DAMAGED, tr("It is damaged or cut off ({error}).", error=error)) from error


def _convert_decoded(picture: Image.Image, on_decoded: OnDecoded | None) -> Grey:
    """Return a decoded, upright picture in grey, after passing it to `on_decoded`."""
    opaque = _remove_transparency(picture)
    if on_decoded:
        on_decoded(opaque)
    return _convert_to_grey(opaque)


def _is_luma_coded(picture: Image.Image) -> bool:
    """Return True if a JPEG declares luma and chroma; libjpeg gives no chroma of others."""
    is_declared = "jfif" in picture.info or picture.info.get("adobe_transform") == 1
    return is_declared and picture.mode == "RGB"


def _is_deep(picture: Image.Image) -> bool:
    """Return True if grey values have more than 8 bits."""
    return picture.mode.startswith("I") or picture.mode == "F"


def _remove_transparency(picture: Image.Image) -> Image.Image:
    """Return the picture on a black background."""
    if not _is_deep(picture) and (picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info):
        layer = picture.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", layer.size, (0, 0, 0, 255)), layer)
    return picture


def _convert_to_grey(picture: Image.Image) -> Grey:
    """Return the picture as one channel of 8 bits."""
    return scale_to_8_bits(np.asarray(picture)) if _is_deep(picture) else np.array(picture.convert("L"))


def scale_to_8_bits(values: npt.NDArray[np.generic]) -> Grey:
    """Scale grey values of unknown bit depth to 0..255.

    Integers: the depth is the smallest of 8, 10, 12, 14, 16, 32, 64 bits that holds the largest
    value; otherwise a 12-bit film in a 16-bit file would come out nearly black. Negative or
    fractional values are stretched from their smallest to their largest value.
    """
    finite = np.nan_to_num(values.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    low, high = float(finite.min()), float(finite.max())
    if np.issubdtype(values.dtype, np.integer) and low >= 0:
        low, high = 0.0, float(next(2**bits for bits in (8, 10, 12, 14, 16, 32, 64) if high < 2**bits) - 1)
    if high <= low:
        return np.zeros(values.shape, np.uint8)
    return np.round((finite - low) * (255 / (high - low))).astype(np.uint8)


def _check_shape(pixels: Grey) -> None:
    """Raise FilmUnreadable if the picture is too small or blank."""
    height, width = pixels.shape
    if min(height, width) < MIN_SIDE_PX:
        sentence = tr(
            "It has {width} x {height} pixels; each side needs at least {least}.",
            width=width,
            height=height,
            least=MIN_SIDE_PX,
        )
        raise FilmUnreadable(Reason.TOO_SMALL, sentence)
    if pixels.min() == pixels.max():
        raise FilmUnreadable(Reason.BLANK, tr("It is blank: every pixel has the same value."))
