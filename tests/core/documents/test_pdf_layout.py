"""Where things are on the page."""

import io

import pypdf
import pytest
from reportlab.lib.pagesizes import A4

from core.documents.document import Document, Heading, Table, Text, Tone
from core.documents.fonts import BOLD, SANS, text_width
from core.documents.pdf_layout import CELL_SIZE, MARGIN, PADDING, WIDTH, lay_out
from tests.core.documents.examples import document

RIGHT = A4[0] - MARGIN + 0.01  # for rounding in the file


class Piece:
    """A piece of text: its page, size, and where it begins, in points from the lower left."""

    def __init__(self, page, text, cm, tm, font, size):
        self.page, self.text = page, text.strip()
        self.is_bold = font["/BaseFont"].endswith("Bold")
        self.scale = cm[0] * tm[0]
        self.size = size * self.scale
        self.x = cm[0] * tm[4] + cm[4]
        self.y = cm[3] * tm[5] + cm[5]

    @property
    def end(self):
        return self.x + text_width(self.text, self.size, BOLD if self.is_bold else SANS)


def pieces_of(content, one_page=False):
    """All pieces of text of a laid out document."""
    pieces = []
    for number, page in enumerate(pypdf.PdfReader(io.BytesIO(lay_out(content, one_page))).pages, 1):

        def keep(text, cm, tm, font, size, number=number):
            if text.strip():
                pieces.append(Piece(number, text, cm, tm, font, size))

        page.extract_text(visitor_text=keep)
    return pieces


def by_text(pieces):
    return {piece.text: piece for piece in pieces}


def test_pages_are_a4_and_name_their_language(german):
    reader = pypdf.PdfReader(io.BytesIO(lay_out(document(Text("Befund")), False)))
    assert [float(side) for side in reader.pages[0].mediabox] == pytest.approx([0, 0, *A4])
    assert reader.root_object["/Lang"] == "de"
    assert "Seite 1 von 1" in reader.pages[0].extract_text()


def test_blocks_follow_each_other_down_the_page_in_their_sizes():
    content = document(Heading("Second"), Text("plain"), Heading("Third", 3), Text("quiet", Tone.QUIET), subtitle="Sub")
    pieces = pieces_of(content)
    assert [piece.text for piece in pieces[:6]] == ["Report", "Sub", "Second", "plain", "Third", "quiet"]
    heights = [piece.y for piece in pieces[:6]]
    assert heights == sorted(heights, reverse=True)
    size = {piece.text: piece.size for piece in pieces}
    assert size["Report"] > size["Second"] > size["Third"] > size["plain"] > size["quiet"]
    assert [piece.text for piece in pieces if piece.is_bold] == ["Report", "Second", "Third"]
    assert [piece.x for piece in pieces[:6]] == [pytest.approx(MARGIN)] * 6


def test_numbers_align_at_the_right_and_names_at_the_left():
    table = Table(("File", "Films", "Probability"), (("a.png", "1", "0.5"), ("a longer name.png", "1000", "0.125")))
    piece = by_text(pieces_of(document(table)))
    assert piece["a.png"].x == piece["a longer name.png"].x == piece["File"].x == pytest.approx(MARGIN + PADDING)
    for number, other, head in (("1", "1000", "Films"), ("0.5", "0.125", "Probability")):
        assert piece[number].end == pytest.approx(piece[other].end, abs=0.01)
        assert piece[number].end == pytest.approx(piece[head].end, abs=0.01)
    assert piece["File"].is_bold
    assert not piece["a.png"].is_bold


def test_a_wide_table_wraps_only_its_wide_columns():
    rows = (("a", "word " * 60, "another " * 60), ("b", "x", "y"))
    pieces = pieces_of(document(Table(("Id", "First", "Second"), rows)))
    assert all(piece.x >= MARGIN - 0.01 and piece.end <= RIGHT for piece in pieces)
    piece = by_text(pieces)
    narrow = text_width("Id", CELL_SIZE, BOLD) + 2 * PADDING + 8
    assert piece["First"].x - piece["Id"].x == pytest.approx(narrow)
    assert piece["Second"].x - piece["First"].x == pytest.approx((WIDTH - narrow) / 2)


def test_a_table_of_narrow_columns_is_as_wide_as_it_needs_to_be():
    piece = by_text(pieces_of(document(Table(("First", "Second"), (("a", "b"), ("a much longer cell", "c"))))))
    widest = text_width("a much longer cell", CELL_SIZE)
    assert piece["Second"].x - piece["First"].x == pytest.approx(widest + 2 * PADDING + 8)


def test_a_long_footer_is_cut_before_the_page_number():
    pieces = pieces_of(document(Text("body"), footer="footer " * 60))
    (footer,) = (piece for piece in pieces if piece.text.startswith("footer"))
    assert footer.text.endswith("…")
    (number,) = (piece for piece in pieces if piece.text == "Page 1 of 1")
    assert footer.y == number.y
    assert footer.end < number.x
    assert number.end == pytest.approx(RIGHT, abs=0.02)
    assert footer.x == pytest.approx(MARGIN)


def test_a_footer_is_one_line_below_all_text():
    pieces = pieces_of(document(*[Text("line")] * 60, footer="first\nsecond"))
    assert {piece.page for piece in pieces} == {1, 2}
    footers = [piece for piece in pieces if piece.text == "first second"]
    assert [piece.page for piece in footers] == [1, 2]
    assert all(piece.y > footers[0].y + 10 for piece in pieces if piece.text == "line")


def test_one_page_shrinks_all_text_alike_and_keeps_the_footer():
    content = document(Heading("Head"), *[Text(f"line {number}") for number in range(60)])
    ordinary, small = (by_text(pieces_of(content, one_page)) for one_page in (False, True))
    assert {piece.page for piece in small.values()} == {1}
    ratios = {small[text].size / ordinary[text].size for text in ("Report", "Head", "line 0", "line 59")}
    assert len({round(ratio, 6) for ratio in ratios}) == 1
    assert 0.5 < min(ratios) < 1
    assert small["A footer"].size == ordinary["A footer"].size
    assert small["line 59"].y > small["A footer"].y
    assert small["Report"].x == pytest.approx(MARGIN)


def test_markup_and_line_ends_are_kept_as_they_are():
    pieces = [piece.text for piece in pieces_of(Document("<i>T</i>", "", (Text("a &lt; <b>b</b>\nnext"),), ""))]
    assert "<i>T</i>" in pieces
    assert "a &lt; <b>b</b>" in pieces
    assert "next" in pieces
