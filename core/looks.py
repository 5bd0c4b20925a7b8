"""How often a model was evaluated on the same films: a test set that is looked at again and again is used up."""

import json
import os
from collections.abc import Collection
from pathlib import Path
from typing import Final

from core.answers import set_code
from core.dataset import Split
from core.files import write_text_atomically
from core.model_header import ModelHeader
from core.places import data_folder
from core.run_folder import CARD

LOOKS: Final = "looks.json"


def _path_of(model: Path, header: ModelHeader) -> Path:
    """In the run's folder, so that the count goes where the run goes; else, or if that is read-only, in the app's."""
    if (model.parent / CARD).is_file() and os.access(model.parent, os.W_OK):
        return model.parent / LOOKS
    return data_folder() / "models" / f"{header.key}.{LOOKS}"


def _read(path: Path) -> dict[str, int]:
    try:
        return {str(films): int(count) for films, count in json.loads(path.read_text("utf-8")).items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _films_of(header: ModelHeader, codes: Collection[str]) -> str:
    """What the looks at these films are counted under: any part of the sealed test films counts as all of them."""
    return Split.TEST.value if header.film_codes(Split.TEST) & set(codes) else set_code(list(codes))


def count_look(model: Path, header: ModelHeader, codes: Collection[str]) -> int:
    """Count one more evaluation of the model in `model` on films of these codes; returns how many there were.

    Raises JobFailed where it cannot be written down.
    """
    path, films = _path_of(model, header), _films_of(header, codes)
    looks = _read(path)
    looks[films] = looks.get(films, 0) + 1
    write_text_atomically(path, json.dumps(looks) + "\n")
    return looks[films]


def looks_of(run_dir: Path) -> int:
    """How often the sealed test films of a run were looked at."""
    return _read(run_dir / LOOKS).get(Split.TEST.value, 0)
