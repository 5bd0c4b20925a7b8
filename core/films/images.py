"""Open film files and handle grey pictures.

Pictures are (height, width) uint8, 0 black to 255 white, dense tissue white. Nothing is written.
Films are read by core/films/film_reader.py.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from core.system.errors import FilmUnreadable, Reason
from core.system.files import write_atomically
from core.system.language import tr
from core.system.outputs import OutputKind

Grey = npt.NDArray[np.uint8]

MAX_PIXELS: Final = 100_000_000  # the largest detectors give 30 million
MIN_SIDE_PX: Final = 64  # smaller films do not show the lungs well enough
MARK_KEYWORD: Final = "Software"  # of a text chunk of PNG
OWN_PICTURE: Final = "PneumoScreen picture"
HEAT_MAP: Final = "PneumoScreen heat map"
MAX_FILE_BYTES: Final = 1_000_000_000
SPARSE: Final = 32  # of so many rows one is looked at first


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


def open_regular(path: Path) -> BufferedReader:
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


def squash(pixels: Grey, size_px: int) -> Grey:
    """Return a film resized to (size_px, size_px): the input of every network.

    The aspect ratio is not kept, as in the published data set and protocol. The resize is
    antialiased, so that a full-size film and its reduced copy give nearly the same picture.
    """
    return resize(pixels, size_px, size_px)


def shrink(pixels: Grey, longest_px: int) -> Grey:
    """Return a film with its aspect ratio kept, longest side `longest_px`."""
    height, width = pixels.shape
    scale = longest_px / max(height, width)
    return resize(pixels, max(1, round(height * scale)), max(1, round(width * scale)))


def resize(pixels: Grey, height: int, width: int) -> Grey:
    """Return `pixels` resized to (height, width), antialiased bilinear."""
    if pixels.shape == (height, width):
        return pixels
    return np.asarray(Image.fromarray(pixels).resize((width, height), Image.Resampling.BILINEAR, reducing_gap=3.0))


def write_marked(path: Path, picture: Image.Image, mark: str) -> None:
    """Write a picture as PNG, atomically, with a mark. Raises JobFailed where it cannot be written."""
    chunks = PngInfo()
    chunks.add_text(MARK_KEYWORD, mark)
    write_atomically(path, lambda stream: picture.save(stream, format="PNG", pnginfo=chunks))


def has_mark(path: Path, mark: str) -> bool:
    """Return True if a file is a picture that `write_marked` wrote with this mark."""
    with suppress(Exception), Image.open(path, formats=["PNG"]) as picture:  # Pillow raises anything on bad bytes
        return picture.info.get(MARK_KEYWORD) == mark
    return False


def write_grey(path: Path, pixels: Grey) -> None:
    """Write a grey picture as `write_marked` does, marked as this program's. Raises JobFailed."""
    write_marked(path, Image.fromarray(pixels), OWN_PICTURE)


OWN_PICTURE_FILE: Final = OutputKind(lambda path: has_mark(path, OWN_PICTURE))  # what `write_grey` wrote


def check_size(width: int, height: int, max_pixels: int = MAX_PIXELS) -> None:
    """Raise FilmUnreadable if a header states a picture that is too small or too large to be decoded."""
    if min(height, width) < MIN_SIDE_PX:
        sentence = tr(
            "It has {width} x {height} pixels; each side needs at least {least}.",
            width=width,
            height=height,
            least=MIN_SIDE_PX,
        )
        raise FilmUnreadable(Reason.TOO_SMALL, sentence)
    if width * height > max_pixels:
        sentence = tr(
            "Its header states {width:,} x {height:,} pixels, more than any film has.", width=width, height=height
        )
        raise FilmUnreadable(Reason.TOO_LARGE, sentence)


def check_contrast(pixels: Grey) -> None:
    """Raise FilmUnreadable if the picture is blank; a few rows tell that most are not."""
    if all(rows.min() == rows.max() for rows in (pixels[::SPARSE], pixels)):
        raise FilmUnreadable(Reason.BLANK, tr("It is blank: every pixel has the same value."))
