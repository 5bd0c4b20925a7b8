"""Preview how a dataset would be read, so that the user can correct it before the audit."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from core.datasets.entries import invalid_dataset
from core.datasets.folder_films import list_folder_films
from core.datasets.label_list import Columns, guess_columns, read_label_list
from core.datasets.preparation import AS_IT_IS, Preparation
from core.system.errors import JobFailed
from core.system.language import tr


@dataclass(frozen=True, slots=True)
class IntakePreview:
    """How a dataset would be read.

    header: columns of a label list, empty for folders. columns: those chosen or guessed, None if no
    guess is possible. names: file names without suffix, for testing patient patterns.
    """

    source: Path
    header: tuple[str, ...]
    columns: Columns | None
    names: tuple[str, ...]


def inspect_source(source: Path, preparation: Preparation = AS_IT_IS) -> IntakePreview:
    """Return how the dataset at `source` would be read, even if it cannot be read as it is.

    Raises JobFailed (dataset_invalid) if it is neither a folder nor a label list.
    """
    if not source.exists():
        raise invalid_dataset(tr("{source} does not exist", source=source))
    if source.is_dir():
        return IntakePreview(source, (), None, tuple(entry.path.stem for entry in list_folder_films(source)))
    table = read_label_list(source)
    columns = preparation.columns
    if columns is None:
        with suppress(JobFailed):
            columns = guess_columns(table)
    names: tuple[str, ...] = ()
    if columns is not None and columns.file in table.header:
        index = table.column_index(columns.file)
        names = tuple(Path(cells[index].replace("\\", "/")).stem for _, cells in table.rows)
    return IntakePreview(source, table.header, columns, names)
