"""What a run folder holds besides weights: recipe, preparation, splits, and how two datasets are told apart."""

import csv
import io
import json
from pathlib import Path
from typing import Final

from core.dataset import Dataset
from core.errors import JobFailed, Reason
from core.files import readable_name, sha256_of_text, write_text_atomically
from core.preparation import Preparation, load_preparation, save_preparation
from core.recipe import Recipe, from_json_object, to_json_object

RECIPE: Final = "recipe.json"
PREPARATION: Final = "preparation.json"
SPLITS: Final = "splits.csv"
CHECKPOINT: Final = "last.ckpt"
MODEL: Final = "best.safetensors"
METRICS: Final = "metrics.json"


def begin_run(run_dir: Path, recipe: Recipe, preparation: Preparation, resume: bool) -> tuple[Recipe, Preparation]:
    """Recipe and preparation of an interrupted run, or the given ones, written down. Never starts over a run.

    Raises JobFailed (nothing_to_resume or output_not_writable).
    """
    if resume:
        if not (run_dir / CHECKPOINT).is_file():
            raise JobFailed(Reason.NOTHING_TO_RESUME, f"{run_dir} holds no interrupted training to resume.")
        kept = from_json_object(json.loads((run_dir / RECIPE).read_text("utf-8")))
        return kept, load_preparation(run_dir / PREPARATION)
    if (run_dir / MODEL).exists() or (run_dir / CHECKPOINT).exists():
        sentence = f"{run_dir} already holds a training. Choose another folder, or resume that one."
        raise JobFailed(Reason.OUTPUT_NOT_WRITABLE, sentence)
    write_text_atomically(run_dir / RECIPE, json.dumps(to_json_object(recipe), indent=2) + "\n")
    save_preparation(preparation, run_dir / PREPARATION)
    return recipe, preparation


def write_splits(run_dir: Path, dataset: Dataset) -> None:
    """Keep which film was used for what, as a label list that can itself be opened as a dataset."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["file", "label", "patient", "split"])
    for film in dataset.films:
        file = readable_name(str(film.path.absolute()))
        writer.writerow([file, dataset.classes[film.label], readable_name(film.patient), film.split])
    write_text_atomically(run_dir / SPLITS, text.getvalue())


def data_fingerprint(dataset: Dataset) -> str:
    """Eight digits that tell two datasets apart by names, labels and splits."""
    lines = [f"{dataset.name_of(film.path)} {film.label} {film.split}" for film in dataset.films]
    return sha256_of_text("\n".join(sorted(lines)))[:8]
