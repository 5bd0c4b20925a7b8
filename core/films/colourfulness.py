"""How coloured a picture is. Refuses nothing."""

from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image

CHROMA_PX: Final = 64  # colours are judged on a picture of at most about twice this size


def measure_chroma(picture: Image.Image) -> float:
    """How coloured a picture is, 0..127: RMS of Cb and Cr (ITU-R BT.601) that brightness does not explain.

    A film on a tinted base, or photographed in coloured light, has one colour that grows with brightness; a regression
    on brightness takes it away. What Hasler and Süsstrunk 2003 measure on all colours is measured on the rest.
    """
    if picture.mode not in {"RGB", "RGBA", "YCbCr", "CMYK", "P", "PA", "LAB", "HSV"}:
        return 0.0
    if picture.mode in {"P", "PA", "LAB", "HSV", "CMYK", "RGBA"}:
        picture = picture.convert("RGB")
    step = max(1, min(picture.size) // CHROMA_PX)
    channels = np.asarray(picture.reduce(step).convert("YCbCr"), np.float64).reshape(-1, 3)
    return _beside_tint(channels[:, 0], channels[:, 1:])


def _beside_tint(luma: npt.NDArray[np.float64], colours: npt.NDArray[np.float64]) -> float:
    """RMS of `colours` (n, 2) that a straight line in `luma` (n,) leaves."""
    luma, colours = luma - luma.mean(), colours - colours.mean(axis=0)
    slope = (luma @ colours) / max(float(luma @ luma), 1e-9)
    left = colours - luma[:, None] * slope
    return float(np.sqrt((left * left).sum(axis=1).mean()))
