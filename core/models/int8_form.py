"""How a network is computed in 8-bit integers, and how close its answers are; stored in the model file's header."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Self

INT8: Final = "int8"  # key in model files
LARGEST_DIFFERENCE: Final = 0.02  # of a probability, on validation films
LARGEST_AUC_DIFFERENCE: Final = 0.001
MOST_TENSORS: Final = 4096
MOST_FILMS: Final = 10_000_000
LARGEST: Final = 1e9


@dataclass(frozen=True, slots=True)
class Int8Form:
    """The 8-bit form of a network, compared with full precision on validation films.

    films: that were compared. difference: largest one of a probability, 0..1. auc_difference:
    absolute. changed: films with another label or decision, apart from those near a bound.
    speed: films per second relative to single precision, on the computer that measured it.
    ranges: least and greatest value of each tensor that becomes 8 bits. shift: added to the logits,
    (outputs,), the mean error on films of the training. known: logits of the self-test
    films in this form, (4, outputs).
    """

    films: int
    difference: float
    auc_difference: float
    changed: int
    speed: float
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    shift: tuple[float, ...] = ()
    known: tuple[tuple[float, ...], ...] = ()

    @property
    def is_accurate(self) -> bool:
        """Whether it answers as full precision does."""
        return (
            self.difference <= LARGEST_DIFFERENCE
            and self.auc_difference <= LARGEST_AUC_DIFFERENCE
            and self.changed == 0
        )

    @property
    def is_accepted(self) -> bool:
        """Whether films are scored in this form: where it is accurate and also faster."""
        return self.is_accurate and self.speed > 1

    def to_json_object(self) -> dict[str, Any]:
        return {**asdict(self), "ranges": {name: list(bounds) for name, bounds in self.ranges.items()}}

    @classmethod
    def from_json(cls, content: object) -> Self | None:
        """Return what a model file's header holds, None if it has none.

        Raises ValueError, KeyError or TypeError for missing, malformed or impossible values.
        """
        if content is None:
            return None
        if not isinstance(content, dict) or set(content) != set(cls.__dataclass_fields__):
            raise ValueError("unknown or missing entries")
        if not isinstance(content["ranges"], dict):
            raise TypeError("ranges")
        ranges = {str(name): (_number(low), _number(high)) for name, (low, high) in content["ranges"].items()}
        known = tuple(tuple(map(_number, row)) for row in content["known"])
        if len(ranges) > MOST_TENSORS or any(low > high for low, high in ranges.values()):
            raise ValueError("ranges")
        return cls(
            films=_count(content["films"]),
            difference=_number(content["difference"], 0),
            auc_difference=_number(content["auc_difference"], 0),
            changed=_count(content["changed"]),
            speed=_number(content["speed"], 0),
            ranges=ranges,
            shift=tuple(map(_number, content["shift"])),
            known=known,
        )


def _number(value: Any, least: float = -LARGEST) -> float:
    """Return a finite number. Raises ValueError or TypeError."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("not a number")
    if not least <= value <= LARGEST:
        raise ValueError("out of range")
    return float(value)


def _count(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= MOST_FILMS:
        raise ValueError("not a count")
    return value
