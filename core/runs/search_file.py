"""Store what a recipe search is about, so that it can be continued."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.recipes.recipe import Recipe
from core.recipes.recipe_json import from_json_object, to_json_object
from core.system.errors import JobFailed, PneumoScreenError, Reason
from core.system.files import escape_undecodable, read_json, write_text_atomically
from core.system.json_records import check_version, parse_record
from core.system.language import tr
from core.system.outputs import FOREIGN, check_output

SEARCH: Final = "search.json"
JOURNAL: Final = "search.journal"
BEST: Final = "recipe.json"  # the best recipe, written last
FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class Search:
    """A search in `folder` that varies `recipe` on the dataset at the path `dataset`."""

    folder: Path
    recipe: Recipe
    dataset: str


def begin_search(folder: Path, recipe: Recipe, source: Path) -> None:
    """Write the recipe and dataset of a new search, or check that those in `folder` are the same.

    Raises JobFailed: nothing_to_resume if they differ, since trials of different searches must not be
    mixed; output_not_writable if a new search would replace other files.
    """
    dataset = escape_undecodable(str(source.absolute()))
    if not (folder / SEARCH).exists():
        check_output(folder / JOURNAL, FOREIGN)
        content = {"format": FORMAT, "dataset": dataset, "recipe": to_json_object(recipe)}
        write_text_atomically(folder / SEARCH, json.dumps(content, indent=2) + "\n", private=True)
    elif read_search(folder) != Search(folder, recipe, dataset):
        sentence = tr(
            "The search in {folder} is about another recipe or dataset. Choose another folder.", folder=folder
        )
        raise JobFailed(Reason.NOTHING_TO_RESUME, sentence)


def read_search(folder: Path) -> Search:
    """Read the search in `folder`. Raises JobFailed (nothing_to_resume) if none can be read."""
    try:
        content = check_version(read_json(folder / SEARCH), FORMAT)
        recipe = from_json_object(content.pop("recipe", None))
        return parse_record(Search, content, folder=folder, recipe=recipe)
    except (OSError, ValueError, PneumoScreenError) as error:
        sentence = tr("{folder} contains no search that can be continued.", folder=folder)
        raise JobFailed(Reason.NOTHING_TO_RESUME, sentence) from error


def find_latest_search(root: Path, source: Path) -> Search:
    """Return the newest search in `root` on the dataset at `source`.

    Raises JobFailed (nothing_to_resume) if there is none.
    """
    dataset = escape_undecodable(str(source.absolute()))
    for folder in sorted(root.glob("search-*"), reverse=True):
        try:
            search = read_search(folder)
        except JobFailed:
            continue
        if search.dataset == dataset:
            return search
    sentence = tr("There is no earlier search on this dataset. Start one with Search.")
    raise JobFailed(Reason.NOTHING_TO_RESUME, sentence)
