"""Preview how a dataset would be read, so that the user can correct it before the audit."""

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.datasets.entries import invalid_dataset
from core.datasets.folder_films import list_folder_films
from core.datasets.folder_names import split_suffix
from core.datasets.label_list import Columns, LabelList, read_label_list
from core.datasets.list_columns import IDENTIFIERS, guess_columns, identifier_of
from core.datasets.list_labels import count_contained
from core.datasets.preparation import AS_IT_IS, Preparation
from core.system.errors import JobFailed
from core.system.language import tr

MAX_SAMPLES: Final = 5  # rows
MAX_LABELS: Final = 20


@dataclass(frozen=True, slots=True)
class IntakePreview:
    """How a dataset would be read.

    header: columns of a label list, empty for folders. columns: those chosen or guessed, None if no
    guess is possible. names: file names without suffix, for testing patient patterns; () if a list
    names DICOM films by an identifier. samples: the first rows of a list. labels: values of the label
    column with their rows, the most frequent first. contained: the same for the single findings, if
    labels are lists of findings, else (); one of them is `Columns.contains`.
    """

    source: Path
    header: tuple[str, ...]
    columns: Columns | None
    names: tuple[str, ...]
    samples: tuple[tuple[str, ...], ...] = ()
    labels: tuple[tuple[str, int], ...] = ()
    contained: tuple[tuple[str, int], ...] = ()


def inspect_source(source: Path, preparation: Preparation = AS_IT_IS) -> IntakePreview:
    """Return how the dataset at `source` would be read, even if it cannot be read as it is.

    Raises JobFailed (dataset_invalid) if it is neither a folder nor a label list.
    """
    if not source.exists():
        raise invalid_dataset(tr("{source} does not exist", source=source))
    if source.is_dir():
        films = list_folder_films(source).entries
        return IntakePreview(source, (), None, tuple(split_suffix(entry.path.name)[0] for entry in films))
    table = read_label_list(source)
    columns = preparation.columns
    if columns is None:
        with suppress(JobFailed):
            columns = guess_columns(table)
    samples = tuple(cells for _, cells in table.rows[:MAX_SAMPLES])
    if columns is None:
        return IntakePreview(source, table.header, None, (), samples)
    labels = table.read_column(columns.label) if columns.label in table.header else []
    return IntakePreview(
        source,
        table.header,
        columns,
        _read_names(table, columns.file),
        samples,
        tuple(Counter(labels).most_common(MAX_LABELS)),
        tuple(count_contained(labels)[:MAX_LABELS]),
    )


def _read_names(table: LabelList, column: str) -> tuple[str, ...]:
    """Return the names of the files without folder and suffix; () for identifiers of DICOM films."""
    if column not in table.header or identifier_of(column) in IDENTIFIERS:
        return ()
    return tuple(Path(cell.replace("\\", "/")).stem for cell in table.read_column(column))
