"""Which form of a network is quickest on this computer, remembered from start to start. Measures nothing."""

import json
import platform
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from core.errors import JobFailed
from core.files import read_json, sha256_of_text, write_text_atomically
from core.places import cache_folder

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


def processor_name() -> str:
    """The processor's name as the system has it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, "") or platform.processor() or platform.machine()


def path_of(key: list[str]) -> Path:
    """Where the choice of a computer and architecture is kept. key: all that the quickest form depends on."""
    return cache_folder() / "inference" / f"{sha256_of_text(json.dumps(key))[:16]}.json"


def remembered(path: Path, key: list[str]) -> Choice | None:
    """The choice in `path`; None where there is none, or one that is damaged or not of this computer and network."""
    try:
        content = read_json(path)
        if content["format"] != FORMAT or content["key"] != key or content["batch"] not in (TRIED_FILMS, *BATCHES):
            return None
        return Choice(Form(content["form"]), content["batch"], str(content["weights"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def remember(path: Path, key: list[str], choice: Choice) -> None:
    """Keep a choice for the next start; without room for it, it is measured again then."""
    content = {
        "format": FORMAT, "key": key, "form": choice.form, "batch": choice.batch, "weights": choice.weights,
    }  # fmt: skip
    try:
        write_text_atomically(path, json.dumps(content))
    except JobFailed:
        return
