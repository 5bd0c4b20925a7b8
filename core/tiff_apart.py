"""Compressed TIFF decoded in a child process: libtiff goes on where a strip is damaged, and crashed before."""

from io import BytesIO
from typing import BinaryIO, Final

from PIL import Image, ImageOps

from core.apart import Told, children
from core.errors import FilmUnreadable, Reason
from core.language import tr

MODES: Final = frozenset({"1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr", "LAB", "I", "I;16", "I;16B", "F"})


def needs_libtiff(picture: Image.Image) -> bool:
    """True for a TIFF, opened but not decoded, that Pillow hands to libtiff; uncompressed ones it reads itself."""
    return picture.format == "TIFF" and any(tile[0] == "libtiff" for tile in getattr(picture, "tile", ()))


def read_tiff_apart(stream: BinaryIO) -> Image.Image:
    """The picture of an open file, upright and decoded. Raises FilmUnreadable, also decoder_failed."""
    stream.seek(0)
    told, answer = children().ask(decoded, stream.read())
    try:
        if told["mode"] not in MODES:
            raise ValueError(told["mode"])
        return Image.frombytes(told["mode"], tuple(told["size"]), answer)
    except ValueError as error:
        raise FilmUnreadable(
            Reason.DECODER_FAILED, tr("The decoder gave half a film. Export the film again.")
        ) from error


def decoded(content: bytes) -> tuple[Told, bytes]:
    """The work of the child: mode and size as JSON, and the pixels. Colours of a palette are looked up."""
    with Image.open(BytesIO(content), formats=["TIFF"]) as picture:
        picture.load()
        upright = ImageOps.exif_transpose(picture)
        if upright.mode in {"P", "PA"}:
            upright = upright.convert("RGB" if upright.mode == "P" else "RGBA")
        return {"mode": upright.mode, "size": upright.size}, upright.tobytes()
