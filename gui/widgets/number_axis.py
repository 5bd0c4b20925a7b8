"""An axis of a plot with the numbers of the current language."""

import pyqtgraph as pg

from core.system.language import localize_number


class NumberAxis(pg.AxisItem):
    """Axis whose ticks are written as the current language writes numbers."""

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        return [localize_number(text) for text in super().tickStrings(values, scale, spacing)]


def number_axes() -> dict[str, pg.AxisItem]:
    """Return a left and a bottom axis for a plot."""
    return {name: NumberAxis(name) for name in ("left", "bottom")}
