"""Probabilities in words: nothing that a network answers is certain."""

import pytest

from core.metrics.figures import format_probability


@pytest.mark.parametrize(
    ("probability", "words"),
    [
        (1.0, "> 0.999"), (0.9996, "> 0.999"), (0.9994, "0.999"), (0.5, "0.500"), (0.0006, "0.001"),
        (0.0004, "< 0.001"), (0.0, "< 0.001"),
    ],
)  # fmt: skip
def test_nothing_is_certain(probability, words):
    assert format_probability(probability) == words
