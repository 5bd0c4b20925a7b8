"""The names that columns of label lists have in many languages."""

import json
from collections.abc import Iterable
from functools import cache
from typing import Final

from core.datasets.class_names import class_key
from resources import resource

VALUES_TOO: Final = ("pneumonia", "generic label")  # kinds whose names may also be values, such as "y"


@cache
def column_names() -> dict[str, tuple[str, ...]]:
    """Return the plain names that each kind of column has, from resources/list_columns.json."""
    content = json.loads(resource("list_columns.json").read_text(encoding="utf-8"))
    return {kind: tuple(dict.fromkeys(map(plain_name, names))) for kind, names in content.items()}


def plain_name(name: str) -> str:
    """Return a name without case, accents, spaces and punctuation."""
    return class_key(name).replace(" ", "")


def has_column_name(cells: Iterable[str]) -> bool:
    """Return True if a cell is the name of a column and can hardly be a value."""
    known = {name for kind, names in column_names().items() if kind not in VALUES_TOO for name in names}
    return any(plain_name(cell) in known for cell in cells)
