"""Documents as a page: names stand literally, nothing is loaded from outside."""

import io
import re

import pypdf
import pytest

from core.documents.document import Picture, Pictures, Text
from core.documents.html import render_html
from core.documents.pdf import render_pdf
from tests.core.documents.examples import HOSTILE, Page, binary_plots, document, everything, films


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: ascii(name))
def test_names_stand_literally_in_the_page(name):
    made = render_html(everything(name))
    made.encode("utf-8")
    page = Page(made)
    on_page = {"a\u202egnp.exe": r"a\u202Egnp.exe", "nul\x00l": r"nul\u0000l", "half \ud800": r"half \uD800"}.get(
        name, name
    )
    assert page.texts.count(on_page) >= 10
    assert "b" not in page.tags
    assert f"Matrix of {on_page}" in [value for key, value in page.attributes if key == "aria-label"]


def test_page_asks_for_nothing_outside_itself():
    made = render_html(everything())
    page = Page(made)
    assert made.startswith("<!DOCTYPE html>")
    assert {"script", "link", "img", "iframe", "object"}.isdisjoint(page.tags)
    assert {key for key, value in page.attributes if value and "//" in value} == {"xmlns", "xmlns:xlink"}
    assert "url(" not in made
    assert "@import" not in made


def test_page_is_made_for_screen_readers():
    page = Page(render_html(everything()))
    assert ("lang", "en") in page.attributes
    assert ("scope", "col") in page.attributes
    assert ("scope", "row") in page.attributes
    assert page.attributes.count(("role", "img")) == page.tags.count("svg") == 2


def test_plots_in_one_page_cannot_collide():
    plots = binary_plots(*films(50))
    made = render_html(document(Pictures(tuple(Picture(plot, name) for name, plot in plots.items()))))
    shared = re.findall(r'<\w+ id="(\w+)"([^>]*)>', made)  # such as the dot of a marker
    assert len(set(shared)) == len({name for name, _ in shared}) > 0


def test_page_and_paper_tell_their_language(german):
    assert ("lang", "de") in Page(render_html(everything())).attributes
    made = pypdf.PdfReader(io.BytesIO(render_pdf(document(Text("text")))))
    assert made.trailer["/Root"]["/Lang"] == "de"
