"""Describe where in a film the heat lies, and what the outline over it means."""

from typing import Final

import numpy as np
import numpy.typing as npt

from core.models.decision import Decision
from core.system.language import tr

Heat = npt.NDArray[np.float32]

FRAME: Final = 0.1  # of each side: collimator edges, table, air beside the child
CORNER: Final = 0.2  # of both sides: side markers (R, L) and lines of text
SUSPICIOUS_FRACTION: Final = 0.5
FAINTEST: Final = 0.1  # highest heat below which a map shows next to nothing, so its place means nothing


def border_fraction(heat: Heat) -> float:
    """Return the fraction of heat, 0..1, at the borders and corners; 0 for a map without heat.

    Borders are the outer tenth of each side, corners a fifth of both sides.
    heat: (height, width), >= 0, of the whole film at any size. Evenly spread heat gives about 0.4,
    the fraction of the area.
    """
    clean = heat if np.isfinite(heat).all() else np.nan_to_num(heat, posinf=0.0, neginf=0.0)
    total = float(clean.sum(dtype=np.float64))
    if total <= 0:
        return 0.0
    height, width = clean.shape
    frame_y, frame_x = round(FRAME * height), round(FRAME * width)
    corner_y, corner_x = round(CORNER * height), round(CORNER * width)
    inside = float(clean[frame_y : height - frame_y, frame_x : width - frame_x].sum(dtype=np.float64))
    for rows in (slice(frame_y, corner_y), slice(height - corner_y, height - frame_y)):
        for columns in (slice(frame_x, corner_x), slice(width - corner_x, width - frame_x)):
            inside -= float(clean[rows, columns].sum(dtype=np.float64))
    return min(1.0, max(0.0, 1.0 - inside / total))


def is_suspicious(heat: Heat, decision: Decision) -> bool:
    """Return whether an answer rests on heat at borders and corners, where no lung is.

    That is where more than half of it lies there. Of a film that is unlikely to show the finding,
    and of one without heat worth the name, it means nothing: there the little that is left lies
    anywhere.
    Measured with a bundled network trained on children only and maps on its own scale, on 300 films
    of children and 500 of adults (RSNA), half of each normal, drawn with seed 0; 511 were likely or
    to review. The fraction had median 0.15 and 95th percentile 0.23 on those with pneumonia. 10 were
    suspicious, and 6 of these were normal, against 122 of the other 501.
    """
    if decision is Decision.UNLIKELY or not (heat >= FAINTEST).any():
        return False
    return border_fraction(heat) > SUSPICIOUS_FRACTION


def format_legend(heat: Heat, finding: str, is_scaled: bool) -> str:
    """Return what the outline of a heat map means.

    is_scaled: whether 1 is the evidence of the clearest validation films, else it is the film's own
    maximum.
    """
    if not heat.any():
        return tr("Heat map: empty; no part of the film gives evidence for {finding}.", finding=finding)
    if is_scaled:
        return tr(
            "Heat map: the line encloses where the evidence for {finding} is at least half of the most on this film, "
            "which is {share:.0%} of that in the clearest validation films.",
            finding=finding,
            share=float(heat.max()),
        )
    return tr(
        "Heat map: the line encloses where the evidence for {finding} is at least half of the most on this film.",
        finding=finding,
    )
