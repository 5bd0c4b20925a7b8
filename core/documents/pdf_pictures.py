"""Lay out plots and photographs in rows on paper, each with its caption below."""

from collections.abc import Callable, Sequence
from io import BytesIO
from math import ceil
from typing import Any, Final

from reportlab.platypus import Table as Grid
from reportlab.platypus.flowables import Flowable, Image, Spacer

from core.documents.document import Photograph, Picture

GUTTER: Final = 12  # points between two pictures
CAPTION_GAP: Final = 2  # points between a picture and its caption
IN_A_ROW: Final = 4  # photographs

Captioner = Callable[[str, float], Flowable]  # of a text and the width of its lines, in points


def caption_picture(picture: Picture, caption: Captioner, width: float, height: float) -> Flowable:
    """Return a plot over its caption, at most `width` and 80 % of `height`, in points."""
    from core.documents.pdf_plot import Plot  # matplotlib, which has been loaded for the figure

    plot_width, plot_height = picture.size
    scale = min(1.0, width / plot_width, 0.8 * height / plot_height)
    return _stack(Plot(picture.figure, scale), caption(picture.description, width), width)


def _stack(picture: Flowable, caption: Flowable, width: float) -> Flowable:
    """Return a picture over its caption, kept together on one page."""
    style: list[tuple[Any, ...]] = [
        (f"{side}PADDING", (0, 0), (-1, -1), 0) for side in ("LEFT", "RIGHT", "TOP", "BOTTOM")
    ]
    style.append(("TOPPADDING", (0, 1), (0, 1), CAPTION_GAP))
    return Grid([[picture], [caption]], [width], style=style, hAlign="LEFT", splitByRow=0)


def lay_out_pairs(pictures: Sequence[Picture], caption: Captioner, width: float, height: float) -> list[Flowable]:
    """Lay out pictures two in a row, or more where a page set in smaller type has room for more."""
    widest = max((picture.size[0] for picture in pictures), default=width)
    most = max(2, int((width + GUTTER) / (widest + GUTTER)))
    rows = max(1, ceil(len(pictures) / most))
    in_row = ceil(len(pictures) / rows) or 1  # rows as equal as possible
    column = min(widest, (width - (most - 1) * GUTTER) / most)
    return _lay_out_rows([caption_picture(picture, caption, column, height) for picture in pictures], in_row, column)


def lay_out_fours(photographs: Sequence[Photograph], caption: Captioner, width: float, height: float) -> list[Flowable]:
    """Lay out photographs four in a row, scaled to the column and at most 40 % of `height`."""
    column = (width - (IN_A_ROW - 1) * GUTTER) / IN_A_ROW
    cells: list[Flowable] = []
    for photograph in photographs:
        image = Image(BytesIO(photograph.png), hAlign="LEFT")
        scale = min(column / image.imageWidth, 0.4 * height / image.imageHeight)
        image.drawWidth, image.drawHeight = scale * image.imageWidth, scale * image.imageHeight
        cells.append(_stack(image, caption(photograph.description, column), column))
    return [*_lay_out_rows(cells, IN_A_ROW, column), Spacer(0, 4)]


def _lay_out_rows(cells: Sequence[Flowable], in_row: int, column: float) -> list[Flowable]:
    """Return rows of `in_row` cells of `column` points; a row is never split between pages."""
    style: list[tuple[Any, ...]] = [(f"{side}PADDING", (0, 0), (-1, -1), 0) for side in ("LEFT", "TOP")]
    style += [("RIGHTPADDING", (0, 0), (-1, -1), GUTTER), ("BOTTOMPADDING", (0, 0), (-1, -1), 6)]
    style += [("VALIGN", (0, 0), (-1, -1), "TOP")]
    rows: list[Flowable] = []
    for start in range(0, len(cells), in_row):
        row: list[Any] = list(cells[start : start + in_row])
        row += [""] * (in_row - len(row))
        rows.append(Grid([row], [column + GUTTER] * in_row, style=style, hAlign="LEFT"))
    return rows
