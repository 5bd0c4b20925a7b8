"""Drawings and photographs side by side on paper, each over its caption. Letters no caption itself."""

from collections.abc import Callable, Sequence
from io import BytesIO
from math import ceil
from typing import Any, Final

from reportlab.graphics.shapes import Drawing
from reportlab.platypus import Table as Grid
from reportlab.platypus.flowables import Flowable, Image, Spacer

from core.documents.document import Photograph, Picture
from core.documents.fonts import SANS

GUTTER: Final = 12  # points between two pictures
IN_A_ROW: Final = 4  # photographs
LETTERS: Final = 8.5  # points, in a drawing that chooses no size itself

Captioner = Callable[[str], Flowable]


def caption_picture(picture: Picture, caption: Captioner, width: float, height: float) -> Flowable:
    """A drawing, no wider than `width` and so low that its caption has room on the page, over its caption."""
    drawing: Drawing = picture.drawing.copy()
    drawing.initialFontName, drawing.initialFontSize = SANS, LETTERS
    drawing.renderScale = min(1.0, width / drawing.width, 0.8 * height / drawing.height)
    return _over(drawing, caption(picture.description), width)


def _over(shown: Flowable, caption: Flowable, width: float) -> Flowable:
    style = [(f"{side}PADDING", (0, 0), (-1, -1), 0) for side in ("LEFT", "RIGHT", "TOP", "BOTTOM")]
    return Grid([[shown], [caption]], [width], style=style, hAlign="LEFT", splitByRow=0)


def lay_out_pairs(pictures: Sequence[Picture], caption: Captioner, width: float, height: float) -> list[Flowable]:
    """Pictures two in a row, or more where a page set smaller has room for more."""
    widest = max((picture.drawing.width for picture in pictures), default=width)
    most = max(2, int((width + GUTTER) / (widest + GUTTER)))
    many = ceil(len(pictures) / max(1, ceil(len(pictures) / most))) or 1  # rows as equal as can be
    column = min(widest, (width - (most - 1) * GUTTER) / most)
    return _rows([caption_picture(picture, caption, column, height) for picture in pictures], many, column)


def lay_out_fours(photographs: Sequence[Photograph], caption: Captioner, width: float, height: float) -> list[Flowable]:
    """Photographs four in a row, each as wide as its column, or lower where it is tall."""
    column = (width - (IN_A_ROW - 1) * GUTTER) / IN_A_ROW
    made: list[Flowable] = []
    for photograph in photographs:
        image = Image(BytesIO(photograph.png), hAlign="LEFT")
        share = min(column / image.imageWidth, 0.4 * height / image.imageHeight)
        image.drawWidth, image.drawHeight = share * image.imageWidth, share * image.imageHeight
        made.append(_over(image, caption(photograph.description), column))
    return [*_rows(made, IN_A_ROW, column), Spacer(0, 4)]


def _rows(cells: Sequence[Flowable], many: int, column: float) -> list[Flowable]:
    """Cells so many in a row; a row is never parted by the end of a page."""
    style: list[tuple[Any, ...]] = [(f"{side}PADDING", (0, 0), (-1, -1), 0) for side in ("LEFT", "TOP")]
    style += [("RIGHTPADDING", (0, 0), (-1, -1), GUTTER), ("BOTTOMPADDING", (0, 0), (-1, -1), 6)]
    style += [("VALIGN", (0, 0), (-1, -1), "TOP")]
    made: list[Flowable] = []
    for start in range(0, len(cells), many):
        row: list[Any] = list(cells[start : start + many])
        row += [""] * (many - len(row))
        made.append(Grid([row], [column + GUTTER] * many, style=style, hAlign="LEFT"))
    return made
