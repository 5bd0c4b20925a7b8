"""Render a reportlab drawing as an SVG element for use inside a web page."""

from collections.abc import Sequence
from typing import Any, Final

from reportlab.graphics.renderSVG import SVGCanvas, draw
from reportlab.graphics.shapes import Drawing

from core.documents.fonts import BOLD
from core.system.outputs import marked_kind
from core.system.product import PROGRAM


class _InlineCanvas(SVGCanvas):
    """SVG canvas for inline use: without fixed ids, so that a page can hold several drawings.

    It corrects three things in reportlab's canvas. Text is anchored at its start, middle or end,
    because reportlab positions it by the widths of a typeface that the viewer may lack. Lines are
    <line> elements, because reportlab's closed paths run back and fill the gaps of dashes.
    Polylines have no fill, which strict viewers would otherwise paint.
    """

    def __init__(self, drawing: Drawing) -> None:
        SVGCanvas.__init__(self, (drawing.width, drawing.height))

    def drawString(
        self,
        s: str,
        x: float,
        y: float,
        angle: float = 0,
        link_info: Any = None,
        text_anchor: str = "left",
        textRenderMode: int = 0,
        **_svg: Any,
    ) -> None:
        text = self.doc.createElement("text")
        anchor = text_anchor if text_anchor in {"middle", "end"} else "start"
        weight = "bold" if self._font == BOLD else "normal"
        for name, value in {
            "transform": f"matrix(1 0 0 -1 {x:g} {y:g})",
            "text-anchor": anchor,
            "font-family": "DejaVu Sans,Verdana,sans-serif",
            "font-size": f"{self._fontSize:g}",
            "font-weight": weight,
            "fill": self.style["fill"],
        }.items():
            text.setAttribute(name, value)
        text.appendChild(self.doc.createTextNode(s))
        self.currGroup.appendChild(text)

    def polyLine(self, points: Sequence[tuple[float, float]]) -> None:
        line = self.doc.createElement("polyline")
        line.setAttribute("points", " ".join(f"{x:g},{y:g}" for x, y in points))
        line.setAttribute("fill", "none")
        line.setAttribute("style", SVGCanvas._formatStyle(self, ["stroke", "stroke-width", "stroke-dasharray"]))
        self.currGroup.appendChild(line)

    def line(self, x1: float, y1: float, x2: float, y2: float) -> None:
        line = self.doc.createElement("line")
        for name, value in {"x1": x1, "y1": y1, "x2": x2, "y2": y2}.items():
            line.setAttribute(name, f"{value:g}")
        line.setAttribute("style", SVGCanvas._formatStyle(self, ["stroke", "stroke-width", "stroke-dasharray"]))
        self.currGroup.appendChild(line)


SVG_PLOT: Final = marked_kind(f'data-generator="{PROGRAM}"', b"<svg")


def render_svg(drawing: Drawing, description: str = "") -> str:
    """Return the drawing as an <svg> element; `description` is its label for screen readers."""
    canvas = _InlineCanvas(drawing)
    draw(drawing, canvas)
    for child in list(canvas.svg.childNodes):
        if child.nodeName in {"title", "desc", "clipPath"}:
            canvas.svg.removeChild(child)
    for name in ("id", "style"):
        canvas.groupTree.removeAttribute(name)
    canvas.groupTree.setAttribute("transform", f"matrix(1 0 0 -1 0 {drawing.height:g})")
    for name in ("width", "height", "version", "xmlns:xlink", "preserveAspectRatio", "fill-rule"):
        canvas.svg.removeAttribute(name)
    canvas.svg.setAttribute("viewBox", f"0 0 {drawing.width:g} {drawing.height:g}")
    canvas.svg.setAttribute("role", "img")
    canvas.svg.setAttribute("data-generator", PROGRAM)
    if description:
        canvas.svg.setAttribute("aria-label", description)
    return str(canvas.svg.toxml())
