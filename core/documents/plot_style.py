"""The look of the plots in documents: matplotlib figures measured in points, colours, axes, marks."""

import os
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from core.documents.fonts import BOLD, SANS
from core.system.app_folders import cache_folder
from core.system.language import format_number
from resources import resource

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito 2008: distinguishable with every common kind of colour vision
ORANGE: Final = "#e69f00"
BLUE: Final = "#0072b2"
INK: Final = "#1a1a1a"
QUIET: Final = "#6e6e6e"
GRID: Final = "#e4e4e4"
# lightened, so that nothing need be transparent in print
PALE_ORANGE: Final = "#fbecc9"
PALE_BLUE: Final = "#dcedf8"

SMALL: Final = 7.5  # points, as all sizes here
LABEL: Final = 8.5
POINTS_PER_INCH: Final = 72
QUARTERS: Final = (0.0, 0.25, 0.5, 0.75, 1.0)
LEFT, RIGHT, TOP, BOTTOM, SIDE = 44, 12, 16, 68, 184  # of square axes, with their legend below
DASHES: Final = (0, (3, 2))
STYLE: Final[dict[Any, Any]] = {
    "figure.dpi": POINTS_PER_INCH,
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Verdana"],  # the second where a viewer of SVG lacks the first
    "font.enable_last_resort": False,
    "font.size": SMALL,
    "text.parse_math": False,  # names may contain dollar signs
    "axes.labelsize": LABEL,
    "axes.labelpad": 3,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": GRID,
    "grid.linewidth": 0.5,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "lines.linewidth": 1.4,
    "lines.markersize": 5.6,
    "lines.markeredgewidth": 0.7,
    "legend.frameon": False,
    "legend.borderpad": 0,
    "legend.borderaxespad": 0,
    "legend.labelspacing": 0.4,
    "legend.handlelength": 1.8,
    "legend.handletextpad": 0.6,
    "svg.fonttype": "none",  # text stays text
    "svg.hashsalt": "plot",  # the same plot always gives the same file
}


@cache
def _load_matplotlib() -> Any:
    """Import matplotlib, set its style and return its class of figures.

    It gets the bundled typeface only. Searching the fonts of the system, at its import, would take
    seconds, and its folder of settings in a person's home may be missing or not writable.
    """
    os.environ["MPLCONFIGDIR"] = str(cache_folder() / "matplotlib")
    os.environ["MPL_IGNORE_SYSTEM_FONTS"] = "1"
    import matplotlib
    from matplotlib.figure import Figure
    from matplotlib.font_manager import fontManager

    os.environ.pop(
        "MPL_IGNORE_SYSTEM_FONTS", None
    )  # after the import it would keep to matplotlib's own copies of fonts
    fontManager.ttflist.clear()  # those copies: the packaged program leaves them out
    for name in (SANS, BOLD):
        fontManager.addfont(resource(f"fonts/{name}.ttf"))
    # a matplotlibrc in the working folder must not change reports; reading the backend would choose one for windows
    defaults: dict[Any, Any] = {name: value for name, value in matplotlib.rcParamsDefault.items() if name != "backend"}
    matplotlib.rcParams.update({**defaults, **STYLE})
    return Figure


def new_figure(width: float, height: float) -> "Figure":
    """Return an empty figure; sizes in points."""
    figure: Figure = _load_matplotlib()(figsize=(width / POINTS_PER_INCH, height / POINTS_PER_INCH))
    return figure


def add_axes(figure: "Figure", left: float, bottom: float, width: float, height: float) -> "Axes":
    """Add axes with their lower left corner at (left, bottom); all in points."""
    whole_width, whole_height = figure.get_size_inches() * POINTS_PER_INCH
    return figure.add_axes((left / whole_width, bottom / whole_height, width / whole_width, height / whole_height))


def unit_axes(x_label: str, y_label: str) -> "Axes":
    """Return square axes of 0..1 in a figure of their own, with ticks at the quarters and room for a legend."""
    axes = add_axes(new_figure(LEFT + SIDE + RIGHT, BOTTOM + SIDE + TOP), LEFT, BOTTOM, SIDE, SIDE)
    axes.set(xlim=(0, 1), ylim=(0, 1), xlabel=x_label, ylabel=y_label)
    set_ticks(axes.xaxis, QUARTERS)
    set_ticks(axes.yaxis, QUARTERS)
    return axes


def set_ticks(axis: Any, values: Sequence[float]) -> None:
    """Set ticks with the numbers of the current language, without signs."""
    axis.set_ticks(values, [format_number(abs(value), "g") for value in values])


def draw_reference(axes: "Axes", y: tuple[float, float], label: str) -> None:
    """Draw a dashed line behind the curves, at y[0] where x is 0 and at y[1] where it is 1."""
    axes.plot((0, 1), y, color=QUIET, linewidth=1, linestyle=DASHES, label=label, zorder=1.8)


def draw_dots(axes: "Axes", x: Any, y: Any, colour: str, bar_colour: str = INK, **options: Any) -> None:
    """Draw dots with a dark outline and the bars of their intervals at x (n,), y (n,).

    options: of `Axes.errorbar`, such as xerr and yerr, the distances (2, n) of the bounds.
    """
    axes.errorbar(x, y, fmt="o", color=colour, ecolor=bar_colour, markeredgecolor=INK, zorder=3, **options)


def mark_threshold(axes: "Axes", threshold: float, text: str) -> None:
    """Draw a dashed line over the full height of the axes at a threshold, and its name above."""
    x = min(1.0, max(0.0, threshold))
    axes.axvline(x, color=INK, linewidth=0.8, linestyle=DASHES)
    side = "left" if x < 0.25 else "right" if x > 0.75 else "center"
    axes.text(x, 1.02, text, ha=side, transform=axes.get_xaxis_transform())


def write_note(axes: "Axes", text: str) -> None:
    """Write in the middle of the axes, for example why nothing is drawn."""
    axes.text(0.5, 0.5, text, ha="center", va="center", color=QUIET, fontsize=LABEL, transform=axes.transAxes)


def finish_plot(axes: "Axes") -> "Figure":
    """Put the legend of all labelled marks below the axes; return the figure.

    Nothing is clipped, as all marks are within the axes' limits: lines along the edges keep their width.
    """
    for artist in axes.get_children():
        artist.set_clip_on(False)
    for line in (*axes.get_xgridlines(), *axes.get_ygridlines()):
        line.set_clip_on(False)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc="upper left", bbox_to_anchor=(0, -30 / SIDE))
    figure = axes.figure
    assert figure is not None
    return figure  # type: ignore[return-value]
