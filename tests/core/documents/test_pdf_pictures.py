"""Plots and photographs on paper."""

from base64 import b64encode

import numpy as np
import pytest

from core.documents import charts
from core.documents.document import Document, Photograph, Photographs, Picture, Pictures, render_text
from core.documents.html import render_html
from core.documents.pdf import render_pdf
from core.documents.svg import render_svg
from core.films.phantoms import draw_phantom
from tests.core.documents.examples import document, films
from tests.core.exports.examples import pages_of, png_of


def test_drawings_are_not_changed_by_printing():
    drawing = charts.draw_roc(*films(50), 0.5)
    before = render_svg(drawing)
    render_pdf(document(Pictures((Picture(drawing, "x"), Picture(drawing, "y"))), Picture(drawing, "z")))
    assert render_svg(drawing) == before


def test_photographs_stand_on_paper_and_in_the_page():
    pictures = [
        Photograph(png_of(draw_phantom(seed, True, 80 + 20 * seed)), f"<b>film</b> {seed}") for seed in range(6)
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
    tall = Photograph(png_of(np.zeros((4000, 20), np.uint8)), "tall")
    assert len(pages_of(render_pdf(Document("Films", "", (Photographs((tall,) * 4),), "")))) == 1
    with pytest.raises(ValueError, match="PNG"):
        Photograph(b"\xff\xd8\xff", "a JPEG")
