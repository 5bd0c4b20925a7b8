"""Plots that tell the truth, whatever the films."""

import math
import re
from xml.etree import ElementTree

import numpy as np
import pytest

from core.documents import charts
from core.documents.document import Picture, Pictures
from core.documents.pdf import render_pdf
from core.documents.svg import render_svg
from core.metrics.curves import confusion_matrix, reliability_bins, score_histogram
from core.metrics.intervals import Figure
from tests.core.documents.examples import (
    FEW,
    binary_plots,
    document,
    draw_precision_recall,
    draw_roc,
    films,
    is_inside,
    pages_of,
    texts_of,
)


@pytest.mark.parametrize("case", FEW)
def test_every_plot_of_any_dataset_is_drawn_inside_its_edges(case):
    plots = binary_plots(*FEW[case])
    for name, figure in plots.items():
        text = render_svg(figure, name)
        ElementTree.fromstring(text)
        assert "nan" not in text
        assert len(text) < 80_000
        assert is_inside(figure), name
    pictures = tuple(Picture(figure, name) for name, figure in plots.items())
    assert len(pages_of(render_pdf(document(Pictures(pictures))))) == 2


def test_plots_have_decimal_commas_in_german(german):
    labels, probabilities = films(400)
    for name, figure in binary_plots(labels, probabilities).items():
        texts = texts_of(figure)
        assert ("0,25" in texts) == (name != "confusion"), name
        assert not [text for text in texts if re.search(r"\d\.\d", text)], name
    intervals = texts_of(charts.draw_intervals([("AUC", Figure(0.934, 0.9, 0.95))]))
    assert "0,93 (0,90 bis 0,95)" in intervals
    assert "50\u00a0%" in texts_of(charts.draw_confusion(((1, 1), (0, 2)), ("a", "b")))


def test_what_cannot_be_drawn_is_said():
    plots = binary_plots(*FEW["no positives"])
    assert "Requires positive and negative films" in texts_of(plots["roc"])
    assert "Requires positive films" in texts_of(plots["precision_recall"])
    assert "sensitivity" not in texts_of(plots["rates"])
    assert "specificity" in texts_of(plots["rates"])


def dots(figure):
    """Places of the filled dots of a plot."""
    return [place for bars in figure.axes[0].containers for place in zip(*bars[0].get_data(), strict=True)]


@pytest.mark.parametrize("threshold", [0.0, 0.31, 0.77])
def test_dots_lie_at_the_operating_point(threshold):
    labels, probabilities = films(400)
    (tn, fp), (fn, tp) = confusion_matrix(labels, probabilities, threshold)
    assert dots(draw_roc(labels, probabilities, threshold)) == [pytest.approx((fp / (fp + tn), tp / (tp + fn)))]
    (dot,) = dots(draw_precision_recall(labels, probabilities, threshold))
    assert dot == pytest.approx((tp / (tp + fn), tp / (tp + fp)))


def test_roc_of_a_perfect_model_runs_through_the_corner():
    figure = draw_roc(np.array([0, 0, 1, 1]), np.array([0.1, 0.2, 0.8, 0.9]))
    assert figure.axes[0].lines[0].get_xydata().tolist() == [[1, 1], [0.5, 1], [0, 1], [0, 0.5], [0, 0]]


def test_reliability_shows_stated_and_observed():
    labels, probabilities = np.array([0, 1, 1, 1]), np.array([0.21, 0.23, 0.96, 0.98])
    figure = charts.draw_reliability(reliability_bins(labels, probabilities))
    assert dots(figure) == [pytest.approx((0.22, 0.5)), pytest.approx((0.97, 1))]
    assert "before calibration" not in texts_of(figure)
    assert "before calibration" in texts_of(charts.draw_reliability((), ()))


def test_histogram_has_positives_up_and_negatives_down():
    labels, probabilities = np.array([0, 0, 0, 0, 1]), np.array([0.11, 0.12, 0.13, 0.61, 0.88])
    figure = charts.draw_score_histogram(score_histogram(labels, probabilities), 0.5)
    bars = [bar for bars in figure.axes[0].containers for bar in bars]
    assert [(round(bar.get_x(), 3), bar.get_height()) for bar in bars] == [(0.85, 100), (0.1, -75), (0.6, -25)]
    assert {"1 positive", "4 negative", "threshold 0.5"} <= set(texts_of(figure))


def test_intervals_keep_long_names_and_wild_values_inside():
    figures = [("AUC", Figure(0.9, 0.8, 0.95)), ("<b>" * 40, Figure(-0.4, -0.6, 1.7)), ("none", Figure(math.nan, 0, 1))]
    figure = charts.draw_intervals(figures)
    texts = texts_of(figure)
    assert "0.90 (0.80 to 0.95)" in texts
    assert any(text.endswith("…") for text in texts)
    assert "none" not in texts
    assert is_inside(figure)
    assert Picture(charts.draw_intervals(figures * 4), "").size[1] > Picture(figure, "").size[1]
    ElementTree.fromstring(render_svg(charts.draw_intervals([])))


@pytest.mark.parametrize("classes", [2, 3, 8])
def test_matrix_of_many_classes_shows_every_count(classes):
    table = (np.arange(classes**2).reshape(classes, classes) * 997).tolist()
    names = [f"<class> & number {number} at $x$" for number in range(classes)]
    figure = charts.draw_confusion(table, names)
    assert {str(count) for row in table for count in row} <= set(texts_of(figure))
    assert is_inside(figure)
    assert Picture(figure, "").size[0] <= 493  # a page without its margins
