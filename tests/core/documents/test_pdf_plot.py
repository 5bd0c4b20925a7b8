"""Plots on paper: vectors in their places, and text that can be searched."""

import io
import re

import numpy as np
import pypdf
import pytest
from reportlab.pdfgen.canvas import Canvas

from core.documents.pdf_plot import Plot
from core.documents.plot_style import BOTTOM, LEFT, SIDE, unit_axes
from tests.core.documents.examples import draw_roc

CORNER = re.compile(r"(\S+) (\S+) [ml]\b")


def test_a_plot_is_as_large_as_its_scale_says():
    figure = unit_axes("x", "y").figure
    whole, half = Plot(figure, 1), Plot(figure, 0.5)
    assert (half.width, half.height) == pytest.approx((whole.width / 2, whole.height / 2))


def test_curves_are_lines_and_texts_are_text():
    figure = draw_roc(np.array([0, 0, 1, 1]), np.array([0.1, 0.2, 0.8, 0.9]))
    stream = io.BytesIO()
    canvas = Canvas(stream, pageCompression=0)
    Plot(figure, 1).drawOn(canvas, 0, 0)
    canvas.save()
    (page,) = pypdf.PdfReader(stream).pages
    assert {"Sensitivity", "0.25", "chance", "operating point, threshold 0.5"} <= set(page.extract_text().split("\n"))
    assert not page.images
    corners = [(float(x), float(y)) for x, y in CORNER.findall(page.get_contents().get_data().decode("latin-1"))]
    perfect = [(LEFT + SIDE, BOTTOM + SIDE), (LEFT, BOTTOM + SIDE), (LEFT, BOTTOM)]  # of a model without a mistake
    assert all(any(corner == pytest.approx(found, abs=0.01) for found in corners) for corner in perfect)
