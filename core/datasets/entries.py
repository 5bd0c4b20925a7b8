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


@dataclass(frozen=True, slots=True)
class FilmLeftOut:
    """A file of a dataset, or a row of its list, is not used; also the event that tells it."""

    path: Path
    reason: Reason
    sentence: str


@dataclass(frozen=True, slots=True)
class Listing:
    """What a folder or label list contains.

    left_out: files and rows that are not used, with the reason. notes: sentences on how films were
    found. system_files: number of files of the operating system, such as Thumbs.db.
    """

    entries: list[Entry]
    left_out: tuple[FilmLeftOut, ...] = ()
    notes: tuple[str, ...] = ()
    system_files: int = 0


def invalid_dataset(sentence: str) -> JobFailed:
    """Return the error for an unusable source. sentence: without the full stop."""
    return JobFailed(Reason.DATASET_INVALID, f"{sentence}.")
