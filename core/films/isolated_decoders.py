"""Decode DICOM and compressed TIFF in a child process.

DICOM's parsers and decoders are many and partly native. libtiff goes on where a strip is damaged, and has crashed.
"""

from io import BytesIO
from typing import BinaryIO, Final

import numpy as np
from PIL import Image, ImageOps

from core.films.decoder_process import Told, children
from core.films.dicom import DicomFilm, read_dicom
from core.system.errors import FilmUnreadable, Reason
from core.system.language import tr


def read_dicom_isolated(stream: BinaryIO, max_pixels: int) -> DicomFilm:
    """`core.films.dicom.read_dicom` of an open file, in a child. Raises FilmUnreadable, also decoder_failed."""
    told, answer = children().ask(decode_dicom, stream.read(), max_pixels=max_pixels)
    height, width = (int(side) for side in told["shape"])
    if len(answer) != height * width:
        raise FilmUnreadable(Reason.DECODER_FAILED, tr("The decoder gave half a film. Export the film again."))
    pixels = np.frombuffer(answer, np.uint8).reshape(height, width)
    return DicomFilm(pixels, float(told["chroma"]), dict(told["tags"]), str(told["patient"]))


def decode_dicom(content: bytes, max_pixels: int) -> tuple[Told, bytes]:
    """The work of the child: what stands in a DicomFilm as JSON, and its pixels."""
    film = read_dicom(BytesIO(content), max_pixels)
    told = {"shape": film.pixels.shape, "chroma": film.chroma, "tags": film.tags, "patient": film.patient}
    return told, film.pixels.tobytes()


MODES: Final = frozenset({"1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr", "LAB", "I", "I;16", "I;16B", "F"})


def needs_libtiff(picture: Image.Image) -> bool:
    """True for a TIFF, opened but not decode_tiff, that Pillow hands to libtiff; uncompressed ones it reads itself."""
    return picture.format == "TIFF" and any(tile[0] == "libtiff" for tile in getattr(picture, "tile", ()))


def read_tiff_isolated(stream: BinaryIO) -> Image.Image:
    """The picture of an open file, upright and decoded. Raises FilmUnreadable, also decoder_failed."""
    stream.seek(0)
    told, answer = children().ask(decode_tiff, stream.read())
    try:
        if told["mode"] not in MODES:
            raise ValueError(told["mode"])
        return Image.frombytes(told["mode"], tuple(told["size"]), answer)
    except ValueError as error:
        raise FilmUnreadable(
            Reason.DECODER_FAILED, tr("The decoder gave half a film. Export the film again.")
        ) from error


def decode_tiff(content: bytes) -> tuple[Told, bytes]:
    """The work of the child: mode and size as JSON, and the pixels. Colours of a palette are looked up."""
    with Image.open(BytesIO(content), formats=["TIFF"]) as picture:
        picture.load()
        upright = ImageOps.exif_transpose(picture)
        if upright.mode in {"P", "PA"}:
            upright = upright.convert("RGB" if upright.mode == "P" else "RGBA")
        return {"mode": upright.mode, "size": upright.size}, upright.tobytes()
