"""Lay out a document on A4 pages with reportlab's platypus, reproducible byte by byte."""

from collections.abc import Sequence
from functools import cache
from html import escape
from io import BytesIO
from math import sqrt
from typing import Any, Final

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, LongTable, PageTemplate, Paragraph
from reportlab.platypus import Table as Grid
from reportlab.platypus.flowables import CondPageBreak, Flowable, HRFlowable, KeepTogether, Spacer

from core.documents.document import (
    Block,
    Bullets,
    Document,
    Heading,
    Photographs,
    Picture,
    Pictures,
    SignatureLine,
    Table,
    Text,
    Tone,
    numeric_columns,
)
from core.documents.fonts import (
    BOLD,
    SANS,
    break_long_words,
    escape_undrawable,
    register_typeface,
    shorten,
    text_width,
)
from core.documents.pdf_pictures import caption_picture, lay_out_fours, lay_out_pairs
from core.system.language import current_language, tr
from core.system.product import PROGRAM

MARGIN, HEAD, FOOT = 18 * mm, 15 * mm, 19 * mm
WIDTH, HEIGHT = A4[0] - 2 * MARGIN, A4[1] - HEAD - FOOT
PADDING: Final = 5  # points at each side of a table's cell
CELL_SIZE: Final = 8.5
ORANGE, RULE, QUIET, TINT = HexColor("#e69f00"), HexColor("#c8c8c8"), HexColor("#5a5a5a"), HexColor("#fdf6e7")


@cache
def _styles() -> dict[str, ParagraphStyle]:
    """Return the paragraph styles by name; sizes in points."""
    register_typeface()
    body = ParagraphStyle("plain", fontName=SANS, fontSize=9.2, leading=13.4, spaceAfter=6, splitLongWords=1)

    def derive(name: str, **changes: Any) -> ParagraphStyle:
        return ParagraphStyle(name, parent=body, **changes)

    cell = derive("cell", fontSize=CELL_SIZE, leading=11.6, spaceAfter=0)
    small = {"fontSize": 7.8, "leading": 11, "textColor": QUIET}
    styles = [
        body,
        cell,
        derive("title", fontName=BOLD, fontSize=17, leading=21, spaceAfter=2),
        derive("subtitle", fontSize=10, leading=14, textColor=QUIET, spaceAfter=10),
        derive("h2", fontName=BOLD, fontSize=12.5, leading=16, spaceBefore=12, spaceAfter=5),
        derive("h3", fontName=BOLD, fontSize=10.3, leading=14, spaceBefore=8, spaceAfter=4),
        derive("h4", fontName=BOLD, fontSize=9.2, leading=13, spaceBefore=6, spaceAfter=3),
        derive("notice", spaceAfter=0),
        derive("quiet", **small),
        derive("caption", **small, spaceAfter=0),
        derive("item", leftIndent=15, bulletIndent=3, spaceAfter=3, bulletFontName=SANS),
        ParagraphStyle("number", parent=cell, alignment=TA_RIGHT),
        ParagraphStyle("header", parent=cell, fontName=BOLD),
        ParagraphStyle("number header", parent=cell, fontName=BOLD, alignment=TA_RIGHT),
    ]
    styles += [ParagraphStyle(f"h{level} kept", parent=styles[level + 2], keepWithNext=1) for level in (2, 3, 4)]
    return {style.name: style for style in styles}


def _paragraph(text: str, name: str, width: float, **options: Any) -> Paragraph:
    """Return a paragraph of literal text: markup in it is escaped, line ends are kept.

    width: for its lines, in points; words that are wider, such as names of files, are broken.
    """
    style: Any = _styles()[name]
    room = width - style.leftIndent
    lines = break_long_words(escape_undrawable(text), room, style.fontSize, style.fontName)
    return Paragraph(escape(lines).replace("\n", "<br/>"), style, **options)


def _caption(text: str, width: float) -> Flowable:
    return _paragraph(text, "caption", width)


def lay_out(document: Document, one_page: bool) -> bytes:
    """Return the document as a PDF; with `one_page` everything shrinks to fit a single page."""
    scale = 1.0
    while True:
        content, pages = _build(document, scale)
        if not one_page or pages == 1:
            return content
        # n pages hold more than n - 1 pages of content: the area must grow at least by that
        scale *= max(1.05, sqrt(pages - 1))


def _build(document: Document, scale: float) -> tuple[bytes, int]:
    """Return the PDF with everything at 1/scale of its size, and its number of pages."""
    _styles()
    stream = BytesIO()
    template = BaseDocTemplate(
        stream,
        pagesize=A4,
        title=escape_undrawable(document.title),
        author=PROGRAM,
        creator=PROGRAM,
        producer=PROGRAM,
        subject=f"{PROGRAM} {document.kind}",
        lang=current_language().value,
        invariant=1,
        initialFontName=SANS,
        initialFontSize=9,
    )
    # the four zeros: no padding inside the frame
    frame = Frame(MARGIN * scale, FOOT * scale, WIDTH * scale, HEIGHT * scale, 0, 0, 0, 0)

    def shrink(canvas: Canvas, _template: BaseDocTemplate) -> None:
        canvas.saveState()
        canvas.scale(1 / scale, 1 / scale)

    def restore(canvas: Canvas, _template: BaseDocTemplate) -> None:
        canvas.restoreState()

    template.addPageTemplates(PageTemplate(frames=[frame], onPage=shrink, onPageEnd=restore))
    footer = escape_undrawable(document.footer.replace("\n", " "))
    template.build(
        _build_story(document, WIDTH * scale, HEIGHT * scale),
        canvasmaker=lambda *options, **named: _NumberedCanvas(footer, *options, **named),
    )
    return stream.getvalue(), template.page


class _NumberedCanvas(Canvas):
    """Canvas that adds the footer and "Page x of y"; pages are kept until their number is known."""

    def __init__(self, footer: str, *options: Any, **named: Any) -> None:
        Canvas.__init__(self, *options, **named)
        self._footer = footer
        self._pages: list[dict[str, Any]] = []

    def showPage(self) -> None:
        self._pages.append(dict(self.__dict__))
        Canvas._startPage(self)

    def save(self) -> None:
        pages = self._pages
        for number, page in enumerate(pages, 1):
            self.__dict__.update(page)
            _draw_footer(self, self._footer, tr("Page {number} of {count}", number=number, count=len(pages)))
            Canvas.showPage(self)
        Canvas.save(self)


def _draw_footer(canvas: Canvas, footer: str, page: str) -> None:
    canvas.setStrokeColor(RULE)
    canvas.setLineWidth(0.5)
    canvas.line(MARGIN, 14 * mm, A4[0] - MARGIN, 14 * mm)
    canvas.setFillColor(QUIET)
    canvas.setFont(SANS, 7.5)
    canvas.drawString(MARGIN, 10 * mm, shorten(footer, WIDTH - text_width(page, 7.5) - 12, 7.5))
    canvas.drawRightString(A4[0] - MARGIN, 10 * mm, page)


def _build_story(document: Document, width: float, height: float) -> list[Flowable]:
    """Return title and blocks as flowables for a frame of `width` by `height` points."""
    story: list[Flowable] = [_paragraph(document.title, "title", width)]
    if document.subtitle:
        story.append(_paragraph(document.subtitle, "subtitle", width))
    story.append(HRFlowable(width="100%", thickness=0.8, color=RULE, spaceBefore=0, spaceAfter=8))
    followers: list[Block | None] = [*document.blocks[1:], None]
    for block, follower in zip(document.blocks, followers, strict=False):
        story += _lay_out_block(block, follower, width, height)
    return story


def _lay_out_block(block: Block, follower: Block | None, width: float, height: float) -> list[Flowable]:
    match block:
        case Heading(text, level):
            return _lay_out_heading(text, level, follower, width)
        case Text(text, Tone.NOTICE):
            return [_lay_out_notice(text, width, height)]
        case Text(text, tone):
            return [_paragraph(text, tone.value, width)]
        case Table():
            return [_lay_out_table(block, width, height), Spacer(0, 8)]
        case Bullets(items):
            return [_paragraph(item, "item", width, bulletText="•") for item in items]
        case Picture():
            return [caption_picture(block, _caption, width, height), Spacer(0, 4)]
        case Pictures(pictures):
            return lay_out_pairs(pictures, _caption, width, height)
        case Photographs(photographs):
            return lay_out_fours(photographs, _caption, width, height)
        case SignatureLine(label, name):
            line = HRFlowable(width=230, thickness=0.8, color=HexColor("#1a1a1a"), hAlign="LEFT", spaceAfter=3)
            printed = [_paragraph(name, "cell", width)] if name else []
            return [KeepTogether([Spacer(0, 38), line, _caption(label, width), *printed, Spacer(0, 6)])]


def _lay_out_heading(text: str, level: int, follower: Block | None, width: float) -> list[Flowable]:
    """Return a heading that is kept with its follower, or with the start of a table or list."""
    title = _paragraph(text, f"h{level}", width)
    if isinstance(follower, Table | Bullets):
        return [CondPageBreak(90), title]
    return [CondPageBreak(50), title] if follower is None else [_paragraph(text, f"h{level} kept", width)]


def _lay_out_notice(text: str, width: float, height: float) -> Flowable:
    """Return a paragraph with a bar at its left."""
    left, right = 9, 6
    style = [
        ("LINEBEFORE", (0, 0), (0, -1), 3, ORANGE, "butt"),
        ("BACKGROUND", (0, 0), (-1, -1), TINT),
        ("LEFTPADDING", (0, 0), (-1, -1), left),
        ("RIGHTPADDING", (0, 0), (-1, -1), right),
        ("TOPPADDING", (0, 0), (-1, -1), 5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 6),
    ]
    rows = [[_paragraph(text, "notice", width - left - right)]]
    return Grid(rows, [width], style=style, splitInRow=_is_tall(rows, [width], height), spaceBefore=2, spaceAfter=8)


def _is_tall(rows: Sequence[Sequence[Any]], widths: Sequence[float], height: float) -> bool:
    """Return True if a cell is taller than half a page, so that its row may be split."""
    return any(
        isinstance(cell, Paragraph) and cell.wrap(column - 2 * PADDING, height)[1] > height / 2
        for row in rows
        for cell, column in zip(row, widths, strict=True)
    )


def _lay_out_table(table: Table, width: float, height: float) -> Flowable:
    """Return a table with its header on each page; cells wrap, and very tall ones are split."""
    numeric, widths = numeric_columns(table), _column_widths(table, width)
    body_styles = ["number" if is_numeric else "cell" for is_numeric in numeric]
    header_styles = ["number header" if is_numeric else "header" for is_numeric in numeric]

    def lay_out_row(row: tuple[str, ...], styles: list[str]) -> list[Any]:
        return [_lay_out_cell(text, name, column) for text, name, column in zip(row, styles, widths, strict=True)]

    rows = [lay_out_row(table.header, header_styles), *(lay_out_row(row, body_styles) for row in table.rows)]
    style: list[tuple[Any, ...]] = [
        ("FONT", (0, 0), (-1, 0), BOLD, CELL_SIZE, 11.6),
        ("FONT", (0, 1), (-1, -1), SANS, CELL_SIZE, 11.6),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, 0), 0.9, QUIET),
        ("LINEBELOW", (0, 1), (-1, -1), 0.4, RULE),
        ("LEFTPADDING", (0, 0), (-1, -1), PADDING),
        ("RIGHTPADDING", (0, 0), (-1, -1), PADDING),
        ("TOPPADDING", (0, 0), (-1, -1), 2.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3.5),
    ]
    style += [("ALIGN", (column, 0), (column, -1), "RIGHT") for column, is_numeric in enumerate(numeric) if is_numeric]
    splits = _is_tall(rows, widths, height)
    return LongTable(rows, widths, style=style, repeatRows=1, splitInRow=splits, hAlign="LEFT", spaceBefore=2)


def _lay_out_cell(text: str, style: str, width: float) -> Any:
    """Return a cell as a paragraph, or as a string, which is much faster, if it fits one line."""
    line = escape_undrawable(text)
    fits = "\n" not in line and text_width(line, CELL_SIZE, BOLD if "header" in style else SANS) <= width - 2 * PADDING
    return line if fits else _paragraph(text, style, width - 2 * PADDING)


def _column_widths(table: Table, width: float) -> list[float]:
    """Return column widths in points: that of the widest cell, or less if `width` is exceeded."""
    natural = []
    for number in range(len(table.header)):
        head = text_width(escape_undrawable(table.header[number]), CELL_SIZE, BOLD)
        cells = max((text_width(escape_undrawable(row[number]), CELL_SIZE) for row in table.rows), default=0.0)
        natural.append(max(head, cells) + 2 * PADDING + 8)
    if sum(natural) <= width:
        return natural
    # columns narrower than an equal part keep their width, the others divide the rest equally
    part, wide_columns = width / len(natural), set(range(len(natural)))
    while narrow := {number for number in wide_columns if natural[number] <= part}:
        wide_columns -= narrow
        taken = sum(natural[number] for number in range(len(natural)) if number not in wide_columns)
        part = (width - taken) / len(wide_columns)
    return [part if number in wide_columns else natural[number] for number in range(len(natural))]
