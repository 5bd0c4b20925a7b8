"""Figures in words, in the languages of the program."""

import pytest

from core.metrics.figure_labels import (
    format_figure,
    format_figure_briefly,
    format_interval,
    format_probability,
    plain_probability,
)
from core.metrics.intervals import Figure
from core.system.language import Language

FIGURE = Figure(0.9321, 0.9014, 0.9549)


@pytest.mark.parametrize("language", [Language.GERMAN, Language.SPANISH, Language.FRENCH, Language.PORTUGUESE])
def test_figures_have_decimal_commas(speak, language):
    speak(language)
    assert format_figure(FIGURE).startswith("0,932 (0,901 ")
    assert "." not in format_figure(FIGURE)
    assert format_figure_briefly(FIGURE) == "0,93 (0,90–0,95)"
    assert format_interval(FIGURE, 3) == "0,932 (0,901–0,955)"
    assert format_probability(0.5) == "0,500"
    assert format_probability(1.0) == "> 0,999"
    assert plain_probability(1.0) == "> 0.999"


def test_figures_have_points_in_english():
    assert format_figure(FIGURE) == "0.932 (0.901 to 0.955)"
    assert format_figure_briefly(FIGURE) == "0.93 (0.90–0.95)"
    assert format_probability(0.0001) == "< 0.001"
    assert format_figure_briefly(None) == "not defined"
