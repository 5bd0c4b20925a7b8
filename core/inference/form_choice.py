"""Store which computational form of a network is fastest on this computer."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from core.system.measurement_cache import read_measurement, write_measurement

FORMAT: Final = 3  # of a stored choice
TRIED_FILMS: Final = 8  # batch size while a form is timed
BATCHES: Final = (16, 32)  # also tried where the computer is fast, so that rows still appear soon


class Form(StrEnum):
    """How a network is computed. All but PLAIN have BatchNorm folded into the convolutions."""

    PLAIN = "as trained"
    FOLDED = "folded"
    MINIMAL = "folded, Winograd"
    HALF = "folded, packed, bfloat16"


@dataclass(frozen=True, slots=True)
class Choice:
    """The chosen form.

    batch: films at once. weights: SHA-256 of the weights last found accurate in this form.
    """

    form: Form
    batch: int
    weights: str = ""


def recall_choice(path: Path, key: list[str]) -> Choice | None:
    """Return the choice stored in `path`.

    None for a missing or damaged one, or one for another computer or network.
    """
    content = read_measurement(path, key)
    try:
        if content is None or content["format"] != FORMAT or content["batch"] not in (TRIED_FILMS, *BATCHES):
            return None
        return Choice(Form(content["form"]), int(content["batch"]), str(content["weights"]))
    except (ValueError, KeyError, TypeError):
        return None


def remember_choice(path: Path, key: list[str], choice: Choice) -> None:
    """Store a choice for the next start, if there is disk space for it."""
    write_measurement(
        path, key, {"format": FORMAT, "form": choice.form, "batch": choice.batch, "weights": choice.weights}
    )
