"""Where everything that lies over a film has its place. Nothing here depends on what a film or a verdict says."""

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPoint, QRect, QSize

MARGIN_PX: Final = 8
GAP_PX: Final = 6
COMPACT_WIDTH_PX, COMPACT_HEIGHT_PX = 760, 400  # a smaller pane is compact
FACTS_WIDTH_PX: Final = 420
WARNING_WIDTH_PX: Final = 760
MIN_DETAILS_WIDTH_PX: Final = 300


@dataclass(frozen=True, slots=True)
class Places:
    """Rectangles in a pane; texts take what they need of theirs, from below.

    caption: name and details of the film, lower left above the tools, as side markers are in the upper
    corners. box: verdict, upper right. details: below the box. facts: upper left. strip: tools, at the
    bottom. state, notice: left and right of the strip. warning: above the caption. message: in the
    middle, where there is no film.
    """

    caption: QRect
    box: QRect
    details: QRect
    facts: QRect
    strip: QRect
    state: QRect
    notice: QRect
    warning: QRect
    message: QRect


def is_compact(pane: QSize) -> bool:
    """Whether a pane is so small that only what matters most is shown."""
    return pane.width() < COMPACT_WIDTH_PX or pane.height() < COMPACT_HEIGHT_PX


def find_places(pane: QSize, box: QSize, strip: QSize) -> Places:
    """Return the places in a pane for a verdict box and a tool strip of these sizes."""
    width, height = pane.width(), pane.height()
    box_rect = QRect(QPoint(width - MARGIN_PX - box.width(), MARGIN_PX), box)
    strip_rect = QRect(QPoint((width - strip.width()) // 2, height - MARGIN_PX - strip.height()), strip)
    free = box_rect.left() - 2 * MARGIN_PX  # left of the box
    side = strip_rect.left() - MARGIN_PX - GAP_PX
    above = strip_rect.top() - GAP_PX  # the lower end of what stands over the tools
    details_top = box_rect.bottom() + GAP_PX
    details_width = max(box.width(), MIN_DETAILS_WIDTH_PX)
    warning_width = min(WARNING_WIDTH_PX, width - 2 * MARGIN_PX)
    return Places(
        caption=QRect(MARGIN_PX, MARGIN_PX, width - details_width - 3 * MARGIN_PX, above - MARGIN_PX),
        box=box_rect,
        details=QRect(width - MARGIN_PX - details_width, details_top, details_width, above - details_top),
        facts=QRect(MARGIN_PX, MARGIN_PX, min(FACTS_WIDTH_PX, free), above - MARGIN_PX),
        strip=strip_rect,
        state=QRect(MARGIN_PX, details_top, side, height - MARGIN_PX - details_top),
        notice=QRect(strip_rect.right() + GAP_PX, details_top, side, height - MARGIN_PX - details_top),
        warning=QRect((width - warning_width) // 2, details_top, warning_width, above - details_top),
        message=QRect(MARGIN_PX, details_top, width - 2 * MARGIN_PX, above - details_top),
    )
