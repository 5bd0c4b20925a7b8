"""Read and write recipes as strict JSON."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from core.recipes.recipe import NAMED_RECIPES, Recipe, invalid_recipe
from core.system.error_messages import format_cause
from core.system.files import read_json, write_text_atomically
from core.system.json_records import InvalidRecord, check_version, parse_record
from core.system.language import tr
from core.system.outputs import check_output, json_kind

FORMAT: Final = 2  # 1: without stretch_fraction
RECIPE_FILE: Final = json_kind("format", "architecture", "learning_rate")


def to_json_object(recipe: Recipe) -> dict[str, Any]:
    """Return the recipe as plain JSON values, with the format number."""
    return {"format": FORMAT, **asdict(recipe)}


def format_recipe(recipe: Recipe) -> str:
    """Return the recipe as the text of its file."""
    return json.dumps(to_json_object(recipe), indent=2) + "\n"


def save_recipe(recipe: Recipe, path: Path, overwrite: bool | None = None) -> None:
    """Write the recipe as JSON, atomically, where `check_output` allows it. Raises JobFailed."""
    check_output(path, RECIPE_FILE, overwrite)
    write_text_atomically(path, format_recipe(recipe))


def from_json_object(content: Any) -> Recipe:
    """Return the recipe of a parsed JSON object.

    Raises JobFailed (recipe_invalid) for invalid values and for unknown and missing keys, which the
    sentence names. Format 1 did not stretch.
    """
    match content:
        case {"format": 1, "augmentation": dict(augmentation)}:
            content = {**content, "format": FORMAT, "augmentation": {"stretch_fraction": 0.0, **augmentation}}
    try:
        return parse_record(Recipe, check_version(content, FORMAT))
    except InvalidRecord as error:
        raise invalid_recipe(str(error)) from error


def load_recipe(name_or_path: str) -> Recipe:
    """Return a named recipe or one from a JSON file. Raises JobFailed (recipe_invalid)."""
    if name_or_path in NAMED_RECIPES:
        return NAMED_RECIPES[name_or_path]
    path = Path(name_or_path)
    try:
        return from_json_object(read_json(path))
    except FileNotFoundError:
        names = ", ".join(NAMED_RECIPES)
        raise invalid_recipe(
            tr("{name} is neither a file nor one of {names}", name=name_or_path, names=names)
        ) from None
    except (OSError, ValueError) as error:
        raise invalid_recipe(
            tr("{path} cannot be read as JSON ({error})", path=path, error=format_cause(error))
        ) from error
