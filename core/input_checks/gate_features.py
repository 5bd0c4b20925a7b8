"""Describe films by outline and edges, and measure how far a film is from a set of films.

The features of a film are its outline (a coarse picture of zero mean and unit length) and
histograms of oriented gradients (Dalal and Triggs 2005). The distance from a set of films is the
Mahalanobis distance in the space of their principal components with a shrunk covariance (Lee et al.
2018, equation 2, for one class; Ledoit and Wolf 2004), plus the residual outside these components.
Both are terms of probabilistic principal component analysis (Tipping and Bishop 1999).
"""

from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt

from core.films.images import Grey, resize
from core.films.outline import GRID, SMALL_PX, describe_outlines
from core.input_checks.projection import project
from core.system.errors import Reason
from core.system.language import tr

Floats = npt.NDArray[np.float64]

CELLS: Final = 8  # histograms of gradients a side
DIRECTIONS: Final = 6  # bins of a histogram, from 0 to 180 degrees
EDGES: Final = CELLS**2 * DIRECTIONS
FEATURES: Final = GRID**2 + EDGES  # the outline first
FILMS_PER_COMPONENT: Final = 5  # few films span few directions
RESIDUAL_WEIGHT: Final = 0.75  # in the distance; 0.5 to 0.95 gave the same within the noise
CHUNK: Final = 4  # films described at once; intermediate values of 8 may be larger than what malloc reuses, 128 kB
UNIT: Final = 1e-4  # JSON holds means and components as multiples of this
MIN_VARIANCE: Final = 1e-4  # less is rounding to UNIT; films that differ have at least 20 times as much
# rotated by 90, 180, 270 degrees, flipped top to bottom, inverted
ALTERATION_REASONS: Final = (Reason.ROTATED, Reason.ROTATED, Reason.ROTATED, Reason.ROTATED, Reason.INVERTED)
ALTERATIONS: Final = len(ALTERATION_REASONS)


@dataclass(frozen=True, slots=True, eq=False)
class FeatureDistribution:
    """Probabilistic principal components of the features of a set of films.

    mean: (m,). components: (k, m), orthonormal rows. variances: along them, (k,), shrunk.
    residual_variance: mean squared length outside the components. m is FEATURES, or EDGES if only
    the edges are used.
    """

    mean: Floats
    components: Floats
    variances: Floats
    residual_variance: float

    def distances(self, features: Floats) -> Floats:
        """Return distances (n,) of features (n, FEATURES); about 1 for films of the set."""
        centred = features[:, -self.mean.size :] - self.mean
        along = project(centred, self.components)
        residual = (centred * centred).sum(axis=1) - (along * along).sum(axis=1)
        inside = (along * along / self.variances).mean(axis=1)
        weighted = (1 - RESIDUAL_WEIGHT) * inside + RESIDUAL_WEIGHT * residual / self.residual_variance
        return np.asarray(np.maximum(weighted, 1e-9))  # callers take logarithms

    def to_json_object(self) -> dict[str, Any]:
        """Return JSON values; mean and components as integer multiples of UNIT."""
        return {
            "mean": _to_units(self.mean),
            "components": _to_units(self.components),
            "variances": self.variances.tolist(),
            "left_over": self.residual_variance,
        }

    @classmethod
    def from_json(cls, content: Any, size: int) -> Self:
        """Return the distribution in `content`. size: expected number of features per film.

        Raises ValueError, and KeyError or TypeError if entries are missing or malformed.
        """
        mean = np.array(content["mean"], np.float64) * UNIT
        components = np.array(content["components"], np.float64) * UNIT
        variances = np.array(content["variances"], np.float64)
        residual_variance = float(content["left_over"])
        if mean.shape != (size,) or components.shape != (variances.size, size):
            raise ValueError(
                tr(
                    "the gate's statistics have {count} features per film; this version expects {expected}",
                    count=mean.size,
                    expected=size,
                )
            )
        numbers = np.concatenate([mean, components.ravel(), variances, [residual_variance]])
        if not np.isfinite(numbers).all() or min(variances.min(), residual_variance) <= 0:
            raise ValueError(tr("the gate's statistics contain invalid numbers"))
        return cls(mean, components, variances, residual_variance)


def _to_units(values: Floats) -> list[Any]:
    """Return values as nested lists of integer multiples of UNIT."""
    units: list[Any] = np.round(values / UNIT).astype(int).tolist()
    return units


def fit_distribution(features: Floats, max_components: int) -> FeatureDistribution:
    """Fit up to `max_components` principal components and shrunk variances to features (n, m)."""
    mean = features.mean(axis=0)
    centred = features - mean
    count = min(max_components, len(features) // FILMS_PER_COMPONENT)
    if len(features) < features.shape[1]:  # the eigenvectors of the smaller product give those of the larger
        _, rows = np.linalg.eigh(centred @ centred.T)
        vectors = centred.T @ rows[:, -count:]
        vectors /= np.linalg.norm(vectors, axis=0)
    else:
        vectors = np.linalg.eigh(centred.T @ centred)[1][:, -count:]
    # rounded as JSON stores them, so that a saved model refuses the same films
    components = np.round(vectors[:, ::-1].T / UNIT) * UNIT
    mean = np.round(mean / UNIT) * UNIT
    along = centred @ components.T
    residual_variance = float((centred * centred).sum() - (along * along).sum()) / len(features)
    variances = np.maximum(_shrink_variances(along), MIN_VARIANCE)
    return FeatureDistribution(mean, components, variances, max(residual_variance, MIN_VARIANCE))


def _shrink_variances(along: Floats) -> Floats:
    """Return the variances (k,) of uncorrelated coordinates (n, k) of zero mean, shrunk to their mean."""
    from sklearn.covariance import ledoit_wolf_shrinkage

    variances = (along * along).mean(axis=0)
    intensity = ledoit_wolf_shrinkage(along, assume_centered=True)
    return np.asarray((1 - intensity) * variances + intensity * variances.mean())


def shrink_films(films: npt.NDArray[np.uint8] | list[Grey]) -> npt.NDArray[np.uint8]:
    """Return films of any size, resized to (n, SMALL_PX, SMALL_PX)."""
    return np.stack([resize(film, SMALL_PX, SMALL_PX) for film in films])


def _restoring_permutations() -> tuple[npt.NDArray[np.intp], Floats]:
    """Return how features change when each of the ALTERATIONS is undone.

    For each alteration, the index of the original feature for every new one, and its sign:
    (ALTERATIONS, FEATURES).
    """
    outline = np.arange(GRID**2).reshape(GRID, GRID)
    edges = np.arange(GRID**2, FEATURES).reshape(CELLS, CELLS, DIRECTIONS)
    half = DIRECTIONS // 2  # a quarter turn moves every direction by 90 of 180 degrees
    indices = [(np.rot90(outline, n), np.roll(np.rot90(edges, n), half * n, axis=2)) for n in (1, 2, 3)]
    indices.append((outline[::-1], edges[::-1, :, ::-1]))
    indices.append((outline, edges))
    signs = np.ones((ALTERATIONS, FEATURES))
    signs[-1, : GRID**2] = -1  # a negative has the opposite outline and the same edges
    return np.stack([np.concatenate([outlines.ravel(), edge.ravel()]) for outlines, edge in indices]), signs


CELL_OF_PIXEL: Final = np.arange(SMALL_PX) * CELLS // SMALL_PX
CELL_BINS: Final = (CELL_OF_PIXEL[:, None] * CELLS + CELL_OF_PIXEL) * DIRECTIONS  # the first bin of each pixel's cell
TANGENT_60: Final = np.float32(np.sqrt(3))  # its inverse is that of 30 degrees; bins are 30 degrees wide
PERMUTATIONS, SIGNS = _restoring_permutations()


def reorient_features(features: Floats) -> list[Floats]:
    """Return for each of the ALTERATIONS the features (n, FEATURES) of films with it undone."""
    return [features[:, indices] * signs for indices, signs in zip(PERMUTATIONS, SIGNS, strict=True)]


def describe_films(small: npt.NDArray[np.uint8]) -> Floats:
    """Return the features (n, FEATURES) of films (n, SMALL_PX, SMALL_PX).

    They do not depend on brightness and contrast.
    """
    return np.concatenate([_describe_chunk(small[at : at + CHUNK]) for at in range(0, len(small), CHUNK)])


def _describe_chunk(small: npt.NDArray[np.uint8]) -> Floats:
    return np.concatenate([describe_outlines(small), _describe_edges(small.astype(np.float32))], axis=1)


def _describe_edges(grey: npt.NDArray[np.float32]) -> Floats:
    """Return histograms of gradient directions, weighted by gradient length, (n, EDGES)."""
    down, right = _double_gradient(grey, 1), _double_gradient(grey, 2)
    lengths = np.sqrt(down * down + right * right)
    # the number of bins by which a direction is steeper than 0 degrees, to either side: 0, 1 or 2
    slopes, run = np.abs(down), np.abs(right)
    direction = (slopes * TANGENT_60 >= run).view(np.int8)
    direction += slopes >= run * TANGENT_60
    is_falling = down * right <= 0
    is_falling &= down != 0
    direction -= is_falling.view(np.int8) * np.int8(DIRECTIONS - 1)
    bins = CELL_BINS + EDGES * np.arange(len(grey))[:, None, None]
    bins += np.abs(direction)
    edges = np.bincount(bins.ravel(), lengths.ravel(), len(grey) * EDGES).reshape(len(grey), -1)
    # square roots of fractions (Hellinger distance) have unit length, as the outline has
    return np.asarray(np.sqrt(edges / (edges.sum(axis=1, keepdims=True) + 1e-6)))


def _double_gradient(grey: npt.NDArray[np.float32], axis: int) -> npt.NDArray[np.float32]:
    """Return twice the gradient along an axis: central differences, one-sided ones at the borders."""
    doubled = np.empty_like(grey)
    values, differences = grey.swapaxes(0, axis), doubled.swapaxes(0, axis)
    np.subtract(values[2:], values[:-2], out=differences[1:-1])
    differences[0] = 2 * (values[1] - values[0])
    differences[-1] = 2 * (values[-1] - values[-2])
    return doubled
