"""Turn the label column of a list into one class a row: plain classes, lists of findings, or 1 and 0."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from core.datasets.class_names import class_key, is_negative, plain_text
from core.datasets.entries import invalid_dataset
from core.system.language import tr

FINDING_SEPARATORS: Final = "|;,"
WHOLE_NUMBER: Final = re.compile(r"([+\-−]?\d+)(?:[.,]0*)?")  # 1.0 of pandas, 1,0 of a German Excel
# how pandas, R, databases and Excel write no value
BLANKS: Final = frozenset({
    "", "nan", "na", "<na>", "n/a", "n.a.", "#n/a", "#nv", "null", "?", "k.a.", "k. a.", "keine angabe", "unknown",
    "unbekannt", "not available", "inconnu", "desconocido", "sconosciuto", "onbekend",
})  # fmt: skip
FINDING_VALUES: Final = frozenset({"1", "0", "-1"})  # found, not found, uncertain (CheXpert: Irvin 2019, section 3)
NOTHING_FOUND: Final = "no finding"  # a column that says the opposite of all others
MAX_NAMED: Final = 6  # findings that a sentence names


@dataclass(frozen=True, slots=True)
class RowLabel:
    """The class of a row. class_name: None if the row names none. cell: as the list writes it."""

    class_name: str | None
    cell: str


def read_labels(cells: Sequence[str], column: str, contains: str | None, is_generic: bool) -> list[RowLabel]:
    """Return the label of each row.

    cells: of the label column. column: its name, and is_generic whether this names no finding: 1 and
    0 in a column "Pneumonia" mean "Pneumonia" and "No Pneumonia", in a column "Target" they are the
    classes. contains: the finding to look for in lists of findings, None if each cell is a class.
    Raises JobFailed (dataset_invalid) if the cells are lists and no finding was chosen, or one that
    no list contains.
    """
    values = {cell: fold_number(cell) for cell in dict.fromkeys(cells) if not is_blank(cell)}
    if contains:
        classes = _look_for(contains, values, count_contained(cells))
    elif contained := count_contained(cells):
        sentence = tr(
            "The column {column!r} lists several findings of a film. Choose the finding to look for ({key!r}); "
            "the most frequent are {findings}",
            column=column,
            key="contains",
            findings=_name_some(contained),
        )
        raise invalid_dataset(sentence)
    elif not is_generic and set(values.values()) <= FINDING_VALUES:
        found, missing = name_classes(column)
        classes = {cell: {"1": found, "0": missing}[value] for cell, value in values.items() if value != "-1"}
    else:
        classes = values
    return [RowLabel(classes.get(cell), cell) for cell in cells]


def name_classes(finding: str) -> tuple[str, str]:
    """Return the names of the classes with and without a finding. They are data and stay English."""
    return finding, "Finding" if class_key(finding) == NOTHING_FOUND else f"No {finding}"


def count_contained(cells: Iterable[str]) -> list[tuple[str, int]]:
    """Return the single findings within lists of findings and their films, the most frequent first.

    [] where no cell is a list. Rows of the same film count each.
    """
    counts = Counter(cell for cell in cells if not is_blank(cell))
    separator = _find_separator(counts)
    if separator is None:
        return []
    films: Counter[str] = Counter()
    for cell, count in counts.items():
        for finding in split_findings(cell, separator):
            films[finding] += count
    return films.most_common()


def split_findings(cell: str, separator: str) -> list[str]:
    """Return the findings of a cell, each once; also of lists as Python writes them, ['a', 'b']."""
    if cell.startswith("[") and cell.endswith("]"):
        parts = [part.strip().strip("'\"") for part in cell[1:-1].split(",")]
    else:
        parts = cell.split(separator)
    return list(dict.fromkeys(part.strip() for part in parts if part.strip()))


def is_blank(cell: str) -> bool:
    """Return True if a cell gives no value, in the words of many programs and languages."""
    return plain_text(cell).lower() in BLANKS


def fold_number(cell: str) -> str:
    """Return a whole number without its decimals, 1.0 and 1,0 as 1; anything else unchanged."""
    match = WHOLE_NUMBER.fullmatch(plain_text(cell))
    return match[1].replace("−", "-") if match else cell


def _find_separator(cells: Collection[str]) -> str | None:
    """Return what separates findings within cells; None if no cell is a list.

    cells: different ones. A bar always separates. Otherwise lists have findings in common, which
    classes do not: with "Pneumonia, bacterial", "Pneumonia, viral" and "normal" a comma separates
    nothing, as there would be no fewer findings than cells.
    """
    texts = [cell for cell in cells if not re.fullmatch(r"[+-]?\d+([.,]\d*)?", cell)]
    for separator in FINDING_SEPARATORS:
        lists = [split_findings(cell, separator) for cell in texts]
        findings = Counter(finding for one in lists for finding in one)
        has_common = any(count > 1 for count in findings.values()) and len(findings) < len(texts)
        if any(len(one) > 1 for one in lists) and (separator == "|" or has_common):
            return separator
    return None


def _look_for(finding: str, values: dict[str, str], contained: Sequence[tuple[str, int]]) -> dict[str, str]:
    """Return the class of each cell: whether its list contains the finding. Raises JobFailed if none does."""
    separator = _find_separator(values) or FINDING_SEPARATORS[0]
    wanted = class_key(finding)
    has_finding = {
        cell: any(_names_finding(one, wanted) for one in split_findings(value, separator))
        for cell, value in values.items()
    }
    if not any(has_finding.values()):
        named = _name_some(contained or Counter(values.values()).most_common())
        raise invalid_dataset(
            tr("No label contains {finding!r}; the most frequent are {findings}", finding=finding, findings=named)
        )
    found, missing = name_classes(finding)
    return {cell: found if has else missing for cell, has in has_finding.items()}


def _names_finding(entry: str, wanted: str) -> bool:
    """Return True if an entry is the finding, or the finding with other words, as in "viral pneumonia".

    wanted: the finding as class_key gives it.
    """
    key = class_key(entry)
    return key == wanted or (f" {wanted} " in f" {key} " and not is_negative(entry))


def _name_some(counts: Sequence[tuple[str, int]]) -> str:
    return ", ".join(finding for finding, _ in counts[:MAX_NAMED])
