"""Documents as a page: names stand literally, nothing is loaded from outside."""

import io

import pypdf
import pytest

from core.documents.document import Text
from core.documents.html import render_html
from core.documents.pdf import render_pdf
from tests.core.documents.examples import HOSTILE, Page, document, everything


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
    assert made.replace('xmlns="http://www.w3.org/2000/svg"', "").count("http:") == 0
    assert {"script", "link", "img", "iframe", "object"}.isdisjoint(page.tags)
    assert {key for key, value in page.attributes if value and "//" in value} == {"xmlns"}
    assert "url(" not in made
    assert "@import" not in made


def test_page_is_made_for_screen_readers():
    page = Page(render_html(everything()))
    assert ("lang", "en") in page.attributes
    assert ("scope", "col") in page.attributes
    assert ("scope", "row") in page.attributes
    assert page.attributes.count(("role", "img")) == page.tags.count("svg") == 4
    assert [key for key, _ in page.attributes].count("id") == 0  # several drawings in one page cannot collide


def test_page_and_paper_tell_their_language(german):
    assert ("lang", "de") in Page(render_html(everything())).attributes
    made = pypdf.PdfReader(io.BytesIO(render_pdf(document(Text("text")))))
    assert made.trailer["/Root"]["/Lang"] == "de"
