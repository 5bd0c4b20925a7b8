"""Refuse films that are not whole, upright films of the kind that a model was trained on.

Models of chest films have the gate of core/input_checks/chest_gate.py, which was trained with films
of several hospitals and with other pictures. Models of another body part, and chest models made
before there was such a gate, have one that is fitted on their own films, here.

core/input_checks/gate_features.py measures how far a film is from the training films, by outline
and edges together and by the edges alone, since a skull has the outline of a white lung. A film
that comes nearer when it is rotated, flipped top to bottom or inverted is in the wrong orientation;
one that is nearer to parts of training films than to whole ones shows only a part of the chest.

The features were chosen by measurement, on the pictures of benchmarks/gate.py. With the pooled
features of the bundled network, as Lee et al. 2018 use them, 3 % of other pictures lie within 1.6
times the 98th percentile of films; with outline and edges, within 2.0 times. So the gate needs no
network, decides before one runs, and is the same for all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt

from core.films.outline import looks_inverted
from core.input_checks.chest_gate import ChestGate
from core.input_checks.gate_features import (
    ALTERATION_REASONS,
    EDGES,
    FEATURES,
    FeatureDistribution,
    Floats,
    describe_films,
    fit_distribution,
    reorient_features,
    shrink_films,
)
from core.input_checks.gate_rules import GateInput, find_rule_violations
from core.system.errors import Reason
from core.system.language import tr

COMPONENTS: Final = 32  # 24 to 64 gave the same within the noise
EDGE_COMPONENTS: Final = 16  # with 32 and 48, more films with another exposure were refused
# with 32, fewer halves were recognised, and more whole films, cropped by 6 %, were taken for halves
REGION_COMPONENTS: Final = 16
# Thresholds as multiples of the films' 95th percentile: the largest with which at most 1 % of 1,360
# other pictures pass. The margin is for films of other hospitals. Fitted on the normal films here,
# the gate refuses one in eighteen of those with pneumonia, which were exposed and framed
# differently; fitted the other way round, it refuses none of 189.
MARGIN: Final = 2.8
EDGE_MARGIN: Final = 2.1
PERCENTILE_95, PERCENTILE_99 = 1.645, 2.326  # standard normal quantiles
ORIENTATION_DEVIATIONS: Final = 3.0  # standard deviations: 1 in 700 films lies beyond
REGION_DEVIATIONS: Final = 4.0  # more, since whole films may be framed tightly
MIN_TRAINING: Final = 40  # films
MIN_VALIDATION: Final = 8
MAX_FILMS: Final = 4000  # more hardly change the components
MAX_REGIONS: Final = 1500

Films = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class RegionShape:
    """Range of sizes of a region, as fractions of the film.

    min_gain: least value of RegionStatistics.gain. It is needed since tightly framed films of
    another hospital gain more than those of validation.
    """

    min_gain: float
    widths: tuple[float, float]
    heights: tuple[float, float]


# All left and right halves gain more than these; of upper and lower ones about half do, and lower
# values refused too many whole films.
SIDE: Final = RegionShape(0.95, widths=(0.35, 0.55), heights=(0.5, 1.0))
END: Final = RegionShape(0.65, widths=(1.0, 1.0), heights=(0.40, 0.55))


@dataclass(frozen=True, slots=True, eq=False)
class RegionStatistics:
    """Features of one kind of region of the training films.

    threshold: distance from these regions up to which a film may be one. gain: log ratio of the
    distances from whole films and from regions, above which a film is one.
    """

    distribution: FeatureDistribution
    threshold: float
    gain: float

    def to_json_object(self) -> dict[str, Any]:
        return {"spread": self.distribution.to_json_object(), "threshold": self.threshold, "gain": self.gain}

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Self:
        """Raises ValueError, and KeyError or TypeError if entries are missing or malformed."""
        distribution = FeatureDistribution.from_json(content["spread"], FEATURES)
        return cls(distribution, float(content["threshold"]), float(content["gain"]))


@dataclass(frozen=True, slots=True, eq=False)
class GateStatistics:
    """What a model's training films look like, stored in the model file's header.

    About 250 kilobytes as JSON. films: features of whole films. threshold: distance above which a
    picture is no such film. edges, edge_threshold: the same with the edges alone. turns: for each
    alteration (rotated by 90, 180, 270 degrees, flipped top to bottom, inverted) the log ratio of
    the distances of a film as it is and with the alteration undone, above which it is recognised.
    sides: left and right regions. ends: upper and lower ones. is_chest: True if the training films
    have the outline of a chest; otherwise DICOM tags of body part and view are ignored.
    """

    films: FeatureDistribution
    threshold: float
    edges: FeatureDistribution
    edge_threshold: float
    turns: Floats
    sides: RegionStatistics
    ends: RegionStatistics
    is_chest: bool

    def find_refusals(self, features: Floats) -> list[Reason | None]:
        """Return for films with `features` (n, FEATURES) why they are not to be scored, or None.

        A lateral view is refused only if it is far from the training films.
        """
        every_way = np.concatenate([features, *reorient_features(features)])
        own, *turns = self.films.distances(every_way).reshape(-1, len(features))
        # distances from what a film could be, their thresholds, and the gains above which it is considered
        parts = [region.distribution.distances(features) for region in (self.sides, self.ends)]
        distances = np.stack([*turns, *parts])
        thresholds = np.array([*[self.threshold] * len(turns), self.sides.threshold, self.ends.threshold])[:, None]
        gains = np.array([*self.turns, self.sides.gain, self.ends.gain])[:, None]
        nearness = np.where(np.log(own / distances) > gains, distances / thresholds, np.inf)
        reasons = (*ALTERATION_REASONS, Reason.TOO_CROPPED, Reason.TOO_CROPPED)
        is_far = (own > self.threshold) | (self.edges.distances(features) > self.edge_threshold)
        return [
            reasons[nearest] if near <= 1 else Reason.NOT_A_CHEST_FILM if far else None
            for nearest, near, far in zip(nearness.argmin(axis=0), nearness.min(axis=0), is_far, strict=True)
        ]

    def to_json_object(self) -> dict[str, Any]:
        return {
            "films": self.films.to_json_object(),
            "threshold": self.threshold,
            "edges": self.edges.to_json_object(),
            "edge_threshold": self.edge_threshold,
            "turns": self.turns.tolist(),
            "sides": self.sides.to_json_object(),
            "ends": self.ends.to_json_object(),
            "is_chest": self.is_chest,
        }

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Self:
        """Return the statistics in a model file's header. Raises ValueError with what is wrong."""
        if set(content) != set(cls.__dataclass_fields__):
            raise ValueError(tr("the gate's statistics have unknown or missing entries"))
        try:
            statistics = cls(
                films=FeatureDistribution.from_json(content["films"], FEATURES),
                threshold=float(content["threshold"]),
                edges=FeatureDistribution.from_json(content["edges"], EDGES),
                edge_threshold=float(content["edge_threshold"]),
                turns=np.array(content["turns"], np.float64),
                sides=RegionStatistics.from_json(content["sides"]),
                ends=RegionStatistics.from_json(content["ends"]),
                is_chest=content["is_chest"],
            )
        except (KeyError, TypeError, OverflowError) as error:
            raise ValueError(tr("the gate's statistics are incomplete ({error})", error=error)) from error
        distances = (
            statistics.threshold,
            statistics.edge_threshold,
            statistics.sides.threshold,
            statistics.ends.threshold,
        )
        is_complete = statistics.turns.shape == (len(ALTERATION_REASONS),) and isinstance(statistics.is_chest, bool)
        if not is_complete or not np.isfinite(statistics.thresholds()).all() or min(distances) <= 0:
            raise ValueError(tr("the gate's thresholds are incomplete"))
        return statistics

    def thresholds(self) -> list[float]:
        """Return all thresholds and gains."""
        regions = [value for region in (self.sides, self.ends) for value in (region.threshold, region.gain)]
        return [*self.turns, self.threshold, self.edge_threshold, *regions]


Gate = GateStatistics | ChestGate


def parse_gate(content: object) -> Gate | None:
    """Return the gate in a model file's header, None if it has none.

    Raises ValueError with what is wrong.
    """
    if content is None:
        return None
    if not isinstance(content, dict):
        raise ValueError(tr("the gate's statistics have unknown or missing entries"))
    return ChestGate.from_json(content) if "recogniser" in content else GateStatistics.from_json(content)


def find_refusal(film: GateInput, gate: Gate | None) -> Reason | None:
    """Return `find_refusals` for one film."""
    return find_refusals([film], gate)[0]


def find_refusals(films: Sequence[GateInput], gate: Gate | None) -> list[Reason | None]:
    """Return for each film why it is not to be scored, or None.

    gate: None, of a model without one, applies only the rules.
    """
    reasons = find_rule_violations(films, gate is None or gate.is_chest)
    waiting = [film for film, reason in enumerate(reasons) if reason is None]
    if gate is not None and waiting:
        features = describe_films(np.stack([films[film].small for film in waiting]))
        for film, reason in zip(waiting, gate.find_refusals(features), strict=True):
            reasons[film] = reason
    return reasons


def fit_gate(training: Films, validation: Films, shipped: Gate | None = None) -> Gate | None:
    """Return the gate for a model's films, squares (n, size, size) uint8; None if they are too few.

    training, validation: films of the same kind, of different patients. shipped: the bundled
    model's gate. A model of chest films, most of which it recognises, gets this gate, which then
    admits the model's own films too; others get one that is fitted on their films.
    """
    rng = np.random.default_rng(0)
    training, validation = _sample(training, MAX_FILMS, rng), _sample(validation, MAX_FILMS, rng)
    if isinstance(shipped, ChestGate) and len(training) and len(validation):
        features = describe_films(shrink_films(validation))
        if shipped.recognises(describe_films(shrink_films(training))) and shipped.recognises(features):
            return shipped.admit(features) if len(features) >= MIN_VALIDATION else shipped
    if len(training) < MIN_TRAINING or len(validation) < MIN_VALIDATION:
        return None
    return _fit_statistics(training, validation, rng)


def _fit_statistics(training: Films, validation: Films, rng: np.random.Generator) -> GateStatistics:
    """Fit a gate to films of one kind.

    training: gives the principal components. validation: gives the thresholds, as quantiles of
    normal distributions: logarithms of distances are nearly normal, and for few films such
    quantiles are better than empirical ones. Other films of this kind are refused about once in
    several hundred.
    """
    small = shrink_films(training)
    training_features = describe_films(small)
    features = describe_films(shrink_films(validation))
    films = fit_distribution(training_features, COMPONENTS)
    edges = fit_distribution(training_features[:, -EDGES:], EDGE_COMPONENTS)
    own = np.log(films.distances(features))
    reoriented = [np.log(films.distances(undone)) for undone in reorient_features(features)]
    return GateStatistics(
        films=films,
        threshold=MARGIN * float(np.exp(_normal_quantile(own, PERCENTILE_95))),
        edges=edges,
        edge_threshold=EDGE_MARGIN * float(np.exp(_normal_quantile(np.log(edges.distances(features)), PERCENTILE_95))),
        # training films in any orientation gain more than 0; then only clear gains are recognised
        turns=np.array([max(0.0, _normal_quantile(own - other, ORIENTATION_DEVIATIONS)) for other in reoriented]),
        sides=_fit_region(SIDE, training, validation, features, own, rng),
        ends=_fit_region(END, training, validation, features, own, rng),
        is_chest=bool(looks_inverted(small).mean() < 0.1),
    )


def _fit_region(
    shape: RegionShape, training: Films, validation: Films, features: Floats, own: Floats, rng: np.random.Generator
) -> RegionStatistics:
    """Fit one kind of region.

    features, own: features of the whole validation films, and logarithms of their distances.
    """
    regions = _crop_regions(_sample(training, MAX_REGIONS, rng), shape, rng)
    distribution = fit_distribution(describe_films(regions), REGION_COMPONENTS)
    validation_regions = describe_films(_crop_regions(validation, shape, rng))
    threshold = float(np.exp(_normal_quantile(np.log(distribution.distances(validation_regions)), PERCENTILE_99)))
    gains = own - np.log(distribution.distances(features))
    return RegionStatistics(distribution, threshold, max(shape.min_gain, _normal_quantile(gains, REGION_DEVIATIONS)))


def _normal_quantile(values: Floats, deviations: float) -> float:
    """Return the value so many standard deviations above the mean."""
    return round(float(values.mean() + deviations * values.std(ddof=1)), 4)


def _crop_regions(films: Films, shape: RegionShape, rng: np.random.Generator) -> Films:
    """Return one region of each film, shrunk, at a random place, most often at a border."""
    size = films.shape[1]
    regions = []
    for film in films:
        height, width = rng.uniform(*shape.heights), rng.uniform(*shape.widths)
        rows = _random_slice(height, size, rng)
        columns = _random_slice(width, size, rng)
        regions.append(np.ascontiguousarray(film[rows, columns]))
    return shrink_films(regions)


def _random_slice(length: float, size: int, rng: np.random.Generator) -> slice:
    """Return a random slice of `length`, a fraction of `size`; half of them lie at either end."""
    start = float(np.clip(rng.uniform(-0.5, 1.5), 0, 1)) * (1 - length)
    return slice(round(start * size), round((start + length) * size))


def _sample(films: Films, count: int, rng: np.random.Generator) -> Films:
    """Return at most `count` films, drawn at random, in their order."""
    return films if len(films) <= count else films[np.sort(rng.permutation(len(films))[:count])]
