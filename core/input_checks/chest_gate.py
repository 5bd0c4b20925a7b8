"""The gate of models of chest films: a recogniser of frontal chest films, and a limit of what it may judge."""

from dataclasses import dataclass, replace
from typing import Any, Final, Self

import numpy as np

from core.input_checks.gate_features import (
    ALTERATION_REASONS,
    FEATURES,
    FeatureDistribution,
    Floats,
    reorient_features,
)
from core.input_checks.recogniser import KINDS, Recogniser
from core.system.errors import Reason
from core.system.language import tr

ENTRIES: Final = frozenset({"recogniser", "least_odds", "films", "threshold"})
MIN_RECOGNISED: Final = 0.5  # fraction of a model's films that must be recognised for it to be one of chest films
LEAST_ODDS: Final = -3.0  # natural logarithm: a frontal film with 1 in 20
WIDEST: Final = 1.5  # of the threshold of distances
REFUSED: Final = 0.01  # fraction of a model's own validation films that its gate may refuse


@dataclass(frozen=True, slots=True, eq=False)
class ChestGate:
    """What tells frontal chest films of any hospital from other pictures, stored in the model file's header.

    About 400 kilobytes as JSON. least_odds: natural logarithm of the odds that a picture is an
    upright frontal chest film, below which it is refused. films: features of chest films of all
    sources. threshold: distance from them above which a picture is unlike anything that the
    recogniser was trained to tell apart, and is refused whatever it answers.
    """

    recogniser: Recogniser
    least_odds: float
    films: FeatureDistribution
    threshold: float

    is_chest = True  # DICOM tags of body part and view count

    def find_refusals(self, features: Floats) -> list[Reason | None]:
        """Return for films with `features` (n, FEATURES) why they are not to be scored, or None."""
        kinds = self.recogniser.log_probabilities(features)
        is_frontal = log_odds(kinds) >= self.least_odds
        is_far = self.films.distances(features) > self.threshold
        reasons: list[Reason | None] = [Reason.NOT_A_CHEST_FILM if far else None for far in is_far]
        others = np.flatnonzero(~is_frontal)
        if others.size:
            for film, reason in zip(others, self._name_refusals(features[others], kinds[others]), strict=True):
                reasons[film] = reason
        return reasons

    def _name_refusals(self, features: Floats, kinds: Floats) -> list[Reason | None]:
        """Return a wrong orientation for a film that would pass in another one, else what it seems to show.

        features: (n, FEATURES). kinds: logarithms of the probabilities of the KINDS, (n, len(KINDS)).
        """
        restored = np.concatenate(reorient_features(features))
        odds = log_odds(self.recogniser.log_probabilities(restored)).reshape(-1, len(features))
        return [
            ALTERATION_REASONS[turn] if most >= self.least_odds else KINDS[1 + kind]
            for turn, most, kind in zip(odds.argmax(axis=0), odds.max(axis=0), kinds[:, 1:].argmax(axis=1), strict=True)
        ]

    def recognises(self, features: Floats) -> bool:
        """Return whether most films with `features` (n, FEATURES) are upright frontal chest films."""
        return self.find_refusals(features).count(None) >= MIN_RECOGNISED * len(features)

    def admit(self, features: Floats) -> Self:
        """Return the gate for a model whose validation films have `features` (n, FEATURES).

        The thresholds are widened so that it refuses at most REFUSED of such films, and never
        narrowed; but no further than LEAST_ODDS and WIDEST, so that a few other pictures among the
        films do not open the gate to all of them.
        """
        odds = np.quantile(log_odds(self.recogniser.log_probabilities(features)), REFUSED)
        distance = np.quantile(self.films.distances(features), 1 - REFUSED)
        return replace(
            self,
            least_odds=min(self.least_odds, round(max(float(odds), LEAST_ODDS), 4)),
            threshold=max(self.threshold, round(min(float(distance), WIDEST * self.threshold), 4)),
        )

    def to_json_object(self) -> dict[str, Any]:
        return {
            "recogniser": self.recogniser.to_json_object(),
            "least_odds": self.least_odds,
            "films": self.films.to_json_object(),
            "threshold": self.threshold,
        }

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Self:
        """Return the gate in a model file's header. Raises ValueError with what is wrong."""
        if set(content) != ENTRIES:
            raise ValueError(tr("the gate's statistics have unknown or missing entries"))
        try:
            gate = cls(
                Recogniser.from_json(content["recogniser"]),
                _parse_number(content["least_odds"]),
                FeatureDistribution.from_json(content["films"], FEATURES),
                _parse_number(content["threshold"]),
            )
        except (KeyError, TypeError, OverflowError) as error:
            raise ValueError(tr("the gate's statistics are incomplete ({error})", error=error)) from error
        if not np.isfinite([gate.least_odds, gate.threshold]).all() or gate.threshold <= 0:
            raise ValueError(tr("the gate's thresholds are incomplete"))
        return gate


def _parse_number(value: object) -> float:
    """Return a number. Raises TypeError for texts and truth values."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("not a number")
    return float(value)


def log_odds(kinds: Floats) -> Floats:
    """Return logarithms of the odds of a frontal chest film, (n,), from log probabilities (n, len(KINDS))."""
    return np.asarray(kinds[:, 0] - np.logaddexp.reduce(kinds[:, 1:], axis=1))
