"""Count how often a model is evaluated on the same films.

A test set that is used again and again no longer gives an unbiased estimate.
"""

import json
import os
from collections.abc import Collection
from pathlib import Path
from typing import Final

from core.datasets.entries import Split
from core.films.film_code import CODE_LENGTH, film_set_code
from core.models.model_header import ModelHeader
from core.runs.run_folder import is_run_folder
from core.system.app_folders import data_folder
from core.system.errors import JobFailed, Reason
from core.system.files import check_writable, read_json, write_text_atomically
from core.system.json_records import parse_value
from core.system.language import tr

USES: Final = "looks.json"
BY_TRAINING: Final = "by_training"


def _path_of(model: Path, header: ModelHeader) -> Path:
    """Return the file of the counts: in the run's folder, so that it moves with the run.

    If the model is in no run folder, or that is read-only, the file is in the app's data folder.
    """
    if is_run_folder(model.parent) and os.access(model.parent, os.W_OK):
        return model.parent / USES
    return data_folder() / "models" / f"{header.key}.{USES}"


def _read_counts(path: Path) -> dict[str, int]:
    """Read the number of uses of each set of films, empty without a file. Raises JobFailed."""
    try:
        counts: dict[str, int] = parse_value(dict[str, int], read_json(path), USES)
        if not all(films in {Split.TEST.value, BY_TRAINING} or len(films) == CODE_LENGTH for films in counts):
            raise ValueError("format")
        return counts
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError) as error:
        sentence = tr(
            "{path}, which counts the uses of the test films, cannot be read. Restore it, or delete it.", path=path
        )
        raise JobFailed(Reason.RUN_UNREADABLE, sentence) from error


def _key_of(header: ModelHeader, codes: Collection[str]) -> str:
    """Return the key under which uses of these films are counted.

    Any part of the held-out test films counts as all of them.
    """
    return Split.TEST.value if header.film_codes(Split.TEST) & set(codes) else film_set_code(list(codes))


def check_countable(model: Path, header: ModelHeader) -> None:
    """Check that a use can be counted. Raises JobFailed, also if the file is damaged."""
    path = _path_of(model, header)
    _read_counts(path)
    check_writable(path.parent)


def count_use(model: Path, header: ModelHeader, codes: Collection[str], by_training: bool = False) -> int:
    """Count one more evaluation of a model on the films of these codes; return the new count.

    by_training: the evaluation at the end of training, which counts once however often that end was
    interrupted and repeated.
    Raises JobFailed if the count cannot be written, or if the file is damaged: counting must not
    silently restart at zero.
    """
    path, key = _path_of(model, header), _key_of(header, codes)
    counts = _read_counts(path)
    if by_training and counts.get(BY_TRAINING):
        return counts[key]
    if by_training:
        counts[BY_TRAINING] = 1
    counts[key] = counts.get(key, 0) + 1
    write_text_atomically(path, json.dumps(counts) + "\n")
    return counts[key]


def read_use_count(run_dir: Path) -> int:
    """Return how often the held-out test films of a run were used; 0 if unreadable."""
    try:
        return _read_counts(run_dir / USES).get(Split.TEST.value, 0)
    except JobFailed:
        return 0
