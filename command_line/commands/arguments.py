"""Arguments that several commands have, and what they name."""

import argparse
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from core.datasets.preparation import AS_IT_IS, Preparation, load_preparation, make_finding_step

if TYPE_CHECKING:
    from core.models.model_header import ModelHeader
    from core.recipes.recipe import Recipe

BUNDLED: Final = "bundled"
MODEL_HELP: Final = "a model file, or bundled"
OVERWRITE_HELP: Final = "also replace files of the same format that are no earlier output of this command"


def add_dataset_options(parser: argparse.ArgumentParser, has_finding: bool = False) -> None:
    """Add the dataset and its preparation; has_finding: also which of its classes is the finding."""
    parser.add_argument("dataset", type=Path, help="a folder of class folders, or a label list")
    parser.add_argument("--preparation", type=Path, metavar="FILE", help="columns, patients, corrections as JSON")
    if has_finding:
        text = "the class that is the finding, where the names of two classes do not tell it"
        parser.add_argument("--finding", metavar="NAME", help=text)


def add_overwrite_option(parser: argparse.ArgumentParser) -> None:
    """Add `--overwrite`."""
    parser.add_argument("--overwrite", action="store_true", help=OVERWRITE_HELP)


def read_preparation(options: argparse.Namespace) -> Preparation:
    """Return the preparation of `--preparation`, or none, with the finding of `--finding`."""
    preparation = load_preparation(options.preparation) if options.preparation else AS_IT_IS
    finding = getattr(options, "finding", None)
    return preparation.with_step(make_finding_step(finding)) if finding else preparation


def read_recipe(options: argparse.Namespace) -> "Recipe":
    """Return the recipe of `--recipe`, with the network of `--arch` and the starting weights of `--start`."""
    from core.recipes.recipe import change_start, choose_start
    from core.recipes.recipe_json import load_recipe

    recipe = load_recipe(options.recipe)
    architecture = getattr(options, "arch", None) or recipe.architecture
    start = options.start or choose_start(architecture, recipe.architecture, recipe.start)
    if options.start or start != recipe.start:
        recipe = change_start(recipe, start)
    return replace(recipe, architecture=architecture)


def model_path(name: str) -> Path | None:
    """Return the path of the model that an argument names, None for the bundled one."""
    return None if name == BUNDLED else Path(name)


def read_model_header(options: argparse.Namespace) -> "ModelHeader":
    """Read the header of the model that is named."""
    from core.models.model_header import bundled_model_path, read_header

    return read_header(model_path(options.model) or bundled_model_path())


def check_different(
    options: argparse.Namespace, paths: Sequence[Path], fault: str = "two outputs have the same name"
) -> None:
    """End with the usage of the command, and this fault, if two paths name the same file or folder."""
    if len({os.path.realpath(path) for path in paths}) < len(paths):
        options.refuse_usage(fault)
