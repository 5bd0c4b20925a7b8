"""DICOM films decoded in a child process: its parsers and decoders are many, and native ones among them."""

from io import BytesIO
from typing import BinaryIO

import numpy as np

from core.apart import Told, children
from core.dicom import DicomFilm, read_dicom
from core.errors import FilmUnreadable, Reason
from core.language import tr


def read_dicom_apart(stream: BinaryIO, max_pixels: int) -> DicomFilm:
    """`core.dicom.read_dicom` of an open file, in a child. Raises FilmUnreadable, also decoder_failed."""
    told, answer = children().ask(decoded, stream.read(), max_pixels=max_pixels)
    height, width = (int(side) for side in told["shape"])
    if len(answer) != height * width:
        raise FilmUnreadable(Reason.DECODER_FAILED, tr("The decoder gave half a film. Export the film again."))
    pixels = np.frombuffer(answer, np.uint8).reshape(height, width)
    return DicomFilm(pixels, float(told["chroma"]), dict(told["tags"]), str(told["patient"]))


def decoded(content: bytes, max_pixels: int) -> tuple[Told, bytes]:
    """The work of the child: what stands in a DicomFilm as JSON, and its pixels."""
    film = read_dicom(BytesIO(content), max_pixels)
    told = {"shape": film.pixels.shape, "chroma": film.chroma, "tags": film.tags, "patient": film.patient}
    return told, film.pixels.tobytes()
