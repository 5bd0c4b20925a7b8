"""List the films that the rows of a label list name. No image is opened."""

import os
from pathlib import Path

from core.datasets.entries import SPLIT_NAMES, Entry, Split, invalid_dataset
from core.datasets.label_list import FILM_SUFFIXES, find_attribute_columns, guess_columns, read_label_list
from core.datasets.preparation import Preparation
from core.system.language import tr


def list_listed_films(source: Path, preparation: Preparation) -> list[Entry]:
    """List the films of a label list, one per row, paths relative to the root or the list."""
    table = read_label_list(source)
    columns = preparation.columns or guess_columns(table)
    root = preparation.root or source.parent
    file_index, label_index = table.column_index(columns.file), table.column_index(columns.label)
    patient_index = table.column_index(columns.patient) if columns.patient else None
    split_index = table.column_index(columns.split) if columns.split else None
    attribute_indices = find_attribute_columns(table, columns)
    entries: dict[Path, Entry] = {}
    for line, cells in table.rows:
        if not cells[file_index] or not cells[label_index]:
            raise invalid_dataset(tr("line {line} of {source} has no file or no label", line=line, source=source))
        patient = cells[patient_index] if patient_index is not None else ""
        split = _parse_split(cells[split_index], line) if split_index is not None else None
        attributes = tuple((name, cells[index]) for name, index in attribute_indices.items() if cells[index])
        path = _find_listed_file(root, cells[file_index])
        entry = Entry(path, cells[label_index], patient or None, split, attributes)
        if entries.setdefault(entry.path, entry) != entry:
            sentence = tr(
                "line {line} of {source} contradicts an earlier line about {file}",
                line=line,
                source=source,
                file=cells[file_index],
            )
            raise invalid_dataset(sentence)
    return list(entries.values())


def _find_listed_file(root: Path, name: str) -> Path:
    """Return the path of a file that a list names.

    Lists made on Windows have backslashes, and some lists leave out the suffix.
    """
    path = root / (name if os.sep == "\\" else name.replace("\\", "/"))
    if path.suffix.lower() not in FILM_SUFFIXES - {""} and not path.exists():
        for suffix in sorted(FILM_SUFFIXES - {""}):
            if (longer := path.with_name(path.name + suffix)).exists():
                return longer
    return path


def _parse_split(name: str, line: int) -> Split | None:
    """Return the split of a cell, None for an empty one. Raises JobFailed (dataset_invalid)."""
    if not name:
        return None
    if name.lower() not in SPLIT_NAMES:
        sentence = tr("line {line} names the split {name!r}; it must be train, val or test", line=line, name=name)
        raise invalid_dataset(sentence)
    return Split(SPLIT_NAMES[name.lower()])
