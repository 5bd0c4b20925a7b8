"""Decode DICOM, compressed TIFF, WebP and very large pictures in a child process.

DICOM has many parsers and decoders, some of them native. libtiff has crashed; libwebp has run code
from a file (CVE-2023-4863). Large pictures may take more memory than there is.
"""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from io import BytesIO
from typing import IO, BinaryIO, Final

import numpy as np

from core.films.decoder_process import JsonObject, decoder_pool
from core.films.dicom import read_dicom
from core.films.dicom_file import is_dicom
from core.films.film import Film
from core.films.film_facts import FilmFacts
from core.films.images import MAX_PIXELS
from core.films.pictures import read_picture
from core.system.errors import FilmUnreadable, Reason
from core.system.json_records import parse_record
from core.system.language import tr

STANDARD_ERROR: Final = 2
# libjpeg's warnings, as GDCM prints them; a few bytes before the end marker are no row of pixels
LOST_PIXELS: Final = re.compile(
    rb"Corrupt JPEG data(?!: [1-8] extraneous bytes before marker 0xd9)|Premature end of JPEG"
)
PRINTED_BYTES: Final = 1 << 20  # a decoder that prints more has met damage in every row


def read_film_isolated(stream: BinaryIO, max_pixels: int = MAX_PIXELS) -> Film:
    """Read an open film in a child process: DICOM, or what `read_picture` reads.

    Raises FilmUnreadable: the reader's reasons, and decoder_failed.
    """
    stream.seek(0)
    reply, data = decoder_pool().run(decode_film, stream.read(), max_pixels=max_pixels)
    height, width = (int(side) for side in reply["shape"])
    if len(data) != height * width:
        raise FilmUnreadable(
            Reason.DECODER_FAILED, tr("The decoder returned an incomplete film. Export the film again.")
        )
    pixels = np.frombuffer(data, np.uint8).reshape(height, width)
    return Film(pixels, float(reply["chroma"]), parse_record(FilmFacts, reply["facts"]))


def decode_film(content: bytes, max_pixels: int) -> tuple[JsonObject, bytes]:
    """Return a Film's fields as JSON, and its pixels; runs in the child process."""
    stream = BytesIO(content)
    film = _read_dicom_strictly(stream, max_pixels) if is_dicom(stream) else read_picture(stream)
    fields = {"shape": film.pixels.shape, "chroma": film.chroma, "facts": asdict(film.facts)}
    return fields, film.pixels.tobytes()


def _read_dicom_strictly(stream: BinaryIO, max_pixels: int) -> Film:
    """Read a DICOM film, and raise FilmUnreadable if its decoder printed that pixels were lost."""
    with _open_sink() as sink:
        with _redirect_errors(sink):
            film = read_dicom(stream, max_pixels)
        sink.seek(0)
        printed = sink.read(PRINTED_BYTES)
    if len(printed) == PRINTED_BYTES or LOST_PIXELS.search(printed):
        raise FilmUnreadable(Reason.DAMAGED, tr("It is damaged or cut off."))
    return film


def _open_sink() -> IO[bytes]:
    """Open a nameless file, in memory where the system has such, because a disk may be full."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("printed"), "w+b")
    return tempfile.TemporaryFile()


@contextmanager
def _redirect_errors(sink: IO[bytes]) -> Iterator[None]:
    """Write to `sink` what native code prints to standard error; for processes of one thread."""
    kept = os.dup(STANDARD_ERROR)
    os.dup2(sink.fileno(), STANDARD_ERROR)
    try:
        yield
    finally:
        os.dup2(kept, STANDARD_ERROR)
        os.close(kept)
