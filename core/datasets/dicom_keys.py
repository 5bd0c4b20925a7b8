"""Find the DICOM films that a label list names by accession number, UID or patient.

Headers are read only for this: no identifier of a film that the list does not hold is kept.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.datasets.file_search import walk_files
from core.datasets.list_labels import fold_number
from core.films.dicom_file import is_dicom, read_dicom_header
from core.films.dicom_values import read_text
from core.jobs.thread_map import map_in_order

KEYWORDS: Final = ("SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID", "AccessionNumber", "PatientID")
NUMBERS: Final = ("AccessionNumber", "PatientID")  # identifiers whose leading zeros a table program may drop
# modalities of files that accompany films: reports, presentation states, key objects, plans
DOCUMENTS: Final = frozenset({"SR", "PR", "KO", "DOC", "REG", "SEG", "PLAN", "RTSTRUCT", "RTPLAN"})
Identifiers = Mapping[Path, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class KeyMatches:
    """The films of each listed identifier.

    keyword: which identifier it is. paths: by identifier; missing if there is none. unlisted: number
    of DICOM films that no identifier names. zeros: number of identifiers found although the list has
    lost their leading zeros.
    """

    keyword: str
    paths: Mapping[str, tuple[Path, ...]]
    unlisted: int
    zeros: int


def read_identifiers(root: Path) -> Identifiers:
    """Return the KEYWORDS of all DICOM films below a folder. Each file is opened once."""
    found: dict[Path, Mapping[str, str]] = {}
    with closing(map_in_order(_read_file, walk_files(root))) as results:
        for path, future in results:
            if values := future.result():
                found[path] = values
    return found


def _read_file(path: Path) -> dict[str, str]:
    """Return a film's identifiers, {} for documents and for files that are not DICOM or damaged."""
    try:
        with path.open("rb") as stream:
            if not is_dicom(stream):
                return {}
            header = read_dicom_header(stream, [*KEYWORDS, "Modality", "Rows"])
    except MemoryError:
        raise
    except Exception:  # pydicom's parser raises anything on bad bytes; the film cannot be found then
        return {}
    if "Rows" not in header and read_text(header, "Modality") in DOCUMENTS:
        return {}
    return {keyword: value for keyword in KEYWORDS if (value := read_text(header, keyword))}


def match_keys(keys: Sequence[str], identifiers: Identifiers, keyword: str | None) -> KeyMatches:
    """Return the films of each listed identifier.

    keyword: which identifier the list holds; None takes that with the most matches.
    """
    matches = [_match_keyword(keys, identifiers, one) for one in ([keyword] if keyword else KEYWORDS)]
    return max(matches, key=lambda match: len(match.paths))


def _match_keyword(keys: Sequence[str], identifiers: Identifiers, keyword: str) -> KeyMatches:
    films: dict[str, list[Path]] = defaultdict(list)
    for path, values in identifiers.items():
        if value := values.get(keyword):
            films[value.casefold()].append(path)
    plain = {key: (fold_number(key) if keyword in NUMBERS else key).casefold() for key in keys}
    paths = {key: films[value] for key, value in plain.items() if value in films}
    longer = (
        _find_longer({key: value for key, value in plain.items() if key not in paths}, films)
        if keyword in NUMBERS
        else {}
    )
    used = {path for found in paths.values() for path in found}
    longer = {key: found for key, found in longer.items() if not used.intersection(found)}
    paths |= longer
    listed = {path for found in paths.values() for path in found}
    unlisted = sum(path not in listed for path in identifiers)
    return KeyMatches(keyword, {key: tuple(found) for key, found in paths.items()}, unlisted, len(longer))


def _find_longer(keys: Mapping[str, str], films: Mapping[str, list[Path]]) -> dict[str, list[Path]]:
    """Return the films of keys that are a film's number without its leading zeros, if only one is.

    keys: as listed, with their numbers.
    """
    numbers: dict[str, list[str]] = defaultdict(list)
    for value in films:
        if value.isascii() and value.isdigit():
            numbers[value.lstrip("0")].append(value)
    found = {}
    for key, number in keys.items():
        alike = [value for value in numbers.get(number.lstrip("0"), ()) if len(value) > len(number)]
        if number.isascii() and number.isdigit() and len(alike) == 1:
            found[key] = films[alike[0]]
    return found
