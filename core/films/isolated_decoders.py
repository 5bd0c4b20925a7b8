"""Decode DICOM, compressed TIFF and WebP in a child process.

DICOM has many parsers and decoders, some of them native. libtiff continues past a damaged strip,
and has crashed; libwebp has run code from a file (CVE-2023-4863).
"""

from dataclasses import asdict
from io import BytesIO
from typing import BinaryIO, Final

import numpy as np
from PIL import Image, ImageOps

from core.films.decoder_process import JsonObject, decoder_pool
from core.films.dicom import read_dicom
from core.films.film import Film
from core.films.film_facts import FilmFacts
from core.system.errors import FilmUnreadable, Reason
from core.system.language import tr

MODES: Final = frozenset({"1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr", "LAB", "I", "I;16", "I;16B", "F"})


def read_dicom_isolated(stream: BinaryIO, max_pixels: int) -> Film:
    """Run `core.films.dicom.read_dicom` on an open file in a child process.

    Raises FilmUnreadable: read_dicom's reasons, and decoder_failed.
    """
    reply, data = decoder_pool().run(decode_dicom, stream.read(), max_pixels=max_pixels)
    height, width = (int(side) for side in reply["shape"])
    if len(data) != height * width:
        raise FilmUnreadable(
            Reason.DECODER_FAILED, tr("The decoder returned an incomplete film. Export the film again.")
        )
    pixels = np.frombuffer(data, np.uint8).reshape(height, width)
    return Film(pixels, float(reply["chroma"]), FilmFacts.from_json(reply["facts"]))


def decode_dicom(content: bytes, max_pixels: int) -> tuple[JsonObject, bytes]:
    """Return a Film's fields as JSON, and its pixels; runs in the child process."""
    film = read_dicom(BytesIO(content), max_pixels)
    fields = {"shape": film.pixels.shape, "chroma": film.chroma, "facts": asdict(film.facts)}
    return fields, film.pixels.tobytes()


def read_picture_isolated(stream: BinaryIO, form: str, page: int) -> Image.Image:
    """Decode an open TIFF or WebP file in a child process and return its picture, upright.

    form: Pillow's name of the format. page: number of the page. Raises FilmUnreadable, also
    decoder_failed.
    """
    stream.seek(0)
    reply, data = decoder_pool().run(decode_picture, stream.read(), form=form, page=page)
    try:
        if reply["mode"] not in MODES:
            raise ValueError(reply["mode"])
        return Image.frombytes(reply["mode"], tuple(reply["size"]), data)
    except ValueError as error:
        raise FilmUnreadable(
            Reason.DECODER_FAILED, tr("The decoder returned an incomplete film. Export the film again.")
        ) from error


def decode_picture(content: bytes, form: str, page: int) -> tuple[JsonObject, bytes]:
    """Return mode, size and pixels of a picture, palettes resolved; runs in the child process."""
    with Image.open(BytesIO(content), formats=[form]) as picture:
        if page:
            picture.seek(page)
        picture.load()
        upright = ImageOps.exif_transpose(picture)
        if upright.mode in {"P", "PA"}:
            upright = upright.convert("RGB" if upright.mode == "P" else "RGBA")
        return {"mode": upright.mode, "size": upright.size}, upright.tobytes()
