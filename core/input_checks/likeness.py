"""Measure whether a film looks to the network like the films that its model was validated on.

Compared are penultimate features, the input of the network's head, at unit length (Mueller and Hein
2025). The distance is the Mahalanobis distance from the nearest group of training films with a
covariance that all groups share (Lee et al. 2018, equation 2), shrunk (Ledoit and Wolf 2004). It is
computed as in probabilistic principal component analysis (Tipping and Bishop 1999): along the first
components, plus the residual outside them. A group has one label and comes from one source.

Method and threshold were chosen by measurement with whole hospitals left out, see
benchmarks/likeness.py. Energy and confidence scores found nothing: what is no chest film is often
decided with confidence. Computed in 8-bit integers, features give distances 3 % greater in the median, and
12 % for 1 film in 100 (benchmarks/RESULTS.md).
"""

import base64
from dataclasses import dataclass, field, replace
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt

from core.input_checks.projection import project

Floats = npt.NDArray[np.float64]
Features = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

LIKENESS: Final = "validated_features"  # key in model files
COMPONENTS: Final = 128  # with 64, fewer films upside down were found; the full covariance found no more
MOST_NUMBERS: Final = 65_536  # of all components together: 175 kB in a model file
FILMS_PER_COMPONENT: Final = 5  # few films span few directions
RESIDUAL_WEIGHT: Final = 0.75  # in the distance; 0.5 gave nearly the same
DEVIATIONS: Final = 3.5  # of the logarithm of distances of validation films, see benchmarks/RESULTS.md
MIN_TRAINING: Final = 80  # films
MIN_VALIDATION: Final = 20
MIN_GROUP: Final = 10  # films; smaller groups are pooled
MOST_GROUPS: Final = 32
MOST_FEATURES: Final = 16_384
UNIT: Final = 1 / 32_767  # means and components are stored as 16-bit multiples of this
SMALLEST: Final = 1e-9
SCALARS: Final = ("residual_variance", "threshold")


@dataclass(frozen=True, slots=True, eq=False)
class Likeness:
    """Groups of training films in feature space, stored in a model file's header.

    means: of each group, (g, m). components: (k, m), orthonormal rows. variances: along them, (k,),
    shrunk. residual_variance: mean squared length outside the components. threshold: distance above
    which a film is unlike the validation films. centres: the means along the components, (g, k).
    """

    means: Floats
    components: Floats
    variances: Floats
    residual_variance: float
    threshold: float
    centres: Floats = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "centres", project(self.means, self.components))

    @property
    def features(self) -> int:
        """Number of features of a film, m."""
        return int(self.means.shape[1])

    def distances(self, features: Features) -> Floats:
        """Return the distances (n,) of films from the nearest group; about 1 for films of a group.

        features: (n, m), as the network computes them.
        """
        scaled = _scale(features)
        along = project(scaled, self.components)
        deviations = np.sqrt(self.variances)
        inside = _squared_distances(along / deviations, self.centres / deviations) / len(deviations)
        residual = _squared_distances(scaled, self.means) - _squared_distances(along, self.centres)
        outside = np.maximum(residual, 0) / self.residual_variance
        nearest = ((1 - RESIDUAL_WEIGHT) * inside + RESIDUAL_WEIGHT * outside).min(axis=1)
        return np.asarray(np.maximum(nearest, SMALLEST))  # callers take logarithms

    def is_unlike(self, features: Features) -> Mask:
        """Return which films with features (n, m) are unlike the validation films, (n,)."""
        # features that are no numbers are unlike any
        return ~np.asarray(self.distances(features) <= self.threshold)

    def to_json_object(self) -> dict[str, Any]:
        """Return JSON values; means and components as base64 of 16-bit integers, row by row."""
        return {
            "features": self.features,
            "means": _encode(self.means),
            "components": _encode(self.components),
            "variances": [float(f"{value:.6g}") for value in self.variances],
            "residual_variance": self.residual_variance,
            "threshold": self.threshold,
        }

    @classmethod
    def from_json(cls, content: object) -> Self | None:
        """Return what a model file's header holds, None if it has none.

        Raises ValueError, KeyError or TypeError for missing, malformed or impossible values.
        """
        if content is None:
            return None
        if not isinstance(content, dict) or set(content) != {"features", "means", "components", "variances", *SCALARS}:
            raise ValueError("unknown or missing entries")
        count = content["features"]
        if type(count) is not int or not 1 <= count <= MOST_FEATURES:
            raise ValueError("features")
        means, components = _decode(content["means"], count), _decode(content["components"], count)
        variances = np.array([_positive(value) for value in content["variances"]])
        if len(variances) != len(components) or not 1 <= len(means) <= MOST_GROUPS or not 1 <= len(components) <= count:
            raise ValueError("shapes")
        return cls(means, components, variances, *(_positive(content[name]) for name in SCALARS))


def _positive(value: Any) -> float:
    """Return a finite number above 0. Raises ValueError or TypeError."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("not a number")
    if not 0 < value < np.inf:
        raise ValueError("out of range")
    return float(value)


def _scale(features: Features) -> Floats:
    """Return features (n, m) at unit length."""
    values = features.astype(np.float64)
    return np.asarray(values / (np.linalg.norm(values, axis=1, keepdims=True) + SMALLEST))


def _squared_distances(rows: Floats, centres: Floats) -> Floats:
    """Return the squared distances (n, g) of rows (n, m) from centres (g, m)."""
    lengths, reach = (rows * rows).sum(axis=1, keepdims=True), (centres * centres).sum(axis=1)
    return np.asarray(lengths - 2 * project(rows, centres) + reach)


def _round(values: Floats) -> Floats:
    """Return values in -1..1 as they are stored, row by row as `_decode` gives them."""
    return np.ascontiguousarray(np.round(np.clip(values, -1, 1) / UNIT) * UNIT)


def _encode(values: Floats) -> str:
    return base64.b64encode(np.round(values / UNIT).astype("<i2").tobytes()).decode()


def _decode(text: Any, count: int) -> Floats:
    """Return the rows of `count` values that `_encode` stored. Raises ValueError or TypeError."""
    if not isinstance(text, str):
        raise TypeError("not a text")
    values = np.frombuffer(base64.b64decode(text, validate=True), "<i2")
    if values.size > MOST_GROUPS * MOST_FEATURES:
        raise ValueError("too many numbers")
    return np.asarray(values.reshape(-1, count) * UNIT)


def fit_likeness(
    features: Features,
    labels: npt.ArrayLike,
    validation: Features,
    sources: npt.ArrayLike | None = None,
) -> Likeness | None:
    """Fit the groups of the training films, and the threshold of validation films; None if too few or without meaning.

    features, labels: of training films, (n, m) and (n,). validation: features (v, m) of films of
    other patients, from the same sources. sources: from where each training film comes, (n,), such
    as the name of a hospital; None where that is not known.
    The threshold lies DEVIATIONS standard deviations above the mean of the logarithms of the
    validation films' distances, which are nearly normal: so few films give a stable threshold, and
    films of other hospitals have some room.
    """
    is_known = np.isfinite(features).all() and np.isfinite(validation).all() and bool(np.ptp(features))
    if len(features) < MIN_TRAINING or len(validation) < MIN_VALIDATION or not is_known:
        return None
    from sklearn.covariance import ledoit_wolf

    scaled = _scale(features)
    groups = _number_groups(np.asarray(labels), sources)
    means = _round(np.stack([scaled[groups == group].mean(axis=0) for group in range(groups.max() + 1)]))
    covariance = ledoit_wolf(scaled - means[groups], assume_centered=True)[0]  # shrunk to a multiple of identity
    size = scaled.shape[1]
    count = max(1, min(COMPONENTS, MOST_NUMBERS // size, len(scaled) // FILMS_PER_COMPONENT, size // 2))
    components = _round(np.linalg.eigh(covariance)[1][:, : -count - 1 : -1].T)
    variances = np.einsum("ij,jk,ik->i", components, covariance, components)
    residual_variance = max(float(np.trace(covariance) - variances.sum()), SMALLEST)
    variances = np.array([float(f"{max(value, SMALLEST):.6g}") for value in variances])  # as they are stored
    fitted = Likeness(means, components, variances, residual_variance, np.inf)
    logs = np.log(fitted.distances(validation))
    return replace(fitted, threshold=float(f"{np.exp(logs.mean() + DEVIATIONS * logs.std(ddof=1)):.6g}"))


def _number_groups(labels: npt.NDArray[Any], sources: npt.ArrayLike | None) -> npt.NDArray[np.int64]:
    """Return for each film the number of its group, (n,), counted from 0.

    Films of one label and one source form a group. Groups of fewer than MIN_GROUP films, and the
    smallest above MOST_GROUPS, are pooled.
    """
    pairs = [labels] if sources is None else [labels, np.asarray(sources)]
    names = np.array([np.unique(values, return_inverse=True)[1].ravel() for values in pairs]).T
    _, numbers, counts = np.unique(names, axis=0, return_inverse=True, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    kept = [group for group in order[: MOST_GROUPS - 1] if counts[group] >= MIN_GROUP]
    renumbered = np.full(len(counts), len(kept))
    renumbered[kept] = np.arange(len(kept))
    return np.asarray(np.unique(renumbered[numbers.ravel()], return_inverse=True)[1], np.int64)
