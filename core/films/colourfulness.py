"""Convert pictures to grey, and measure how coloured they were, apart from a uniform tint."""

from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image

from core.films.grey_range import Grey, list_bands

CHROMA_PX: Final = 64  # chroma is measured on a picture whose shorter side has at most about twice this size
LONGEST_PX: Final = 4096  # of its longer side, which only strips exceed
COLOUR_MODES: Final = frozenset({"RGB", "RGBA", "YCbCr", "CMYK", "P", "PA", "LAB", "HSV"})


def convert_to_grey(picture: Image.Image) -> tuple[Grey, float, float]:
    """Return a picture in grey (height, width), on black where it is transparent, and its colours.

    The colours are those of `measure_colours`. Works on bands of rows: a copy of a whole picture
    with four channels would take more memory than the picture.
    """
    shape = (picture.height, picture.width)
    if picture.mode == "L" and "transparency" not in picture.info:
        return np.frombuffer(picture.tobytes(), np.uint8).reshape(shape), 0.0, 0.0
    pixels = np.empty(shape, np.uint8)
    scale = max(1, min(picture.size) // CHROMA_PX, max(picture.size) // LONGEST_PX * 2)
    coding = "YCbCr" if picture.mode == "YCbCr" else "RGB"  # palette indices and hues cannot be averaged
    reduced = []
    for rows in list_bands(pixels.shape, scale):
        band = _remove_transparency(picture.crop((0, rows.start, picture.width, rows.stop)))
        pixels[rows] = np.asarray(band.convert("L"))
        if band.mode in COLOUR_MODES:
            reduced.append(np.asarray(band.convert(coding).reduce(scale)))
    if not reduced:
        return pixels, 0.0, 0.0
    return pixels, *measure_colours(Image.fromarray(np.concatenate(reduced), coding))


def _remove_transparency(picture: Image.Image) -> Image.Image:
    """Return the picture on a black background."""
    if picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info:
        layer = picture.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", layer.size, (0, 0, 0, 255)), layer)
    return picture


def measure_colours(colours: Image.Image) -> tuple[float, float]:
    """Return the chroma of a small picture, 0..127, and the mean distance between its channels, 0..255.

    Chroma is Cb and Cr of ITU-R BT.601, as the RMS of what brightness does not explain. A film on a
    tinted base, or photographed in coloured light, has one colour that grows with brightness; a
    linear regression on brightness removes it. The colourfulness of Hasler and Süsstrunk 2003 is
    then measured on the residuals. Both are 0 for grey pictures.
    """
    channels = np.asarray(colours.convert("RGB"), np.float64)
    distance = float((channels.max(axis=2) - channels.min(axis=2)).mean())
    if not distance:
        return 0.0, 0.0
    coded = np.asarray(colours.convert("YCbCr"), np.float64).reshape(-1, 3)
    return _residual_rms(coded[:, 0], coded[:, 1:]), distance


def _residual_rms(luma: npt.NDArray[np.float64], chroma: npt.NDArray[np.float64]) -> float:
    """Return the RMS of `chroma` (n, 2) after a linear regression on `luma` (n,)."""
    luma = luma - luma.mean()
    chroma = chroma - chroma.mean(axis=0)
    slope = (luma @ chroma) / max(float(luma @ luma), 1e-9)
    residuals = chroma - luma[:, None] * slope
    return float(np.sqrt((residuals * residuals).sum(axis=1).mean()))
