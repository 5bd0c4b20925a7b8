"""What is printed: content that stands literally on web page and paper, and plots that tell the truth."""

import io
import math
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pypdf
import pytest
from reportlab.graphics.shapes import Circle, Group, Line, PolyLine, Rect, String

from core.documents import charts
from core.documents.chart_parts import BOTTOM, LEFT, SIDE
from core.documents.document import (
    Bullets,
    Document,
    Heading,
    Picture,
    Pictures,
    SignatureLine,
    Table,
    Text,
    Tone,
    numeric_columns,
)
from core.documents.fonts import escape_undrawable, text_width
from core.documents.html import render_html
from core.documents.pdf import render_pdf
from core.metrics.curves import confusion_matrix, reliability_bins
from core.metrics.intervals import Figure

ROOT = Path(__file__).parents[2]
HOSTILE = {  # a name from outside, and how paper shows it
    "<b>x</b>": "<b>x</b>",
    '&amp; & "q"': '&amp; & "q"',
    "Пневмония.dcm": "Пневмония.dcm",
    "صدر": r"\u0635\u062F\u0631",
    "肺炎": r"\u80BA\u708E",
    "🫁": r"\U0001FAC1",
    "a\u202egnp.exe": r"a\u202Egnp.exe",
    "nul\x00l": r"nul\u0000l",
    "half \ud800": r"half \uD800",
    "de\u0301ja\u0300": "d\u00e9j\u00e0",
}
VOID = {"meta", "br"}


def films(count, positives=None, seed=0):
    random = np.random.default_rng(seed)
    labels = np.zeros(count, np.int64)
    labels[: count // 3 if positives is None else positives] = 1
    return labels, np.clip(random.normal(0.3 + 0.4 * labels, 0.2), 0, 1)


FEW = {
    "no films": films(0),
    "no positives": films(30, 0),
    "no negatives": films(30, 30),
    "one film": films(1),
    "many": films(5000),
}


def binary_plots(labels, probabilities, threshold=0.5):
    bins = reliability_bins(labels, probabilities)
    return {
        "roc": charts.draw_roc(labels, probabilities, threshold),
        "precision_recall": charts.draw_precision_recall(labels, probabilities, threshold),
        "reliability": charts.draw_reliability(bins, reliability_bins(labels, probabilities**2)),
        "reliability alone": charts.draw_reliability(bins),
        "histogram": charts.draw_score_histogram(labels, probabilities, threshold, (0.3, 0.7)),
        "histogram alone": charts.draw_score_histogram(labels, probabilities, threshold),
        "rates": charts.draw_rates(labels, probabilities, threshold),
        "confusion": charts.draw_confusion(confusion_matrix(labels, probabilities, threshold), ("normal", "pneumonia")),
    }


def document(*blocks, title="Report", subtitle="", footer="A footer"):
    return Document(title, subtitle, blocks, footer)


def everything(name="lung"):
    picture = Picture(charts.draw_confusion(((3, 1), (0, 0)), (name, "b")), f"Matrix of {name}")
    return document(
        Heading(name),
        Text(name, Tone.NOTICE),
        Text(name),
        Text(name, Tone.QUIET),
        Table((name, "Value"), ((name, "0.5"), ("other", "0.25"))),
        Bullets((name, "second")),
        Heading("Plots", 3),
        picture,
        Pictures((picture, picture, picture)),
        SignatureLine(name, name),
        SignatureLine("Physicist"),
        title=name,
        subtitle=name,
        footer=name,
    )


def pages_of(pdf):
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


def shapes_of(group, kind):
    for shape in group.contents:
        if isinstance(shape, Group):
            yield from shapes_of(shape, kind)
        elif isinstance(shape, kind):
            yield shape


def texts_of(drawing):
    return [shape.text for shape in shapes_of(drawing, String)]


class Page(HTMLParser):
    """Checks that every element is closed in its place, and keeps tags, attributes and text."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.attributes, self.texts = [], [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, text):
        self.texts.append(text)


@pytest.mark.parametrize(("name", "on_paper"), HOSTILE.items(), ids=lambda name: ascii(name))
def test_names_stand_literally_on_paper(name, on_paper):
    text = "\n".join(pages_of(render_pdf(everything(name))))
    # title, subtitle, heading, three texts, table twice, list, label, name, footer, four captions; plots may cut it
    assert text.count(on_paper) >= 16


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


def test_columns_of_numbers_are_known():
    rows = (("a", "0.912", "0.88 to 0.94", "12 %", "", "1a"), ("b", "1", "–0.1 to 0.3", "5", "", "2"))
    assert numeric_columns(Table(("n", "v", "i", "p", "e", "m"), rows)) == (False, True, True, True, False, False)
    assert numeric_columns(Table(("n", "i"), (("a", "0.88 bis 0.94"),))) == (False, True)


@pytest.mark.parametrize("make", [lambda: Table(("a", "b"), (("c",),)), lambda: Table((), ()), lambda: Heading("x", 1)])
def test_impossible_blocks_are_refused(make):
    with pytest.raises(ValueError, match=r"table|heading"):
        make()


def test_paper_says_which_page_of_how_many():
    rows = tuple((f"film{number}.png", "0.5") for number in range(200))
    pages = pages_of(render_pdf(document(Heading("Films"), Table(("File", "Probability"), rows))))
    assert len(pages) > 2
    for number, text in enumerate(pages, 1):
        assert f"Page {number} of {len(pages)}" in text
        assert "A footer" in text
        assert text.count("Probability") == 1  # the header is repeated
    assert sum(text.count("film") for text in pages) == 200


def test_a_cell_longer_than_a_page_goes_on_over_the_next():
    pages = pages_of(render_pdf(document(Table(("File", "Note"), (("a.png", "word " * 3000),)))))
    assert sum(text.count("word") for text in pages) == 3000


def test_rows_that_fit_a_page_are_not_torn():
    rows = tuple((f"film{number}", "first " + "word " * 25 + "last") for number in range(60))
    for text in pages_of(render_pdf(document(Table(("File", "Note"), rows)))):
        assert text.count("first") == text.count("last")


def test_thousands_of_rows_and_no_rows_are_printed():
    rows = tuple((f"film{number}.png", "0.5", "scored") for number in range(1000))
    assert "film999.png" in pages_of(render_pdf(document(Table(("a", "b", "c"), rows))))[-1]
    empty = document(Table(("only a header", "b"), ()), Bullets(()), Pictures(()), Text(""), footer="")
    assert "only a header" in pages_of(render_pdf(empty))[0]
    Page(render_html(empty))


def test_heading_stays_with_what_it_heads():
    for lines in range(30, 38):  # about a page of them
        blocks = [Text("line")] * lines + [
            Heading("Headed"),
            Text("follows"),
            Heading("Rows"),
            Table(("a",), (("b",),)),
        ]
        for text in pages_of(render_pdf(document(*blocks))):
            assert ("Headed" in text) == ("follows" in text)
            assert not text.removesuffix("\n").split("A footer")[0].endswith(("Headed\n", "Rows\n"))


@pytest.mark.parametrize("rows", [0, 25, 90])
def test_one_page_holds_everything(rows):
    table = Table(("File", "Note"), tuple((f"film{number}.png", "a long note " * 12) for number in range(rows)))
    plots = tuple(Picture(plot, name) for name, plot in binary_plots(*films(50)).items())
    pages = pages_of(
        render_pdf(document(Text("start"), Pictures(plots), table, SignatureLine("signed")), one_page=True)
    )
    assert len(pages) == 1
    assert "start" in pages[0]
    assert "signed" in pages[0]
    assert pages[0].count("film") >= rows


def test_one_page_does_not_shrink_what_fits():
    short = document(Text("short"))
    assert render_pdf(short, one_page=True) == render_pdf(short)


@pytest.mark.parametrize("one_page", [False, True])
def test_same_document_gives_the_same_bytes_and_names_no_person(one_page):
    first, second = render_pdf(everything(), one_page), render_pdf(everything(), one_page)
    assert first == second
    information = pypdf.PdfReader(io.BytesIO(first)).metadata
    assert information["/Title"] == "lung"
    assert {information["/Author"], information["/Creator"], information["/Producer"]} == {"PneumoScreen"}
    assert "2000" in information["/CreationDate"]  # reportlab's constant: no clock was read


def test_drawings_are_not_changed_by_printing():
    drawing = charts.draw_roc(*films(50), 0.5)
    before = charts.svg_of(drawing)
    render_pdf(document(Pictures((Picture(drawing, "x"), Picture(drawing, "y"))), Picture(drawing, "z")))
    assert charts.svg_of(drawing) == before


@pytest.mark.parametrize("case", FEW)
def test_every_plot_of_any_dataset_is_drawn_inside_its_edges(case):
    for name, drawing in binary_plots(*FEW[case]).items():
        ElementTree.fromstring(charts.svg_of(drawing, name))
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
    assert all(len(charts.svg_of(plot)) < 60_000 for plot in binary_plots(labels, probabilities).values())


def test_what_cannot_be_drawn_is_said():
    labels, probabilities = FEW["no positives"]
    plots = binary_plots(labels, probabilities)
    assert "Needs positive and negative films" in texts_of(plots["roc"])
    assert "Needs positive films" in texts_of(plots["precision_recall"])
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
    ElementTree.fromstring(charts.svg_of(charts.draw_intervals([])))


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


def test_svg_shows_markup_in_names_as_text():
    name = '<b>&"x"'
    made = ElementTree.fromstring(charts.svg_of(charts.draw_confusion(((1, 2), (3, 4)), (name, "b")), name))
    assert made.get("aria-label") == name
    assert made.get("viewBox")
    assert [text.text for text in made.iter("{http://www.w3.org/2000/svg}text")].count(name) == 2


def test_characters_without_a_glyph_are_escaped_and_wide_spaces_kept():
    assert escape_undrawable("é — ≥ 肺") == r"é — ≥ \u80BA"
    assert escape_undrawable("a  b") == "a \u00a0b"
    assert text_width("ii", 10) == pytest.approx(2 * text_width("i", 10))


@pytest.mark.parametrize("module", ["core.documents.document", "core.documents.pdf"])
def test_content_and_the_door_to_paper_load_no_reportlab(module):
    code = f"import sys, {module}; sys.exit(any(name.startswith('reportlab') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
