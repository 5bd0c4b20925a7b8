"""How the user wants a dataset read and corrected. Stored in the app's data folder."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from core.datasets.label_list import Columns
from core.system.app_folders import data_folder
from core.system.csv_text import format_csv_line, quote_formula
from core.system.error_messages import format_cause
from core.system.errors import JobFailed, Reason
from core.system.files import escape_undecodable, read_json, sha256_of_text, write_text_atomically
from core.system.json_records import check_version, parse_record
from core.system.language import tr
from core.system.outputs import check_output, csv_kind, json_kind

FORMAT: Final = 2
PREPARATION_FILE: Final = json_kind("format", "steps", "patient_pattern")
CORRECTION_COLUMNS: Final = ["file", "action", "value", "step"]
CORRECTIONS_FILE: Final = csv_kind(lambda cells: cells == CORRECTION_COLUMNS)


class Action(StrEnum):
    """What a correction does with a film."""

    EXCLUDE = "exclude"
    RELABEL = "relabel"
    MOVE = "move"


class SplitChoice(StrEnum):
    """Which splits are used."""

    GIVEN = "given"  # those of the dataset; missing ones are made
    NEW_VALIDATION = "new_validation"  # the given test split; a new validation split from all other films
    NEW = "new"  # all new, by patient


@dataclass(frozen=True, slots=True)
class Correction:
    """One decision about one film.

    file: its name in the dataset, with "/". value: the new class or split, else empty.
    """

    file: str
    action: Action
    value: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """The decisions of one click, which undo reverts.

    label: in the language of that moment. finding: the class that is the finding.
    """

    label: str
    corrections: tuple[Correction, ...] = ()
    splits: SplitChoice | None = None
    finding: str | None = None


@dataclass(frozen=True, slots=True)
class Preparation:
    """All choices about one dataset.

    columns: of a label list, None to guess them. root: the folder that its file names are relative
    to, None for the list's own. patient_pattern: a regular expression for file names, None to
    propose one. steps: corrections, oldest first. accepts_leaks: the user knows that blocking
    findings remain and trains anyway.
    """

    columns: Columns | None = None
    root: Path | None = None
    patient_pattern: str | None = None
    steps: tuple[Step, ...] = ()
    accepts_leaks: bool = False

    @property
    def splits(self) -> SplitChoice:
        """The latest choice of splits."""
        return next((step.splits for step in reversed(self.steps) if step.splits), SplitChoice.GIVEN)

    @property
    def finding(self) -> str | None:
        """The class that a person named as the finding, None if nobody did."""
        return next((step.finding for step in reversed(self.steps) if step.finding), None)

    def corrections(self) -> dict[tuple[str, Action], str]:
        """Return the value for each (file, action); a later step replaces an earlier one."""
        return {
            (correction.file, correction.action): correction.value
            for step in self.steps
            for correction in step.corrections
        }

    def with_step(self, step: Step) -> "Preparation":
        return replace(self, steps=(*self.steps, step))

    def without_last_step(self) -> "Preparation":
        return replace(self, steps=self.steps[:-1])


AS_IT_IS: Final = Preparation()


def to_json_object(preparation: Preparation) -> dict[str, Any]:
    """Convert the preparation to JSON values."""
    content = asdict(preparation)
    content["root"] = None if preparation.root is None else str(preparation.root)
    return {"format": FORMAT, **content}


def from_json_object(content: Any) -> Preparation:
    """Parse the result of `to_json_object`. Raises ValueError. Steps of format 1 name no finding."""
    match content:
        case {"format": 1, "steps": [*steps]} if all(isinstance(step, dict) for step in steps):
            content = {**content, "format": FORMAT, "steps": [{"finding": None, **step} for step in steps]}
    return parse_record(Preparation, check_version(content, FORMAT))


def make_finding_step(finding: str) -> Step:
    """Return the step that names the class that is the finding."""
    return Step(tr("The finding is {name}", name=finding), finding=finding)


def format_preparation(preparation: Preparation) -> str:
    """Return the preparation as the text of its file."""
    return json.dumps(to_json_object(preparation), indent=2) + "\n"


def save_preparation(preparation: Preparation, path: Path) -> None:
    """Write the preparation atomically to `path`, as JSON."""
    write_text_atomically(path, format_preparation(preparation), private=True)


def load_preparation(path: Path) -> Preparation:
    """Read a preparation. Raises JobFailed (dataset_invalid) if the file is not one."""
    try:
        return from_json_object(read_json(path))
    except (OSError, ValueError) as error:
        sentence = tr(
            "{path} is not a dataset preparation that this version can read ({error}). Open the "
            "dataset with the version that wrote the file, or move the file away to begin without "
            "earlier decisions.",
            path=path,
            error=format_cause(error),
        )
        raise JobFailed(Reason.DATASET_INVALID, sentence) from error


def preparation_path(source: Path) -> Path:
    """Return the path of the app's preparation for the dataset at `source`."""
    return data_folder() / "datasets" / f"{sha256_of_text(str(source.absolute()))[:24]}.json"


def load_kept_preparation(source: Path) -> Preparation:
    """Read the app's preparation for a dataset; AS_IT_IS if there is none.

    Raises JobFailed if it cannot be read.
    """
    path = preparation_path(source)
    return load_preparation(path) if path.exists() else AS_IT_IS


def save_corrections(preparation: Preparation, path: Path, inputs: Iterable[Path | None]) -> None:
    """Export the corrections as CSV; the dialog has asked whether to replace a list. Raises JobFailed.

    inputs: what must not be replaced.
    """
    check_output(path, CORRECTIONS_FILE, True, inputs)
    write_text_atomically(path, format_corrections(preparation))


def format_corrections(preparation: Preparation) -> str:
    """Format the corrections as CSV, one line each, oldest first; safe to open in a spreadsheet."""
    lines = [format_csv_line(CORRECTION_COLUMNS)]
    for step in preparation.steps:
        for correction in step.corrections:
            cells = (correction.file, correction.action, correction.value, step.label)
            lines.append(format_csv_line(quote_formula(escape_undecodable(cell)) for cell in cells))
    return "".join(lines)
