"""Measure how coloured a picture is, apart from a uniform tint."""

from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image

CHROMA_PX: Final = 64  # chroma is measured on a picture whose shorter side has at most about twice this size
LONGEST_PX: Final = 4096  # of its longer side, which only strips exceed


def measure_colours(picture: Image.Image) -> tuple[float, float]:
    """Return the chroma of a picture, 0..127, and the mean distance between its channels, 0..255.

    Chroma is Cb and Cr of ITU-R BT.601, as the RMS of what brightness does not explain. A film on a
    tinted base, or photographed in coloured light, has one colour that grows with brightness; a
    linear regression on brightness removes it. The colourfulness of Hasler and Süsstrunk 2003 is
    then measured on the residuals. Both are 0 for grey pictures.
    """
    if picture.mode not in {"RGB", "RGBA", "YCbCr", "CMYK", "P", "PA", "LAB", "HSV"}:
        return 0.0, 0.0
    if picture.mode not in {"RGB", "YCbCr"}:  # palette indices and hues cannot be averaged
        picture = picture.convert("RGB")
    colours = picture.reduce(max(1, min(picture.size) // CHROMA_PX, max(picture.size) // LONGEST_PX * 2))
    channels = np.asarray(colours.convert("RGB"), np.float64)
    distance = float((channels.max(axis=2) - channels.min(axis=2)).mean())
    coded = np.asarray(colours.convert("YCbCr"), np.float64).reshape(-1, 3)
    return _residual_rms(coded[:, 0], coded[:, 1:]), distance


def _residual_rms(luma: npt.NDArray[np.float64], chroma: npt.NDArray[np.float64]) -> float:
    """Return the RMS of `chroma` (n, 2) after a linear regression on `luma` (n,)."""
    luma = luma - luma.mean()
    chroma = chroma - chroma.mean(axis=0)
    slope = (luma @ chroma) / max(float(luma @ luma), 1e-9)
    residuals = chroma - luma[:, None] * slope
    return float(np.sqrt((residuals * residuals).sum(axis=1).mean()))
