"""How a network is computed in 8-bit integers, and how close its answers are; stored in the model file's header."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from itertools import chain
from typing import Any, Final

INT8: Final = "int8"  # key in model files
LARGEST_DIFFERENCE: Final = 0.02  # of a probability, on validation films
LARGEST_AUC_DIFFERENCE: Final = 0.001
MOST_TENSORS: Final = 4096
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

    def __post_init__(self) -> None:
        """Raise ValueError for figures that no network has."""
        if len(self.ranges) > MOST_TENSORS or any(low > high for low, high in self.ranges.values()):
            raise ValueError("ranges")
        figures = (self.films, self.changed, self.difference, self.auc_difference, self.speed)
        numbers = chain(figures, self.shift, *self.ranges.values(), *self.known)
        if min(figures) < 0 or not all(abs(number) <= LARGEST for number in numbers):
            raise ValueError("out of range")

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
