"""How a dataset could be read, for a person to correct before it is audited."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from core.datasets.dataset import invalid_dataset, list_entries
from core.datasets.label_list import Columns, guess_columns, read_label_list
from core.datasets.preparation import AS_IT_IS, Preparation
from core.system.errors import JobFailed
from core.system.language import tr


@dataclass(frozen=True, slots=True)
class IntakePreview:
    """How a dataset could be read, for a person to correct.

    header: columns of a label list, empty for folders. columns: the guess, None where there is none.
    names: file names without suffix, for trying patient patterns.
    """

    source: Path
    header: tuple[str, ...]
    columns: Columns | None
    names: tuple[str, ...]


def inspect_source(source: Path, preparation: Preparation = AS_IT_IS) -> IntakePreview:
    """How the dataset at `source` could be read, also where it cannot be read as it is.

    Raises JobFailed (dataset_invalid) where it is neither a folder nor a label list.
    """
    if not source.exists():
        raise invalid_dataset(tr("{source} does not exist", source=source))
    if source.is_dir():
        return IntakePreview(source, (), None, tuple(entry.path.stem for entry in list_entries(source)))
    table = read_label_list(source)
    columns = preparation.columns
    if columns is None:
        with suppress(JobFailed):
            columns = guess_columns(table)
    names: tuple[str, ...] = ()
    if columns is not None and columns.file in table.header:
        place = table.column(columns.file)
        names = tuple(Path(cells[place].replace("\\", "/")).stem for _, cells in table.rows)
    return IntakePreview(source, table.header, columns, names)
