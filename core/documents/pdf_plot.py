"""Draw matplotlib figures on reportlab's pages: as vectors, with text that can be searched.

Import it only for a figure that exists: plot_style.py sets what matplotlib reads at its first import.
"""

from typing import Any

import numpy as np
from matplotlib.backend_bases import GraphicsContextBase, RendererBase
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.transforms import Transform
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus.flowables import Flowable

from core.documents.fonts import BOLD, SANS
from core.documents.plot_style import POINTS_PER_INCH

CAPS = {"butt": 0, "round": 1, "projecting": 2}
JOINS = {"miter": 0, "round": 1, "bevel": 2}


class Plot(Flowable):
    """A figure in the flow of a page, at `scale` times its size."""

    def __init__(self, figure: Figure, scale: float) -> None:
        Flowable.__init__(self)
        self._figure, self.scale = figure, scale
        self.width, self.height = (scale * POINTS_PER_INCH * side for side in figure.get_size_inches())

    def draw(self) -> None:
        """Draw at the canvas's origin, as platypus asks for."""
        self.canv.scale(self.scale, self.scale)
        self._figure.draw(_CanvasRenderer(self.canv, self.width / self.scale, self.height / self.scale))


class _CanvasRenderer(RendererBase):
    """Backend of matplotlib for a reportlab canvas; a pixel is a point. It draws opaque and unclipped."""

    def __init__(self, canvas: Canvas, width: float, height: float) -> None:
        super().__init__()
        self._canvas, self._size = canvas, (width, height)

    def get_canvas_width_height(self) -> tuple[float, float]:
        return self._size

    def flipy(self) -> bool:
        """Return False: y increases upward on the canvas."""
        return False

    def draw_path(self, gc: GraphicsContextBase, path: Path, transform: Transform, rgbFace: Any = None) -> None:
        canvas = self._canvas
        canvas.saveState()
        canvas.setStrokeColorRGB(*gc.get_rgb()[:3])
        canvas.setLineWidth(gc.get_linewidth())
        canvas.setLineCap(CAPS[gc.get_capstyle()])
        canvas.setLineJoin(JOINS[gc.get_joinstyle()])
        offset, dashes = gc.get_dashes()
        if dashes is not None:
            canvas.setDash(np.asarray(dashes).tolist(), offset)
        if rgbFace is not None:
            canvas.setFillColorRGB(*rgbFace[:3])
        canvas.drawPath(self._trace(path, transform), stroke=gc.get_linewidth() > 0, fill=rgbFace is not None)
        canvas.restoreState()

    def _trace(self, path: Path, transform: Transform) -> Any:
        """Return a matplotlib path as one of reportlab, in points."""
        outline = self._canvas.beginPath()
        for values, code in path.iter_segments(transform):
            match code:
                case Path.MOVETO:
                    outline.moveTo(*values)
                case Path.LINETO:
                    outline.lineTo(*values)
                case Path.CURVE4:
                    outline.curveTo(*values)
                case Path.CLOSEPOLY:
                    outline.close()
                case _:
                    raise ValueError(f"quadratic curves are not drawn (code {code})")
        return outline

    def draw_text(
        self, gc: Any, x: float, y: float, s: str, prop: FontProperties, angle: float, *_: Any, **_named: Any
    ) -> None:
        canvas = self._canvas
        canvas.saveState()
        canvas.setFillColorRGB(*gc.get_rgb()[:3])
        canvas.setFont(BOLD if prop.get_weight() == "bold" else SANS, prop.get_size_in_points())
        canvas.translate(x, y)
        canvas.rotate(angle)
        canvas.drawString(0, 0, s)
        canvas.restoreState()
