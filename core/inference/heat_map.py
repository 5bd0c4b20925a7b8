"""Draw heat maps: where in a film the evidence for a finding lies."""

import numpy as np
import numpy.typing as npt
from PIL import Image

from core.films.images import Grey
from core.inference.engine import FilmOutputs
from core.models.model_header import ModelHeader

Maps = npt.NDArray[np.float32]


def build_heat_map(header: ModelHeader, outputs: FilmOutputs, finding: str) -> Maps:
    """Return where the evidence for a finding lies in a film, (size, size) float32 in 0..1.

    1 is the evidence of the clearest validation films (`core.inference.grad_cam.fit_heat_scale`), so
    the map of an unlikely film stays pale; a film with more evidence than these, and every film of a
    model whose file has no scale, has 1 at its own maximum.
    outputs: of the network for the film. finding: the class that the film's probability refers to,
    as `ModelHeader.finding_of` gives it.
    Raises ValueError for the negative of two classes: it has no evidence of its own.
    """
    if header.finding_of(finding) != finding:
        raise ValueError(f"{finding} is not the finding")
    output = 0 if len(outputs.logits) == 1 else header.classes.index(finding)
    size = (header.size_px, header.size_px)
    heat = np.asarray(Image.fromarray(outputs.evidence[output]).resize(size, Image.Resampling.BILINEAR))
    top = max(float(heat.max()), header.heat_scale or 0.0)
    return np.asarray(heat / top if top > 0 else heat, np.float32)


def heat_to_grey(heat: Maps) -> Grey:
    """Return a heat map, 0..1, as a grey picture of the same size, 0..255."""
    return np.round(255 * heat).astype(np.uint8)


def draw_overlay(film: Grey, heat: Maps) -> Image.Image:
    """Return the film with its heat map blended in orange; both (height, width), heat in 0..1."""
    grey = np.repeat(film[..., None].astype(np.float32), 3, axis=2)
    alpha = 0.55 * heat[..., None]
    return Image.fromarray((grey * (1 - alpha) + np.array([255.0, 140.0, 0.0]) * alpha).astype(np.uint8))
