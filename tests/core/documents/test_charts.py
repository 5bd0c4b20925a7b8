"""Plots that tell the truth, whatever the films."""

import math
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from reportlab.graphics.shapes import Circle, Line, PolyLine, Rect

from core.documents import charts
from core.documents.chart_parts import BOTTOM, LEFT, SIDE
from core.documents.document import Picture, Pictures
from core.documents.pdf import render_pdf
from core.documents.svg import render_svg
from core.metrics.curves import confusion_matrix, reliability_bins
from core.metrics.intervals import Figure
from tests.core.documents.examples import FEW, binary_plots, document, films, pages_of, shapes_of, texts_of


@pytest.mark.parametrize("case", FEW)
def test_every_plot_of_any_dataset_is_drawn_inside_its_edges(case):
    for name, drawing in binary_plots(*FEW[case]).items():
        ElementTree.fromstring(render_svg(drawing, name))
        left, low, right, high = drawing.getBounds()
        assert left >= 0, name
        assert low >= 0, name
        assert right <= drawing.width, name
        assert high <= drawing.height, name
        assert not any(math.isnan(value) for line in shapes_of(drawing, PolyLine) for value in line.points), name
    plots = tuple(Picture(plot, name) for name, plot in binary_plots(*FEW[case]).items())
    assert len(pages_of(render_pdf(document(Pictures(plots))))) == 2


def test_plots_of_many_films_stay_small():
    labels, probabilities = films(5000)
    assert all(len(render_svg(plot)) < 60_000 for plot in binary_plots(labels, probabilities).values())


def test_plots_have_decimal_commas_in_german(german):
    labels, probabilities = films(400)
    for name, drawing in binary_plots(labels, probabilities).items():
        texts = texts_of(drawing)
        assert ("0,25" in texts) == (name != "confusion"), name
        assert not [text for text in texts if re.search(r"\d\.\d", text)], name
    intervals = texts_of(charts.draw_intervals([("AUC", Figure(0.934, 0.9, 0.95))]))
    assert "0,93 (0,90 bis 0,95)" in intervals
    assert "50\u00a0%" in texts_of(charts.draw_confusion(((1, 1), (0, 2)), ("a", "b")))


def test_what_cannot_be_drawn_is_said():
    labels, probabilities = FEW["no positives"]
    plots = binary_plots(labels, probabilities)
    assert "Requires positive and negative films" in texts_of(plots["roc"])
    assert "Requires positive films" in texts_of(plots["precision_recall"])
    assert "sensitivity" not in texts_of(plots["rates"])
    assert "specificity" in texts_of(plots["rates"])


def dots(drawing):
    """Centres of the dots inside the square of a plot, as values of both axes."""
    found = [((dot.cx - LEFT) / SIDE, (dot.cy - BOTTOM) / SIDE) for dot in shapes_of(drawing, Circle)]
    return [place for place in found if place[1] >= -0.001]


@pytest.mark.parametrize("threshold", [0.0, 0.31, 0.5, 0.77])
def test_dots_lie_at_the_operating_point(threshold):
    labels, probabilities = films(400)
    (tn, fp), (fn, tp) = confusion_matrix(labels, probabilities, threshold)
    (roc_dot,) = dots(charts.draw_roc(labels, probabilities, threshold))
    assert roc_dot == pytest.approx((fp / (fp + tn), tp / (tp + fn)), abs=1e-3)
    (dot,) = dots(charts.draw_precision_recall(labels, probabilities, threshold))
    assert dot == pytest.approx((tp / (tp + fn), tp / (tp + fp)), abs=1e-3)


def test_roc_of_a_perfect_model_runs_through_the_corner():
    line = list(shapes_of(charts.draw_roc(np.array([0, 0, 1, 1]), np.array([0.1, 0.2, 0.8, 0.9]), 0.5), PolyLine))[-1]
    assert line.points == pytest.approx([LEFT, BOTTOM, LEFT, BOTTOM + SIDE, LEFT + SIDE, BOTTOM + SIDE])


def test_reliability_shows_stated_and_observed():
    labels, probabilities = np.array([0, 1, 1, 1]), np.array([0.21, 0.23, 0.96, 0.98])
    drawing = charts.draw_reliability(reliability_bins(labels, probabilities))
    assert dots(drawing) == [pytest.approx((0.22, 0.5), abs=1e-3), pytest.approx((0.97, 1), abs=1e-3)]
    assert "before calibration" not in texts_of(drawing)
    assert "before calibration" in texts_of(charts.draw_reliability((), ()))


def test_histogram_has_positives_up_and_negatives_down():
    labels, probabilities = np.array([0, 0, 0, 0, 1]), np.array([0.11, 0.12, 0.13, 0.61, 0.88])
    drawing = charts.draw_score_histogram(labels, probabilities, 0.5)
    bars = [bar for bar in shapes_of(drawing, Rect) if bar.y >= BOTTOM]
    middle = BOTTOM + SIDE / 2
    assert [(bar.y >= middle, round(bar.height / (SIDE / 2), 3)) for bar in bars] == [
        (True, 1),
        (False, 0.75),
        (False, 0.25),
    ]
    assert {"1 positive", "4 negative", "threshold 0.5"} <= set(texts_of(drawing))


def test_intervals_keep_long_names_and_wild_values_inside():
    figures = [("AUC", Figure(0.9, 0.8, 0.95)), ("<b>" * 40, Figure(-0.4, -0.6, 1.7)), ("none", Figure(math.nan, 0, 1))]
    drawing = charts.draw_intervals(figures)
    texts = texts_of(drawing)
    assert "0.90 (0.80 to 0.95)" in texts
    assert any(text.endswith("…") for text in texts)
    assert "none" not in texts
    assert drawing.getBounds()[0] >= 0
    assert all(0 <= line.x1 <= line.x2 <= 430 for line in shapes_of(drawing, Line))
    assert charts.draw_intervals(figures * 4).height > charts.draw_intervals(figures).height
    ElementTree.fromstring(render_svg(charts.draw_intervals([])))


@pytest.mark.parametrize("classes", range(2, 9))
def test_matrix_of_many_classes_shows_every_count(classes):
    table = (np.arange(classes**2).reshape(classes, classes) * 997).tolist()
    names = [f"<class> & number {number}" for number in range(classes)]
    drawing = charts.draw_confusion(table, names)
    assert {str(count) for row in table for count in row} <= set(texts_of(drawing))
    left, low, right, high = drawing.getBounds()
    assert left >= 0
    assert low >= 0
    assert right <= drawing.width <= 493  # a page without its margins
    assert high <= drawing.height
