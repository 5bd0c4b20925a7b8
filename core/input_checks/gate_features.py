"""Films described by outline and edges, and how far a film is from those of a kind. Judges none.

A film is described by its outline (a coarse picture of zero mean and unit length) and by the directions of its edges
(histograms of oriented gradients, Dalal and Triggs 2005). Its distance from films of a kind is Mahalanobis' in the
space of their principal components with a shrunk covariance (Lee et al. 2018, equation 2, for one class; Ledoit and
Wolf 2004), plus what those components leave over (Tipping and Bishop 1999 give the model of which both are terms).
"""

from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt

from core.films.images import Grey, resize
from core.system.language import tr

Floats = npt.NDArray[np.float64]

SMALL_PX: Final = 64
GRID: Final = 16  # the outline is this many means a side
CELLS: Final = 8  # and edges are counted in this many cells a side
DIRECTIONS: Final = 6  # between 0 and 180 degrees
EDGES: Final = CELLS**2 * DIRECTIONS
FEATURES: Final = GRID**2 + EDGES  # the outline first
FILMS_A_COMPONENT: Final = 5  # few films span few directions
LEFT_OVER_SHARE: Final = 0.75  # of the distance; 0.5 to 0.95 gave the same within the noise
CHUNK: Final = 256
UNIT: Final = 1e-4  # JSON holds numbers of small range as multiples of this
LEAST_SPREAD: Final = 1e-4  # of films that differ it is 20 times as much; below lies what rounding to UNIT leaves
WAYS_TO_LIE_WRONG: Final = 5  # turned by 90, 180, 270 degrees, top to bottom, inverted


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """What one kind of picture looks like: probabilistic principal components.

    mean (m,); components (k, m), orthonormal rows; variances (k,) along them, shrunk; left_over: mean squared length
    outside them. m is FEATURES, or EDGES for the last of them alone.
    """

    mean: Floats
    components: Floats
    variances: Floats
    left_over: float

    def distances(self, features: Floats) -> Floats:
        """How unlike these pictures films with `features` (n, FEATURES) are, (n,): about 1 for such pictures."""
        centred = features[:, -self.mean.size :] - self.mean
        along = centred @ self.components.T
        left = (centred * centred).sum(axis=1) - (along * along).sum(axis=1)
        inside = (along * along / self.variances).mean(axis=1)
        shared = (1 - LEFT_OVER_SHARE) * inside + LEFT_OVER_SHARE * left / self.left_over
        return np.asarray(np.maximum(shared, 1e-9))  # callers take logarithms

    def to_json_object(self) -> dict[str, Any]:
        whole = {name: np.round(getattr(self, name) / UNIT).astype(int).tolist() for name in ("mean", "components")}
        return {**whole, "variances": self.variances.tolist(), "left_over": self.left_over}

    @classmethod
    def from_json(cls, content: Any, size: int) -> Self:
        """size: numbers a film that are expected. Raises ValueError, or KeyError or TypeError for what is missing."""
        mean, components = (np.array(content[name], np.float64) * UNIT for name in ("mean", "components"))
        variances, left_over = np.array(content["variances"], np.float64), float(content["left_over"])
        if mean.shape != (size,) or components.shape != (variances.size, size):
            raise ValueError(
                tr(
                    "the gate's statistics are of {count} numbers a film; this version takes {expected}",
                    count=mean.size,
                    expected=size,
                )
            )
        numbers = np.concatenate([mean, components.ravel(), variances, [left_over]])
        if not np.isfinite(numbers).all() or min(variances.min(), left_over) <= 0:
            raise ValueError(tr("the gate's statistics hold numbers that cannot be"))
        return cls(mean, components, variances, left_over)


def fit_spread(features: Floats, most: int) -> Spread:
    """Principal components of `features` (n, m), at most so many, and their variances, shrunk."""
    mean = features.mean(axis=0)
    centred = features - mean
    kept = min(most, len(features) // FILMS_A_COMPONENT)
    if len(features) < features.shape[1]:  # the eigenvectors of the smaller product give those of the larger
        _, rows = np.linalg.eigh(centred @ centred.T)
        vectors = centred.T @ rows[:, -kept:]
        vectors /= np.linalg.norm(vectors, axis=0)
    else:
        vectors = np.linalg.eigh(centred.T @ centred)[1][:, -kept:]
    components = np.round(vectors[:, ::-1].T / UNIT) * UNIT  # what JSON keeps: a stored model refuses the same films
    mean = np.round(mean / UNIT) * UNIT
    along = centred @ components.T
    left_over = float((centred * centred).sum() - (along * along).sum()) / len(features)
    variances = np.maximum(_shrunk_variances(along), LEAST_SPREAD)
    return Spread(mean, components, variances, max(left_over, LEAST_SPREAD))


def _shrunk_variances(along: Floats) -> Floats:
    """Variances of uncorrelated coordinates (n, k) of zero mean, drawn to their mean as far as few films demand.

    Ledoit and Wolf 2004, lemmas 3.2 to 3.4: the share is the error of the sample covariance, estimated from its terms,
    over its distance from the mean variance times the identity; squared Frobenius norms.
    """
    count = len(along)
    variances = (along * along).mean(axis=0)
    squared = float((variances**2).sum())
    distance = squared - float(variances.sum()) ** 2 / len(variances)
    error = (float(((along * along).sum(axis=1) ** 2).sum()) / count - squared) / count
    share = min(1.0, error / distance) if distance > 0 else 1.0
    return np.asarray((1 - share) * variances + share * variances.mean())


def shrink_films(films: npt.NDArray[np.uint8] | list[Grey]) -> npt.NDArray[np.uint8]:
    """Films (n, any, any) as (n, SMALL_PX, SMALL_PX)."""
    return np.stack([resize(film, SMALL_PX, SMALL_PX) for film in films])


def _orders() -> tuple[npt.NDArray[np.intp], Floats]:
    """For each way to lie wrong where FEATURES stand among the untouched film's, and their signs: (5, FEATURES)."""
    outline = np.arange(GRID**2).reshape(GRID, GRID)
    edges = np.arange(GRID**2, FEATURES).reshape(CELLS, CELLS, DIRECTIONS)
    half = DIRECTIONS // 2  # a quarter turn moves every direction by 90 of 180 degrees
    turns = [(np.rot90(outline, n), np.roll(np.rot90(edges, n), half * n, axis=2)) for n in (1, 2, 3)]
    ways = [*turns, (outline[::-1], edges[::-1, :, ::-1]), (outline, edges)]
    signs = np.ones((WAYS_TO_LIE_WRONG, FEATURES))
    signs[-1, : GRID**2] = -1  # the negative: its outline is turned over, its edges stay
    return np.stack([np.concatenate([one.ravel(), other.ravel()]) for one, other in ways]), signs


ORDERS, SIGNS = _orders()


def reorient_features(features: Floats) -> list[Floats]:
    """What films with `features` (n, FEATURES) would have if they were put right, for each way: (n, FEATURES)."""
    return [features[:, order] * signs for order, signs in zip(ORDERS, SIGNS, strict=True)]


def describe_films(small: npt.NDArray[np.uint8]) -> Floats:
    """Films (n, SMALL_PX, SMALL_PX) as (n, FEATURES); brightness and contrast do not count."""
    return np.concatenate([_description(small[at : at + CHUNK]) for at in range(0, len(small), CHUNK)])


def _description(small: npt.NDArray[np.uint8]) -> Floats:
    count, step = len(small), SMALL_PX // GRID
    grey = small.astype(np.float32)
    outline = grey.reshape(count, GRID, step, GRID, step).mean(axis=(2, 4)).reshape(count, -1)
    outline = outline - outline.mean(axis=1, keepdims=True)
    outline /= np.linalg.norm(outline, axis=1, keepdims=True) + 1e-6
    down, right = np.gradient(grey, axis=1), np.gradient(grey, axis=2)
    direction = np.floor((np.arctan2(down, right) % np.pi) * (DIRECTIONS / np.pi)).astype(np.int64) % DIRECTIONS
    cell = np.arange(SMALL_PX) * CELLS // SMALL_PX
    places = (np.arange(count)[:, None, None] * CELLS + cell[:, None]) * CELLS + cell
    bins = (places * DIRECTIONS + direction).ravel()
    edges = np.bincount(bins, np.hypot(down, right).ravel(), count * EDGES).reshape(count, -1)
    # square roots of shares, Hellinger's distance: their length is 1, as the outline's
    edges = np.sqrt(edges / (edges.sum(axis=1, keepdims=True) + 1e-6))
    return np.concatenate([outline.astype(np.float64), edges], axis=1)
