"""Plots and photographs on paper."""

from base64 import b64encode

import numpy as np
import pytest
from reportlab.platypus.flowables import Spacer

from core.documents.document import Document, Photograph, Photographs, Picture, Pictures, render_text
from core.documents.html import render_html
from core.documents.pdf import render_pdf
from core.documents.pdf_pictures import GUTTER, IN_A_ROW, caption_picture, lay_out_fours, lay_out_pairs
from core.documents.plot_style import new_figure
from core.documents.svg import render_svg
from core.films.phantoms import draw_phantom
from tests.core.documents.examples import document, draw_roc, films
from tests.core.exports.examples import pages_of
from tests.factories import encode_png


def test_drawings_are_not_changed_by_printing():
    figure = draw_roc(*films(50))
    before = render_svg(figure)
    render_pdf(document(Pictures((Picture(figure, "x"), Picture(figure, "y"))), Picture(figure, "z")))
    assert render_svg(figure) == before


def test_photographs_stand_on_paper_and_in_the_page():
    pictures = [
        Photograph(encode_png(draw_phantom(seed, True, 80 + 20 * seed)), f"<b>film</b> {seed}") for seed in range(6)
    ]
    document = Document("Films", "", (Photographs(tuple(pictures)), Photographs(())), "foot")
    (page,) = pages_of(render_pdf(document))
    assert len(page.images) == 6
    assert page.extract_text().count("<b>film</b>") == 6
    made = render_html(document)
    assert f'<img src="data:image/png;base64,{b64encode(pictures[0].png).decode()}" alt="&lt;b&gt;film' in made
    assert made.count("<img") == made.count(" alt=") == 6
    assert "<b>film</b> 5" in render_text(document)
    assert render_pdf(document) == render_pdf(document)


def test_a_tall_photograph_stays_on_the_page():
    tall = Photograph(encode_png(np.zeros((4000, 20), np.uint8)), "tall")
    assert len(pages_of(render_pdf(Document("Films", "", (Photographs((tall,) * 4),), "")))) == 1
    with pytest.raises(ValueError, match="PNG"):
        Photograph(b"\xff\xd8\xff", "a JPEG")


def caption(text, width):
    return Spacer(0, 10)


def column_widths(rows):
    """The widths of the columns of each row, without rows that only keep a distance."""
    return [row._colWidths for row in rows if hasattr(row, "_colWidths")]


def plot(width=200, height=100):
    return Picture(new_figure(width, height), "a plot")


@pytest.mark.parametrize(
    ("width", "height", "scale"), [(200, 100, 1), (800, 100, 0.5), (200, 2000, 0.2)]
)  # on 400 by 500 points
def test_a_plot_is_reduced_to_the_width_and_to_most_of_the_height(width, height, scale):
    grid = caption_picture(plot(width, height), caption, 400, 500)
    plot_flowable = grid._cellvalues[0][0]
    assert (plot_flowable.width, plot_flowable.height) == pytest.approx((scale * width, scale * height))


@pytest.mark.parametrize(("count", "rows"), [(0, []), (1, [1]), (2, [2]), (3, [2, 2]), (5, [2, 2, 2])])
def test_plots_stand_in_pairs(count, rows):
    made = lay_out_pairs([plot(300)] * count, caption, 480, 700)
    assert [len(widths) for widths in column_widths(made)] == rows
    assert all(sum(widths) <= 480 + GUTTER for widths in column_widths(made))


def test_a_wider_page_has_more_of_them_in_a_row():
    made = lay_out_pairs([plot(300)] * 5, caption, 3 * 300 + 2 * GUTTER, 700)
    assert [len(widths) for widths in column_widths(made)] == [3, 3]


@pytest.mark.parametrize("shape", [(50, 200), (200, 50)])
def test_photographs_stand_in_fours_and_keep_their_proportions(shape):
    photograph = Photograph(encode_png(np.zeros(shape, np.uint8)), "film")
    made = lay_out_fours([photograph] * 5, caption, 480, 700)
    assert [len(widths) for widths in column_widths(made)] == [IN_A_ROW, IN_A_ROW]
    image = made[0]._cellvalues[0][0]._cellvalues[0][0]
    assert image.drawWidth / image.drawHeight == pytest.approx(shape[1] / shape[0])
    assert image.drawWidth <= (480 - 3 * GUTTER) / 4 + 1e-6
    assert image.drawHeight <= 0.4 * 700
