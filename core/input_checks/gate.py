"""Is it a chest film as the model knows them, upright and whole? Learned from the training films; scores nothing.

How far a film is from the training films is gate_features.py's to say: with outline and edges together, and with
the edges alone, since a skull has the outline of a white lung. A film that comes nearer when it is turned, mirrored
top to bottom or inverted lies wrong; one that is nearer to halves of training films than to whole ones shows a part.

The description was chosen by measurement, on the pictures of benchmarks/gate.py. In the pooled features of the bundled
network, where Lee et al. 2018 measure, 3 % of other pictures lie within 1.6 times the 98th percentile of films; with
outline and edges, within 2.0 times. So the gate needs no network, answers before one runs, and is the same for all.
"""

from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt

from core.films.outline import looks_inverted
from core.input_checks.gate_features import (
    EDGES,
    FEATURES,
    Floats,
    Spread,
    describe_films,
    fit_spread,
    reorient_features,
    shrink_films,
)
from core.input_checks.gate_rules import InspectedFilm, find_rule_violation
from core.system.errors import Reason
from core.system.language import tr

COMPONENTS: Final = 32  # 24 to 64 gave the same within the noise
EDGE_COMPONENTS: Final = 16  # 32 and 48 refused more films that were exposed otherwise
PART_COMPONENTS: Final = 16  # 32 called fewer halves by their name and more whole films, cropped by 6 %, halves
# From the 95th percentile of films to the thresholds: the widest with which at most 1 % of 1,360 other pictures pass.
# The room is for films of other hospitals. Fitted on the normal films here, one in eighteen of those with pneumonia is
# refused, which were exposed and framed otherwise; fitted the other way round, none of 189.
MARGIN: Final = 2.8
EDGE_MARGIN: Final = 2.1
PERCENTILE_95, PERCENTILE_99 = 1.645, 2.326  # standard normal quantiles
FAR_OUT: Final = 3.0  # standard deviations: 1 in 700 films lies beyond
FARTHER_OUT: Final = 4.0  # whole films may be framed tightly, so that more must speak for a part
# Least gains, since tightly framed films of another hospital gain more than those of validation. All left and right
# halves gain more than this; of upper and lower ones about half, and lower least gains refused too many whole films.
LEAST_SIDE_GAIN: Final = 0.95
LEAST_END_GAIN: Final = 0.65
SIDE_WIDTHS: Final = (0.35, 0.55)  # of the film's
END_HEIGHTS: Final = (0.40, 0.55)
FEWEST_TRAINING: Final = 40
FEWEST_VALIDATION: Final = 8
MOST_FILMS: Final = 4000  # more change the components no longer
MOST_PARTS: Final = 1500
TURNED: Final = (Reason.ROTATED, Reason.ROTATED, Reason.ROTATED, Reason.ROTATED, Reason.INVERTED)

Films = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class RegionStatistics:
    """What one kind of part of the training films looks like.

    threshold: the distance from these parts up to which a picture may be one. gain: the log ratio of its distances
    from whole films and from parts, from which it is one.
    """

    spread: Spread
    threshold: float
    gain: float


@dataclass(frozen=True, slots=True, eq=False)
class GateStatistics:
    """What a model's training films look like. About 250 kilobytes as JSON, in the model file's header.

    films: whole ones. threshold: the distance from which a picture is no such film. edges, edge_threshold: the same
    with the edges alone. turns: for each way to lie wrong (turned by 90, 180, 270 degrees, top to bottom, inverted) the
    log ratio of distances from which it is told. sides: left and right parts; ends: upper and lower ones. is_chest:
    True where the training films have the outline of a chest; where not, tags of body part and view say nothing.
    """

    films: Spread
    threshold: float
    edges: Spread
    edge_threshold: float
    turns: Floats
    sides: RegionStatistics
    ends: RegionStatistics
    is_chest: bool

    def to_json_object(self) -> dict[str, Any]:
        parts = {
            name: {"spread": part.spread.to_json_object(), "threshold": part.threshold, "gain": part.gain}
            for name, part in (("sides", self.sides), ("ends", self.ends))
        }
        return {
            "films": self.films.to_json_object(),
            "threshold": self.threshold,
            "edges": self.edges.to_json_object(),
            "edge_threshold": self.edge_threshold,
            "turns": self.turns.tolist(),
            **parts,
            "is_chest": self.is_chest,
        }

    @classmethod
    def from_json(cls, content: object) -> Self | None:
        """From the entry in a model file's header; None where there is none. Raises ValueError with what is wrong."""
        if content is None:
            return None
        if not isinstance(content, dict) or set(content) != set(cls.__dataclass_fields__):
            raise ValueError(tr("the gate's statistics have unknown or missing entries"))
        try:
            statistics = cls(
                films=Spread.from_json(content["films"], FEATURES),
                threshold=float(content["threshold"]),
                edges=Spread.from_json(content["edges"], EDGES),
                edge_threshold=float(content["edge_threshold"]),
                turns=np.array(content["turns"], np.float64),
                sides=_part_from_json(content["sides"]),
                ends=_part_from_json(content["ends"]),
                is_chest=bool(content["is_chest"]),
            )
        except (KeyError, TypeError) as error:
            raise ValueError(tr("the gate's statistics are incomplete ({error})", error=error)) from error
        single = [statistics.threshold, statistics.edge_threshold]
        single += [value for part in (statistics.sides, statistics.ends) for value in (part.threshold, part.gain)]
        if statistics.turns.shape != (len(TURNED),) or not np.isfinite([*statistics.turns, *single]).all():
            raise ValueError(tr("the gate's thresholds are incomplete"))
        return statistics


def _part_from_json(content: dict[str, Any]) -> RegionStatistics:
    return RegionStatistics(
        Spread.from_json(content["spread"], FEATURES), float(content["threshold"]), float(content["gain"])
    )


def find_refusal(looked: InspectedFilm, statistics: GateStatistics | None) -> Reason | None:
    """Why a film is not to be scored, or None. statistics None, of a model without them: the rules only.

    Without DICOM tags a lateral view is only found where it is far from the training films.
    """
    ruled = find_rule_violation(looked, statistics is None or statistics.is_chest)
    if ruled is not None or statistics is None:
        return ruled
    features = describe_films(shrink_films([looked.square]))
    own, *turned = statistics.films.distances(np.concatenate([features, *reorient_features(features)]))
    as_parts = [(part, part.spread.distances(features)[0]) for part in (statistics.sides, statistics.ends)]
    # what it could be, each with its distance in units of the threshold
    found = [
        (distance / statistics.threshold, reason)
        for distance, gain, reason in zip(turned, statistics.turns, TURNED, strict=True)
        if np.log(own / distance) > gain
    ]
    found += [
        (distance / part.threshold, Reason.TOO_CROPPED)
        for part, distance in as_parts
        if np.log(own / distance) > part.gain
    ]
    nearness, reason = min(found, default=(np.inf, Reason.NOT_A_CHEST_FILM))
    if nearness <= 1:
        return reason
    is_far = own > statistics.threshold or statistics.edges.distances(features)[0] > statistics.edge_threshold
    return Reason.NOT_A_CHEST_FILM if is_far else None


def fit_gate(training: Films, validation: Films) -> GateStatistics | None:
    """Statistics of a model's films, squares (n, size, size) uint8; None where they are too few to tell anything.

    training: gives the components. validation: other patients' films of the same kind, which give the thresholds, as
    quantiles of normal distributions: logarithms of distances are nearly normal, and few films give such quantiles
    better than by counting. Other films of this kind are refused about once in several hundred.
    """
    if len(training) < FEWEST_TRAINING or len(validation) < FEWEST_VALIDATION:
        return None
    order = np.random.default_rng(0)
    training, validation = (_drawn(films, MOST_FILMS, order) for films in (training, validation))
    small = shrink_films(training)
    known, features = describe_films(small), describe_films(shrink_films(validation))
    films, edges = fit_spread(known, COMPONENTS), fit_spread(known[:, -EDGES:], EDGE_COMPONENTS)
    own, *turned = (np.log(films.distances(way)) for way in (features, *reorient_features(features)))

    def part(least_gain: float, widths: tuple[float, float], heights: tuple[float, float]) -> RegionStatistics:
        some = _drawn(training, MOST_PARTS, order)
        spread = fit_spread(describe_films(_parts(some, widths, heights, order)), PART_COMPONENTS)
        as_parts = np.log(spread.distances(describe_films(_parts(validation, widths, heights, order))))
        gain = max(least_gain, _quantile(own - np.log(spread.distances(features)), FARTHER_OUT))
        return RegionStatistics(spread, float(np.exp(_quantile(as_parts, PERCENTILE_99))), gain)

    return GateStatistics(
        films=films,
        threshold=MARGIN * float(np.exp(_quantile(own, PERCENTILE_95))),
        edges=edges,
        edge_threshold=EDGE_MARGIN * float(np.exp(_quantile(np.log(edges.distances(features)), PERCENTILE_95))),
        # films that come in any orientation have gains above 0: then only clearly better ways are told
        turns=np.array([max(0.0, _quantile(own - other, FAR_OUT)) for other in turned]),
        sides=part(LEAST_SIDE_GAIN, SIDE_WIDTHS, (0.5, 1.0)),
        ends=part(LEAST_END_GAIN, (1.0, 1.0), END_HEIGHTS),
        is_chest=bool(looks_inverted(small).mean() < 0.1),
    )


def _quantile(values: Floats, deviations: float) -> float:
    return round(float(values.mean() + deviations * values.std(ddof=1)), 4)


def _parts(
    films: Films, widths: tuple[float, float], heights: tuple[float, float], order: np.random.Generator
) -> Films:
    """A part of each film, small: of so much of its width and height, at a place drawn at random, mostly at a rim."""
    size, parts = films.shape[1], []
    for film in films:
        lengths = order.uniform(*heights), order.uniform(*widths)
        starts = (float(np.clip(order.uniform(-0.5, 1.5), 0, 1)) * (1 - length) for length in lengths)
        rows, columns = (
            slice(round(start * size), round((start + length) * size))
            for start, length in zip(starts, lengths, strict=True)
        )
        parts.append(np.ascontiguousarray(film[rows, columns]))
    return shrink_films(parts)


def _drawn(films: Films, most: int, order: np.random.Generator) -> Films:
    return films if len(films) <= most else films[np.sort(order.permutation(len(films))[:most])]
