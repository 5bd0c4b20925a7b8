"""Read and write recipes as strict JSON."""

import json
from contextlib import suppress
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, get_type_hints

from core.recipes.recipe import NAMED_RECIPES, Augmentation, Recipe, invalid_recipe
from core.system.error_messages import format_cause
from core.system.files import read_json, write_text_atomically
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


def from_json_object(content: object) -> Recipe:
    """Return the recipe of a parsed JSON object.

    Raises JobFailed (recipe_invalid) for invalid values and for unknown and missing keys, which the
    sentence names.
    """
    if not isinstance(content, dict):
        raise invalid_recipe(tr("it is not a JSON object"))
    if content.get("format") == 1 and isinstance(content.get("augmentation"), dict):
        content = {**content, "format": FORMAT, "augmentation": {"stretch_fraction": 0.0, **content["augmentation"]}}
    if content.get("format") != FORMAT:
        raise invalid_recipe(
            tr(
                "its format is {found!r}, and this version reads format {known}",
                found=content.get("format"),
                known=FORMAT,
            )
        )
    settings = {key: value for key, value in content.items() if key != "format"}
    augmentation = _check_fields(Augmentation, settings.get("augmentation"), "augmentation.")
    settings["augmentation"] = Augmentation(**augmentation)
    return Recipe(**_check_fields(Recipe, settings, ""))


def _check_fields(kind: type, values: object, prefix: str) -> dict[str, Any]:
    """Return `values` as the fields of dataclass `kind`; every key must be known and present."""
    if not isinstance(values, dict):
        key = prefix.rstrip(".")
        raise invalid_recipe(tr("{key} is not a JSON object", key=key) if key else tr("it is not a JSON object"))
    types = get_type_hints(kind)
    if unknown := sorted(set(values) - set(types)):
        raise invalid_recipe(tr("unknown key {key}", key=prefix + unknown[0]))
    if missing := sorted(set(types) - set(values)):
        raise invalid_recipe(tr("missing key {key}", key=prefix + missing[0]))
    return {key: _convert_value(values[key], expected, prefix + key) for key, expected in types.items()}


def _convert_value(value: Any, expected: type, key: str) -> Any:
    """Return a JSON value as its field's type; float fields also take integers."""
    if issubclass(expected, StrEnum):
        try:
            return expected(value)
        except ValueError:
            names = ", ".join(expected)
            raise invalid_recipe(
                tr("{key} is {value!r}; it must be one of {names}", key=key, value=value, names=names)
            ) from None
    if expected is float and isinstance(value, int) and not isinstance(value, bool):
        with suppress(OverflowError):
            return float(value)
    if not isinstance(value, expected) or (expected is int and isinstance(value, bool)):
        raise invalid_recipe(
            tr("{key} is {value!r}; it must be of type {kind}", key=key, value=value, kind=expected.__name__)
        )
    return value


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
