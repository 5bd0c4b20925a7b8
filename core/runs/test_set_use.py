"""How often a model was evaluated on the same films: a test set that is looked at again and again is used up."""

import json
import os
from collections.abc import Collection
from pathlib import Path
from typing import Final

from core.datasets.dataset import Split
from core.films.film_code import CODE_LENGTH, film_set_code
from core.models.model_header import ModelHeader
from core.runs.run_folder import CARD
from core.system.app_folders import data_folder
from core.system.errors import JobFailed, Reason
from core.system.files import check_writable, read_json, write_text_atomically
from core.system.language import tr

LOOKS: Final = "looks.json"
BY_TRAINING: Final = "by_training"


def _path_of(model: Path, header: ModelHeader) -> Path:
    """In the run's folder, so that the count goes where the run goes; else, or if that is read-only, in the app's."""
    if (model.parent / CARD).is_file() and os.access(model.parent, os.W_OK):
        return model.parent / LOOKS
    return data_folder() / "models" / f"{header.key}.{LOOKS}"


def _counted(path: Path) -> dict[str, int]:
    """The looks in a file, none where there is no file. Raises JobFailed where it cannot be read."""
    try:
        looks = {str(films): int(count) for films, count in read_json(path).items()}
        if not all(films in {Split.TEST.value, BY_TRAINING} or len(films) == CODE_LENGTH for films in looks):
            raise ValueError("format")
        return looks
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        sentence = tr(
            "{path}, which counts the looks at test films, cannot be read. Restore it, or delete it.", path=path
        )
        raise JobFailed(Reason.RUN_UNREADABLE, sentence) from error


def _films_of(header: ModelHeader, codes: Collection[str]) -> str:
    """What the looks at these films are counted under: any part of the sealed test films counts as all of them."""
    return Split.TEST.value if header.film_codes(Split.TEST) & set(codes) else film_set_code(list(codes))


def check_countable(model: Path, header: ModelHeader) -> None:
    """Prove before any work that a look can be counted. Raises JobFailed, also where the count so far is damaged."""
    path = _path_of(model, header)
    _counted(path)
    check_writable(path.parent)


def count_use(model: Path, header: ModelHeader, codes: Collection[str], by_training: bool = False) -> int:
    """Count one more evaluation of the model in `model` on films of these codes; returns how many there were.

    by_training: the look at the end of its training, which is counted once however often that end was interrupted.
    Raises JobFailed where it cannot be written down, or where the count so far is damaged: it must not begin anew.
    """
    path, films = _path_of(model, header), _films_of(header, codes)
    looks = _counted(path)
    if by_training and looks.get(BY_TRAINING):
        return looks[films]
    if by_training:
        looks[BY_TRAINING] = 1
    looks[films] = looks.get(films, 0) + 1
    write_text_atomically(path, json.dumps(looks) + "\n")
    return looks[films]


def read_use_count(run_dir: Path) -> int:
    """How often the sealed test films of a run were looked at."""
    try:
        return _counted(run_dir / LOOKS).get(Split.TEST.value, 0)
    except JobFailed:
        return 0
