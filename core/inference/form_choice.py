"""Which form of a network is quickest on this computer, remembered from start to start. Measures nothing."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from core.system.measurement_cache import recall, store

FORMAT: Final = 3  # of a remembered choice
TRIED_FILMS: Final = 8  # in the measurement of a form
BATCHES: Final = (16, 32)  # tried beside TRIED_FILMS where the computer is quick enough that no row waits for long


class Form(StrEnum):
    """How a network is computed; all but the first with BatchNorm folded into the convolutions."""

    PLAIN = "as trained"
    FOLDED = "folded"
    MINIMAL = "folded, Winograd"
    HALF = "folded, packed, bfloat16"


@dataclass(frozen=True, slots=True)
class Choice:
    """A form, how many films it takes at once, and the SHA-256 of the weights that last answered right in it."""

    form: Form
    batch: int
    weights: str = ""


def recall_choice(path: Path, key: list[str]) -> Choice | None:
    """The choice in `path`; None where there is none, or one that is damaged or not of this computer and network."""
    content = recall(path, key)
    try:
        if content is None or content["format"] != FORMAT or content["batch"] not in (TRIED_FILMS, *BATCHES):
            return None
        return Choice(Form(content["form"]), content["batch"], str(content["weights"]))
    except (ValueError, KeyError, TypeError):
        return None


def remember_choice(path: Path, key: list[str], choice: Choice) -> None:
    """Keep a choice for the next start, where there is room for it."""
    store(path, key, {"format": FORMAT, "form": choice.form, "batch": choice.batch, "weights": choice.weights})
