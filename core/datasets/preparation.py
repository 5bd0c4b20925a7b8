"""How a person wants a dataset to be read and corrected: kept beside it in the app, never in the user's files."""

import json
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from core.datasets.label_list import Columns
from core.system.app_folders import data_folder
from core.system.csv_text import format_csv_line, quote_formula
from core.system.errors import JobFailed, Reason
from core.system.files import escape_undecodable, read_json, sha256_of_text, write_text_atomically
from core.system.language import tr

FORMAT: Final = 1


class Action(StrEnum):
    """What is to become of one film."""

    EXCLUDE = "exclude"
    RELABEL = "relabel"
    MOVE = "move"


class SplitChoice(StrEnum):
    """Where the splits come from."""

    GIVEN = "given"  # those of the dataset; missing ones are made
    NEW_VALIDATION = "new_validation"  # given ones, but the validation films are drawn anew from all but the test
    NEW = "new"  # all made anew, by patient


@dataclass(frozen=True, slots=True)
class Correction:
    """One decision about one film. file: its name in the dataset, with "/". value: the class or split, else empty."""

    file: str
    action: Action
    value: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """What one click decided, and what undo takes back. label: in the language that was spoken then."""

    label: str
    corrections: tuple[Correction, ...] = ()
    splits: SplitChoice | None = None


@dataclass(frozen=True, slots=True)
class Preparation:
    """All choices about one dataset.

    columns: of a label list, None to guess. root: the folder its files are relative to, None for its own.
    patient_pattern: a regular expression over file names, None to propose one. steps: corrections, oldest first.
    accepts_leaks: the person knows that blocking findings remain and wants to train all the same.
    """

    columns: Columns | None = None
    root: Path | None = None
    patient_pattern: str | None = None
    steps: tuple[Step, ...] = ()
    accepts_leaks: bool = False

    @property
    def splits(self) -> SplitChoice:
        """The latest choice."""
        return next((step.splits for step in reversed(self.steps) if step.splits), SplitChoice.GIVEN)

    def corrections(self) -> dict[tuple[str, Action], str]:
        """The decision that holds for each film and action; a later one replaces an earlier one."""
        return {(one.file, one.action): one.value for step in self.steps for one in step.corrections}

    def with_step(self, step: Step) -> "Preparation":
        return replace(self, steps=(*self.steps, step))

    def without_last_step(self) -> "Preparation":
        return replace(self, steps=self.steps[:-1])


AS_IT_IS: Final = Preparation()


def to_json_object(preparation: Preparation) -> dict[str, Any]:
    """The preparation as JSON values."""
    content = asdict(preparation)
    content["root"] = None if preparation.root is None else str(preparation.root)
    return {"format": FORMAT, **content}


def from_json_object(content: Any) -> Preparation:
    """Undo `to_json_object`. Raises ValueError, TypeError or KeyError for anything else."""
    if not isinstance(content, dict) or content.pop("format") != FORMAT:
        raise ValueError("format")
    steps = tuple(
        Step(
            str(step["label"]),
            tuple(
                Correction(str(one["file"]), Action(one["action"]), str(one["value"])) for one in step["corrections"]
            ),
            SplitChoice(step["splits"]) if step["splits"] else None,
        )
        for step in content.pop("steps")
    )
    columns, root, accepts = content.pop("columns"), content.pop("root"), content.pop("accepts_leaks")
    if not isinstance(accepts, bool):
        raise TypeError("accepts_leaks")
    columns = None if columns is None else Columns(**columns)
    pattern = content.get("patient_pattern")
    if not all(isinstance(text, str | None) for text in (pattern, *(asdict(columns).values() if columns else ()))):
        raise TypeError("patient_pattern or columns")
    return Preparation(columns, None if root is None else Path(root), steps=steps, accepts_leaks=accepts, **content)


def save_preparation(preparation: Preparation, path: Path) -> None:
    """Write the preparation by temporary name and rename."""
    write_text_atomically(path, json.dumps(to_json_object(preparation), indent=2) + "\n")


def load_preparation(path: Path) -> Preparation:
    """Read a preparation. Raises JobFailed (dataset_invalid) where it is none."""
    try:
        return from_json_object(read_json(path))
    except (OSError, ValueError, TypeError, KeyError) as error:
        sentence = tr(
            "{path} is no preparation of a dataset that this version can read ({error}). Open the dataset with the "
            "version that made it, or move that file away to begin without earlier decisions.",
            path=path,
            error=error,
        )
        raise JobFailed(Reason.DATASET_INVALID, sentence) from error


def preparation_path(source: Path) -> Path:
    """Where the app keeps its preparation of the dataset at `source`."""
    return data_folder() / "datasets" / f"{sha256_of_text(str(source.absolute()))[:24]}.json"


def load_kept_preparation(source: Path) -> Preparation:
    """The preparation that the app keeps for a dataset, or none yet. Raises JobFailed where it cannot be read."""
    path = preparation_path(source)
    return load_preparation(path) if path.exists() else AS_IT_IS


def format_corrections(preparation: Preparation) -> str:
    """The corrections as CSV, one line a decision in the order they were made, safe to open in a spreadsheet."""
    lines = [format_csv_line(["file", "action", "value", "step"])]
    for step in preparation.steps:
        for one in step.corrections:
            cells = (one.file, one.action, one.value, step.label)
            lines.append(format_csv_line(quote_formula(escape_undecodable(cell)) for cell in cells))
    return "".join(lines)
