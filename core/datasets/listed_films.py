"""List the films that the rows of a label list name. No image is opened."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.datasets.class_names import class_key, plain_text
from core.datasets.entries import SPLIT_NAMES, Entry, FilmLeftOut, Listing, Split, invalid_dataset
from core.datasets.label_list import Columns, LabelList, read_label_list
from core.datasets.list_columns import find_attribute_columns, guess_columns, is_generic_label
from core.datasets.list_labels import RowLabel, is_blank, read_labels
from core.datasets.listed_files import ListedFiles, find_listed_files
from core.datasets.preparation import Preparation
from core.system.errors import Reason
from core.system.language import tr, tr_count

PATIENT_FOLDER: Final = re.compile(r"(?:patient|pat|subject|sub|case)[-_ ]?\d+|p\d{4,}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Row:
    """What one row of the list says of its film. label: None if the row gives no usable one."""

    line: int
    label: RowLabel
    patient: str | None
    split: Split | None
    attributes: tuple[tuple[str, str], ...]


def list_listed_films(source: Path, preparation: Preparation) -> Listing:
    """List the films of a label list, one or several a row, relative to the root or the list.

    Several rows about one film count as one if they agree. Films without a usable label, and those
    about which rows contradict each other, are left out; missing files are listed like others.
    Raises JobFailed (dataset_invalid) if the list cannot be understood or names no labelled film.
    """
    table = read_label_list(source)
    columns = preparation.columns or guess_columns(table)
    cells = table.read_column(columns.file)
    root = preparation.root or source.parent
    files = find_listed_files(cells, columns.file, root)
    rows_of: dict[Path, list[Row]] = defaultdict(list)
    shared: set[Path] = set()
    for cell, row in zip(cells, _read_rows(table, columns), strict=True):
        for path in files.paths.get(cell, ()):
            rows_of[path].append(row)
        if cell in files.shared:
            shared.update(files.paths[cell])
    guesses_patients = columns.patient is None and preparation.patient_pattern is None
    results = [
        _leave_out_shared(path) if path in shared else _merge_rows(path, rows, root if guesses_patients else None)
        for path, rows in rows_of.items()
    ]
    entries = [result for result in results if isinstance(result, Entry)]
    left_out = tuple(result for result in results if isinstance(result, FilmLeftOut))
    if not entries:
        raise invalid_dataset(tr("{source} names no film with a usable label", source=source))
    return Listing(entries, left_out, (*table.notes, *_describe_rows(cells, files), *_describe_left_out(left_out)))


def _read_rows(table: LabelList, columns: Columns) -> list[Row]:
    """Read what each row says of its film."""
    labels = read_labels(
        table.read_column(columns.label), columns.label, columns.contains, is_generic_label(columns.label)
    )
    patients = table.read_column(columns.patient) if columns.patient else [""] * len(labels)
    splits = table.read_column(columns.split) if columns.split else [""] * len(labels)
    used = {columns.file, columns.label, columns.patient, columns.split}
    attributes = {
        attribute: [table.column_index(name) for name in names if name not in used]
        for attribute, names in find_attribute_columns(table).items()
    }
    return [
        Row(line, label, plain_text(patient) or None, _parse_split(split, line), _read_attributes(cells, attributes))
        for (line, cells), label, patient, split in zip(table.rows, labels, patients, splits, strict=True)
    ]


def _read_attributes(cells: Sequence[str], indices: Mapping[str, Sequence[int]]) -> tuple[tuple[str, str], ...]:
    """Return the attributes that a row states: of several columns the first that is not empty."""
    values = ((name, next((cells[index] for index in own if cells[index]), "")) for name, own in indices.items())
    return tuple((name, value) for name, value in values if value)


def _merge_rows(path: Path, rows: Sequence[Row], patients_below: Path | None) -> Entry | FilmLeftOut:
    """Return the film that all of its rows describe, or why it is left out.

    A row without a usable label says nothing. patients_below: root of folders that may name patients,
    None if the list or a pattern does.
    """
    labelled = [row for row in rows if row.label.class_name is not None]
    if not labelled:
        return FilmLeftOut(path, Reason.NO_LABEL, _describe_missing_label(rows[0].label.cell))
    names = {class_key(row.label.class_name or ""): row.label.class_name or "" for row in reversed(labelled)}
    if len(names) > 1:
        sentence = tr("The list gives it different labels: {labels}.", labels=", ".join(sorted(names.values())))
        return FilmLeftOut(path, Reason.LABELS_DIFFER, sentence)
    patients = list(dict.fromkeys(row.patient for row in labelled if row.patient))
    splits = list(dict.fromkeys(row.split for row in labelled if row.split))
    if len(patients) > 1 or len(splits) > 1:
        lines = ", ".join(str(row.line) for row in labelled)
        sentence = tr("The list's lines {lines} about it contradict each other.", lines=lines)
        return FilmLeftOut(path, Reason.LABELS_DIFFER, sentence)
    attributes = {name: value for row in reversed(labelled) for name, value in row.attributes}
    patient = patients[0] if patients else _patient_folder(path, patients_below)
    return Entry(path, next(iter(names.values())), patient, splits[0] if splits else None, tuple(attributes.items()))


def _describe_missing_label(cell: str) -> str:
    if is_blank(cell):
        return tr("The list gives it no label.")
    return tr("The list calls it {label!r}, which is neither yes nor no.", label=cell)


def _leave_out_shared(path: Path) -> FilmLeftOut:
    return FilmLeftOut(path, Reason.NO_LABEL, tr("The list names only its patient, who has several films."))


def _patient_folder(path: Path, root: Path | None) -> str | None:
    """Return the last folder that is named as a patient, as in patient00001/study1/view1_frontal.jpg."""
    if root is None or not path.is_relative_to(root):
        return None
    folders = reversed(path.relative_to(root).parts[:-1])
    return next((name for name in folders if PATIENT_FOLDER.fullmatch(name)), None)


def _describe_rows(cells: Sequence[str], files: ListedFiles) -> list[str]:
    """Return sentences on how files were found, and on rows that name none."""
    notes = list(files.notes)
    if nameless := sum(not cell for cell in cells):
        notes.append(tr_count("{count} row names no file.", "{count} rows name no file.", nameless))
    return notes


def _describe_left_out(left_out: Sequence[FilmLeftOut]) -> list[str]:
    counts = Counter(film.reason for film in left_out)
    notes = []
    if count := counts[Reason.NO_LABEL]:
        notes.append(
            tr_count(
                "{count} film without a usable label was left out.",
                "{count} films without a usable label were left out.",
                count,
            )
        )
    if count := counts[Reason.LABELS_DIFFER]:
        notes.append(
            tr_count(
                "{count} film was left out, because rows of the list contradict each other.",
                "{count} films were left out, because rows of the list contradict each other.",
                count,
            )
        )
    return notes


def _parse_split(name: str, line: int) -> Split | None:
    """Return the split of a cell, None for an empty one. Raises JobFailed (dataset_invalid)."""
    if not name:
        return None
    if class_key(name) not in SPLIT_NAMES:
        sentence = tr("line {line} names the split {name!r}; it must be train, val or test", line=line, name=name)
        raise invalid_dataset(sentence)
    return Split(SPLIT_NAMES[class_key(name)])
