"""Read and write the files of a run: recipe, preparation, card, splits, predictions."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from core.datasets.dataset import Dataset
from core.datasets.preparation import Preparation, format_preparation, load_preparation, save_preparation
from core.models.model_header import MODEL_FILE
from core.recipes.recipe import Recipe
from core.recipes.recipe_json import format_recipe, from_json_object
from core.runs.epoch_log import EVENTS, read_epochs
from core.runs.search_file import SEARCH
from core.system.csv_text import format_csv_line
from core.system.errors import JobFailed, PneumoScreenError, Reason
from core.system.files import escape_undecodable, read_json, sha256_of_text, write_atomically, write_text_atomically
from core.system.json_records import check_version, parse_record
from core.system.language import tr
from core.system.outputs import FOREIGN, check_output, csv_kind, exact_kind, json_kind, marked_kind

RECIPE: Final = "recipe.json"
PREPARATION: Final = "preparation.json"
SPLITS: Final = "splits.csv"
CHECKPOINT: Final = "last.ckpt"
MODEL: Final = "best.safetensors"
METRICS: Final = "metrics.json"
CARD: Final = "run.json"
PREDICTIONS: Final = "predictions.csv"
SPLIT_COLUMNS: Final = ["file", "label", "patient", "split"]
FORMAT: Final = 1
# files of a training, by what is left where it was killed in its first epoch and a new one may replace
BEGUN: Final = {
    CARD: json_kind("format", "data_fingerprint", "started"),
    SPLITS: csv_kind(lambda cells: cells == SPLIT_COLUMNS),
    EVENTS: marked_kind('"validation_auc": '),
    METRICS: FOREIGN,
    PREDICTIONS: FOREIGN,
}


def check_new_run(run_dir: Path, recipe: Recipe, preparation: Preparation) -> None:
    """Raise JobFailed (output_not_writable) if a new run would overwrite another one, or files of another origin.

    A run of the same recipe and preparation that was killed before its first model may be begun again.
    """
    if (run_dir / MODEL).exists() or (run_dir / CHECKPOINT).exists():
        sentence = tr(
            "{folder} already contains a training. Choose another folder, or resume that training.", folder=run_dir
        )
        raise JobFailed(Reason.OUTPUT_NOT_WRITABLE, sentence)
    texts = {RECIPE: format_recipe(recipe), PREPARATION: format_preparation(preparation)}
    if all(exact_kind(text).is_own(run_dir / name) for name, text in texts.items()):
        kinds = BEGUN
    elif is_resumable(run_dir) and is_run_folder(run_dir):
        sentence = tr(
            "{folder} contains a training that was begun with other choices. Choose another folder, or resume that "
            "training.",
            folder=run_dir,
        )
        raise JobFailed(Reason.OUTPUT_NOT_WRITABLE, sentence)
    else:
        kinds = dict.fromkeys((SEARCH, *texts, *BEGUN), FOREIGN)
    for name, kind in kinds.items():
        check_output(run_dir / name, kind)


def begin_run(run_dir: Path, recipe: Recipe, preparation: Preparation) -> None:
    """Write recipe and preparation of a new run. Raises JobFailed as `check_new_run` does."""
    check_new_run(run_dir, recipe, preparation)
    write_text_atomically(run_dir / RECIPE, format_recipe(recipe))
    save_preparation(preparation, run_dir / PREPARATION)


def read_begun_run(run_dir: Path) -> tuple[Recipe, Preparation]:
    """Return recipe and preparation of a run to resume. Raises JobFailed (nothing_to_resume).

    A run interrupted before its first checkpoint is resumed from its beginning.
    """
    if not is_resumable(run_dir):
        sentence = tr("{folder} contains no interrupted training to resume.", folder=run_dir)
        raise JobFailed(Reason.NOTHING_TO_RESUME, sentence)
    return _read_recipe(run_dir), load_preparation(run_dir / PREPARATION)


def is_run_folder(folder: Path) -> bool:
    """Return True if a folder is that of a training."""
    return (folder / CARD).is_file()


def export_model(run_dir: Path, path: Path) -> None:
    """Copy a run's model to `path`. Raises JobFailed, also where that would replace the model of a run."""
    check_output(path, FOREIGN if is_run_folder(path.parent) else MODEL_FILE)
    content = (run_dir / MODEL).read_bytes()
    write_atomically(path, lambda stream: stream.write(content))


def is_resumable(run_dir: Path) -> bool:
    """Return True if a training was begun and not finished.

    Without a checkpoint it was interrupted in its first epoch, possibly after it wrote its first
    model. A finished run has metrics; a finished trial of a search has more epochs, or a duration
    on its card.
    """
    if (run_dir / CHECKPOINT).is_file():
        return True
    if not (run_dir / RECIPE).is_file() or not (run_dir / PREPARATION).is_file():
        return False
    return not (run_dir / METRICS).exists() and len(read_epochs(run_dir)) < 2 and not _has_duration(run_dir)


def _has_duration(run_dir: Path) -> bool:
    try:
        return read_card(run_dir).seconds is not None
    except (OSError, ValueError):
        return False


def _read_recipe(run_dir: Path) -> Recipe:
    """Read the recipe of a run. Raises JobFailed (nothing_to_resume) if it cannot be read."""
    path = run_dir / RECIPE
    try:
        return from_json_object(read_json(path))
    except (OSError, ValueError, PneumoScreenError) as error:
        sentence = tr(
            "{path} is damaged, so the training cannot be resumed. Start a new one in another folder.", path=path
        )
        raise JobFailed(Reason.NOTHING_TO_RESUME, sentence) from error


@dataclass(frozen=True, slots=True)
class RunCard:
    """Description of a run. started: local time, ISO 8601. seconds: None until finished.

    Raises ValueError for text that cannot be shown, such as an undecodable file name.
    """

    name: str
    note: str
    dataset: str
    data_fingerprint: str
    started: str
    seconds: float | None = None

    def __post_init__(self) -> None:
        for text in (self.name, self.note, self.dataset, self.started):
            text.encode()


def write_card(run_dir: Path, card: RunCard) -> None:
    """Write the run's card atomically."""
    write_text_atomically(run_dir / CARD, json.dumps({"format": FORMAT, **asdict(card)}, indent=2) + "\n", private=True)


def read_card(run_dir: Path) -> RunCard:
    """Read the run's card. Raises OSError or ValueError if this version cannot read it."""
    return parse_record(RunCard, check_version(read_json(run_dir / CARD), FORMAT))


def check_card(run_dir: Path) -> None:
    """Raise JobFailed (nothing_to_resume) if the card of an interrupted run cannot be read."""
    try:
        read_card(run_dir)
    except (OSError, ValueError) as error:
        sentence = tr(
            "{path} is damaged, so the training cannot be resumed. Restore it; or delete it, and it is written again.",
            path=run_dir / CARD,
        )
        raise JobFailed(Reason.NOTHING_TO_RESUME, sentence) from error


def write_predictions(
    run_dir: Path, names: Sequence[str], labels: Sequence[str], rows: npt.NDArray[np.float64]
) -> None:
    """Write the predictions for the test films, so that runs can be compared film by film.

    names, labels: of the films. rows: probability of class 1 (n,), or (n, classes). They are
    written in full precision: rounding would make values near 0 and 1 equal and change the AUC.
    """
    lines = [format_csv_line(["file", "label", "probabilities"])]
    for name, label, row in zip(names, labels, np.atleast_2d(rows.T).T, strict=True):
        lines.append(format_csv_line([escape_undecodable(name), label, " ".join(repr(float(value)) for value in row)]))
    write_text_atomically(run_dir / PREDICTIONS, "".join(lines), private=True)


def read_predictions(run_dir: Path) -> dict[str, tuple[str, tuple[float, ...]]]:
    """Return the label and probabilities of each test film, by its name.

    Raises OSError or ValueError if they cannot be read.
    """
    with (run_dir / PREDICTIONS).open(encoding="utf-8", newline="") as stream:
        return {
            row["file"]: (row["label"], tuple(float(value) for value in row["probabilities"].split()))
            for row in csv.DictReader(stream)
        }


def write_splits(run_dir: Path, dataset: Dataset) -> None:
    """Write the split of each film, as a label list that can itself be opened as a dataset."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(SPLIT_COLUMNS)
    for film in dataset.films:
        file = escape_undecodable(str(film.path.absolute()))
        writer.writerow([file, dataset.classes[film.label], escape_undecodable(film.patient), film.split])
    write_text_atomically(run_dir / SPLITS, text.getvalue(), private=True)


def data_fingerprint(dataset: Dataset, codes: Mapping[Path, str]) -> str:
    """Return eight hexadecimal digits that identify a dataset by its films, classes and splits.

    codes: of the content of each film's file, so that films that were exchanged between classes
    make another dataset. Names do not count.
    """
    films = sorted([codes[film.path], film.label, str(film.split)] for film in dataset.films)
    return sha256_of_text(json.dumps([dataset.classes, films]))[:8]
