"""The display shutter of a DICOM film, which hides what lies outside the exposed area (PS3.3, C.7.6.11)."""

from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw
from pydicom.dataset import Dataset

from core.films.dicom_values import read_numbers, read_texts
from core.films.film_notes import AddNote, Note

EDGES: Final = (
    "ShutterLeftVerticalEdge", "ShutterRightVerticalEdge", "ShutterUpperHorizontalEdge", "ShutterLowerHorizontalEdge",
)  # fmt: skip
MIN_VISIBLE: Final = 0.05  # fraction of the film; a shutter that hides more is taken for a mistake
Mask = npt.NDArray[np.bool_]


def find_hidden(header: Dataset, height: int, width: int, add_note: AddNote) -> Mask | None:
    """Return which pixels (height, width) the shutter hides, None if none is.

    Several shapes hide what any of them hides. A shape that is incomplete, unknown, or hides nearly
    the whole film is not applied.
    """
    hidden = np.zeros((height, width), np.bool_)
    for shape in read_texts(header, "ShutterShape"):
        visible = _find_visible(shape.upper(), header, height, width) if shape else None
        if visible is None or (visible & ~hidden).mean() < MIN_VISIBLE:
            if shape:
                add_note(Note.SHUTTER_UNREADABLE)
            continue
        hidden |= ~visible
    if not hidden.any():
        return None
    add_note(Note.SHUTTER_APPLIED)
    return hidden


def _find_visible(shape: str, header: Dataset, height: int, width: int) -> Mask | None:
    """Return which pixels a shape leaves visible, None if it is unknown or incomplete."""
    match shape:
        case "RECTANGULAR":
            return _find_rectangle(header, height, width)
        case "CIRCULAR":
            return _find_circle(header, height, width)
        case "POLYGONAL":
            return _find_polygon(header, height, width)
        case _:
            return None


def _find_rectangle(header: Dataset, height: int, width: int) -> Mask | None:
    """Rows and columns count from 1; the edges themselves are visible."""
    edges = [read_numbers(header, keyword) for keyword in EDGES]
    if not all(edges):
        return None
    left, right, upper, lower = (edge[0] for edge in edges if edge)
    y, x = np.mgrid[1 : height + 1, 1 : width + 1]
    return np.asarray((x >= left) & (x <= right) & (y >= upper) & (y <= lower))


def _find_circle(header: Dataset, height: int, width: int) -> Mask | None:
    centre, radius = read_numbers(header, "CenterOfCircularShutter"), read_numbers(header, "RadiusOfCircularShutter")
    if not centre or len(centre) != 2 or not radius:
        return None
    y, x = np.mgrid[1 : height + 1, 1 : width + 1]
    return np.asarray((y - centre[0]) ** 2 + (x - centre[1]) ** 2 <= radius[0] ** 2)


def _find_polygon(header: Dataset, height: int, width: int) -> Mask | None:
    """Vertices are pairs of row and column."""
    numbers = read_numbers(header, "VerticesOfThePolygonalShutter")
    if not numbers or len(numbers) < 6 or len(numbers) % 2:
        return None
    points = [(column - 1, row - 1) for row, column in zip(numbers[::2], numbers[1::2], strict=True)]
    picture = Image.new("1", (width, height))
    ImageDraw.Draw(picture).polygon(points, fill=1, outline=1)
    return np.asarray(picture)
