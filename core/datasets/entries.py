"""Films as a folder or a label list describes them, before a dataset is made of them."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from core.system.errors import JobFailed, Reason
from core.system.language import marked

SPLIT_NAMES: Final = {
    "train": "train", "training": "train",
    "val": "val", "valid": "val", "validation": "val", "dev": "val",
    "test": "test", "testing": "test", "holdout": "test",
}  # fmt: skip


class Split(StrEnum):
    """What a film is used for. The values are written to files; `tr` of them is shown."""

    TRAINING = marked("train")
    VALIDATION = marked("val")
    TEST = marked("test")


@dataclass(frozen=True, slots=True)
class Entry:
    """A film as folder or list describe it: class and patient as text, None if not named."""

    path: Path
    class_name: str
    patient: str | None
    split: Split | None
    attributes: tuple[tuple[str, str], ...] = ()


def invalid_dataset(sentence: str) -> JobFailed:
    """Return the error for an unusable source. sentence: without the full stop."""
    return JobFailed(Reason.DATASET_INVALID, f"{sentence}.")
