"""Plots as SVG."""

from xml.etree import ElementTree

from core.documents import charts
from core.documents.svg import render_svg


def test_svg_shows_markup_in_names_as_text():
    name = '<b>&"x"'
    made = ElementTree.fromstring(render_svg(charts.draw_confusion(((1, 2), (3, 4)), (name, "b")), name))
    assert made.get("aria-label") == name
    assert made.get("viewBox")
    assert [text.text for text in made.iter("{http://www.w3.org/2000/svg}text")].count(name) == 2
