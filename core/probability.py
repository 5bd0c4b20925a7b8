"""A probability as people read it."""

from typing import Final

CERTAIN: Final = {"1.000": "> 0.999", "0.000": "< 0.001"}


def in_words(probability: float) -> str:
    """Three decimals; what they would round to certainty is said to be beyond them."""
    rounded = f"{probability:.3f}"
    return CERTAIN.get(rounded, rounded)
