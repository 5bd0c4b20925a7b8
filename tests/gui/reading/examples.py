"""Verdicts and films for the reading room's tests."""

import numpy as np

from core.models.decision import Decision
from core.screening.verdict import Verdict
from tests.gui.film.person import noise, spot

LIKELY = Verdict(
    "Pneumonia likely",
    Decision.LIKELY,
    "",
    "higher than 97 of 100 normal validation films",
    0.8,
    (0.3, 0.6),
    "p 0.95\nthreshold 0.5",
)
CAUTIOUS = Verdict(
    "Pneumonia: to review", Decision.REVIEW, "Unlike the validated films", "not comparable with the validation films"
)
UNLIKELY = Verdict("Pneumonia unlikely", Decision.UNLIKELY, position=0.1, limits=(0.3, 0.6))
REFUSED = Verdict("Refused: not a chest film", None, details="It does not look like a chest film.")
LONG = Verdict(
    "Lungenentzündung wahrscheinlich " * 3, Decision.LIKELY, "Vorsicht " * 30, "höher als " * 30, 1.0, (0.0, 1.0)
)
FILM = noise(300, 400)
HEAT = spot(300, 400, 150, 130, 60)
WEAK, PALE = 0.3 * HEAT, 0.09 * HEAT


def is_orange(pixels):
    """Where a picture (height, width, 3) is as orange as the outline of a heat map or a caution."""
    return (pixels[..., 0] - pixels[..., 2] > 100) & (pixels[..., 0] > 150)


def colours_in(pixels, colour, tolerance=30):
    """Number of pixels near a colour "#rrggbb"."""
    wanted = np.array([int(colour[start : start + 2], 16) for start in (1, 3, 5)])
    return int((np.abs(pixels - wanted).sum(axis=2) < tolerance).sum())
