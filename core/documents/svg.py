"""Render a plot as an SVG element for use inside a web page, or as a file of its own."""

import re
from html import escape
from io import StringIO
from typing import TYPE_CHECKING, Final

from core.system.outputs import marked_kind
from core.system.product import PROGRAM

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SVG_PLOT: Final = marked_kind(f'data-generator="{PROGRAM}"', b"<svg")
GROUP_ID: Final = re.compile(r' id="[^"_]+_\d+"')  # such as axes_1: not unique where a page holds several plots


def render_svg(figure: "Figure", description: str = "") -> str:
    """Return the plot as an <svg> element; `description` is its label for screen readers.

    The same plot always gives the same text: it contains no date, and its ids depend on its content.
    """
    stream = StringIO()
    figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    _, _, element = stream.getvalue().partition("<svg ")
    label = f' aria-label="{escape(description)}"' if description else ""
    return f'<svg role="img" data-generator="{PROGRAM}"{label} {GROUP_ID.sub("", element)}'
