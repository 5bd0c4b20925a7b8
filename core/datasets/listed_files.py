"""Find the film files of a label list's file column: by their names, or by DICOM identifiers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from core.datasets.dicom_keys import KeyMatches, match_keys, read_identifiers
from core.datasets.entries import invalid_dataset
from core.datasets.file_search import FileSearch
from core.datasets.folder_names import FoundFile, Match, film_suffix
from core.datasets.list_columns import identifier_of
from core.system.errors import JobFailed
from core.system.language import tr, tr_count


@dataclass(frozen=True, slots=True)
class ListedFiles:
    """The files of each cell of the file column.

    paths: by cell; () if no film has this identifier. shared: cells that name only a patient who has
    several films. notes: sentences on how files were found.
    """

    paths: Mapping[str, tuple[Path, ...]]
    shared: frozenset[str] = frozenset()
    notes: list[str] = field(default_factory=list)


def find_listed_files(cells: Sequence[str], column: str, root: Path) -> ListedFiles:
    """Find the files that the cells of a column name.

    Accession numbers and UIDs are looked up in the headers of all DICOM files below `root`, those
    that are in none as file names. Cells of another column are identifiers only if none names a file.
    Raises JobFailed (dataset_invalid) if no file is there at all.
    """
    names = [name for name in dict.fromkeys(cells) if name]
    keyword = identifier_of(column)
    if keyword in {None, "PatientID"}:
        found = FileSearch(root).find_all(names)
        if any(file.match is not Match.MISSING for file in found.values()):
            return ListedFiles({name: (file.path,) for name, file in found.items()}, notes=_describe_search(found))
        if any(map(film_suffix, names)):
            raise _all_missing(len(names), root)
    return _find_by_key(names, column, root, keyword)


def _all_missing(count: int, root: Path) -> JobFailed:
    """Return the error for a list none of whose files is there, as after the list was moved."""
    sentence = tr_count(
        "The {count} file that the list names is neither where the list says nor below {root}. Move the list "
        "beside its films, or choose the folder that its names begin in",
        "None of the {count} files that the list names is where the list says or below {root}. Move the list "
        "beside its films, or choose the folder that its names begin in",
        count,
        root=root,
    )
    return invalid_dataset(sentence)


def _describe_search(found: Mapping[str, FoundFile]) -> list[str]:
    """Return sentences on the files that were found otherwise than as listed."""
    matches = [file.match for file in found.values()]
    notes = []
    if zeros := matches.count(Match.ZEROS):
        notes.append(
            tr_count(
                "{count} file was found although the list has lost leading zeros in its name.",
                "{count} files were found although the list has lost leading zeros in their names.",
                zeros,
            )
        )
    if elsewhere := matches.count(Match.ELSEWHERE):
        notes.append(
            tr_count(
                "{count} file was found in another folder than the list says.",
                "{count} files were found in other folders than the list says.",
                elsewhere,
            )
        )
    return notes


def _find_by_key(names: Sequence[str], column: str, root: Path, keyword: str | None) -> ListedFiles:
    """Find films by identifiers in their headers; where none has it, by a file name that is equal.

    A patient's identifier counts only where the patient has one film. Raises JobFailed.
    """
    matches = match_keys(names, read_identifiers(root), keyword)
    rest = [name for name in names if name not in matches.paths]
    by_name = {name: file for name, file in FileSearch(root).find_all(rest).items() if file.match is not Match.MISSING}
    if not matches.paths and not by_name:
        sentence = tr(
            "No film below {root} has a name or identifier of the column {column!r}", root=root, column=column
        )
        raise invalid_dataset(sentence)
    paths: dict[str, tuple[Path, ...]] = dict.fromkeys(names, ())
    paths |= matches.paths
    paths |= {name: (file.path,) for name, file in by_name.items()}
    shared = {name for name, found in paths.items() if matches.keyword == "PatientID" and len(found) > 1}
    notes = [*_describe_search(by_name), *_describe_keys(matches, sum(not found for found in paths.values()), column)]
    return ListedFiles(paths, frozenset(shared), notes)


def _describe_keys(matches: KeyMatches, missing: int, column: str) -> list[str]:
    notes = []
    if matches.zeros:
        notes.append(
            tr_count(
                "{count} identifier was found although the list has lost its leading zeros.",
                "{count} identifiers were found although the list has lost their leading zeros.",
                matches.zeros,
            )
        )
    if missing:
        notes.append(
            tr_count(
                "{count} value of the column {column!r} belongs to no film.",
                "{count} values of the column {column!r} belong to no film.",
                missing,
                column=column,
            )
        )
    if matches.unlisted:
        notes.append(
            tr_count(
                "{count} DICOM film is in no row of the list.",
                "{count} DICOM films are in no row of the list.",
                matches.unlisted,
            )
        )
    return notes
