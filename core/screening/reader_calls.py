"""Record a reader's calls on screened films: saved at once, undone, exported."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Final

from core.screening.csv_log import begin_csv_log
from core.screening.events import LedgerRow, Status
from core.screening.folder_listing import find_film
from core.system.csv_text import format_csv_line, parse_csv, quote_formula, unquote_formula
from core.system.errors import JobFailed, Reason
from core.system.files import (
    append_flushed,
    escape_undecodable,
    explain_write_errors,
    write_atomically,
)
from core.system.language import marked, tr
from core.system.outputs import csv_kind

COLUMNS: Final = ("file", "reader", "blind", "note", "called_at", "film")
EXPORT_COLUMNS: Final = ("label", "probability", "decision", "stance")  # behind COLUMNS where calls are exported
EARLIER_COLUMNS: Final = COLUMNS[:-1]  # of files that earlier versions began
CALLS_FILE: Final = csv_kind(lambda cells: tuple(cells) in {COLUMNS, EARLIER_COLUMNS})
UNSURE: Final = marked("unsure")  # as stored in files; shown to users in translation
WITHDRAWN: Final = ""


@dataclass(frozen=True, slots=True)
class Call:
    """A reader's call on one film.

    reader: a class, "unsure", or "" if only a note was made. blind: True if the call was made
    before the model's result was shown. called_at: local time, ISO 8601. film: code of the film's
    content when it was called, as in LedgerRow.
    """

    file: str
    reader: str
    blind: bool
    note: str
    called_at: str
    film: str = ""


class Stance(StrEnum):
    """How a reader's call stands to the model's answer. The values are written to exports."""

    AGREES = "agrees"
    DISAGREES = "disagrees"
    UNSURE = "unsure"
    EARLIER_FILM = "earlier_film"


SENTENCES: Final = {
    Stance.AGREES: marked("The reader agreed: {reader}."),
    Stance.DISAGREES: marked("The reader disagreed: {reader}."),
    Stance.UNSURE: marked("The reader was unsure."),
    Stance.EARLIER_FILM: marked("The reader called an earlier version of this film: {reader}."),
}


@dataclass(frozen=True, slots=True)
class Opinion:
    """A reader's class or "unsure", beside the model's answer on the same film."""

    stance: Stance
    reader: str

    @property
    def is_current(self) -> bool:
        """Whether it is on the film as it is now; an earlier one does not count."""
        return self.stance is not Stance.EARLIER_FILM

    @property
    def sentence(self) -> str:
        """The opinion in words."""
        return tr(SENTENCES[self.stance], reader=tr(UNSURE) if self.reader == UNSURE else self.reader)


def compare_call(call: Call | None, film: str, label: str | None) -> Opinion | None:
    """Return how a call stands to an answer, None without a class or "unsure", or without an answer.

    film: code of the content that the answer is on, "" if unknown. A call on another content stands
    for nothing until the reader calls again. label: the model's class, None without an answer.
    """
    if call is None or call.reader == WITHDRAWN:
        return None
    if film and call.film != film:
        return Opinion(Stance.EARLIER_FILM, call.reader)
    if call.reader == UNSURE:
        return Opinion(Stance.UNSURE, call.reader)
    if label is None:
        return None
    return Opinion(Stance.AGREES if call.reader == label else Stance.DISAGREES, call.reader)


def calls_path(output: Path) -> Path:
    """Return the file of the calls on a screening, beside its ledger."""
    return output.with_name(output.name.removesuffix(".csv") + ".calls.csv")


def local_timestamp() -> str:
    """Return the local time, ISO 8601 to the second."""
    return datetime.now().astimezone().isoformat(timespec="seconds")


class CallBook:
    """The calls on one screening, of which the last on a film counts.

    save: called at once with every change.
    """

    def __init__(self, calls: Iterable[Call], save: Callable[[Call], object]) -> None:
        self._calls = {call.file: call for call in calls}
        self._save = save
        self._history: list[tuple[str, Call | None]] = []  # film and its earlier call, for undo

    def __len__(self) -> int:
        return len(self.calls())

    def find(self, file: str) -> Call | None:
        """Return the call on a film, None if there is none or it was withdrawn."""
        call = self._calls.get(file)
        return call if call and (call.reader or call.note) else None

    def opinion(self, row: LedgerRow) -> Opinion | None:
        """Return the reader's opinion on a row, None where there is none."""
        return compare_call(self.find(row.file), row.film, row.label)

    def is_called(self, row: LedgerRow) -> bool:
        """Whether the reader has called the film of a row as it is now."""
        opinion = self.opinion(row)
        return opinion is not None and opinion.is_current

    def awaits_call(self, row: LedgerRow) -> bool:
        """Whether a row has an answer that the reader has not called; in blind reading it is hidden until then."""
        return row.status is Status.SCORED and not self.is_called(row)

    def calls(self) -> tuple[Call, ...]:
        """Return all calls but withdrawn ones, sorted by film."""
        return tuple(call for name in sorted(self._calls) if (call := self.find(name)))

    def record(self, call: Call) -> None:
        """Save a call, in place of an earlier one on the same film."""
        self._save(call)
        self._history.append((call.file, self._calls.get(call.file)))
        self._calls[call.file] = call

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to take back."""
        return bool(self._history)

    def undo(self) -> str | None:
        """Undo the last change and return its film, None if there is nothing to undo."""
        if not self._history:
            return None
        file, before = self._history.pop()
        restored = before or Call(file, WITHDRAWN, False, "", local_timestamp())
        self._save(restored)
        self._calls[file] = restored
        return file


def load_calls(output: Path) -> CallBook:
    """Return the calls on the screening in `output`; changes are appended to their file at once.

    Raises JobFailed if the file cannot be read; changes raise it if it cannot be written.
    """
    path = calls_path(output)
    calls = read_calls(path) if path.exists() else ()
    return CallBook(calls, partial(append_call, path))


def append_call(path: Path, call: Call) -> None:
    """Append a call to a file of calls and flush it to the disk.

    Raises JobFailed, also if the file is of another kind.
    """
    begin_csv_log(path, COLUMNS, CALLS_FILE)
    with explain_write_errors(path):
        _renew_header(path)
        append_flushed(path, format_csv_line([quote_formula(cell) for cell in _call_cells(call)]))


def _renew_header(path: Path) -> None:
    """Name all columns in the first line of a file that an earlier version began."""
    earlier = format_csv_line(EARLIER_COLUMNS).encode()
    with path.open("rb") as stream:
        if stream.read(len(earlier)) != earlier:
            return
        calls = stream.read()
    write_atomically(path, lambda renewed: renewed.write(format_csv_line(COLUMNS).encode() + calls))


def _call_cells(call: Call) -> list[str]:
    """Return the values of a call in the order of COLUMNS."""
    return [call.file, call.reader, "yes" if call.blind else "no", call.note, call.called_at, call.film]


def read_calls(path: Path) -> list[Call]:
    """Return all calls in a file, in order, without a torn last line.

    Raises JobFailed if it cannot be read or is no such file.
    """
    try:
        lines = parse_csv(path.read_bytes())
    except (OSError, ValueError) as error:
        sentence = tr("{path}, with the reader's calls, cannot be read.", path=path)
        raise JobFailed(Reason.OUTPUT_NOT_WRITABLE, sentence) from error
    if not lines or tuple(lines[0]) not in {COLUMNS, EARLIER_COLUMNS}:
        raise JobFailed(
            Reason.OUTPUT_NOT_WRITABLE, tr("{path} contains no reader's calls; move it elsewhere.", path=path)
        )
    calls = []
    for cells in lines[1:]:
        if len(cells) in {len(COLUMNS), len(EARLIER_COLUMNS)}:
            file, reader, blind, note, called_at, *film = (unquote_formula(cell) for cell in cells)
            calls.append(Call(file, reader, blind == "yes", note, called_at, *film))
    return calls


def format_calls(calls: Iterable[Call], rows: Iterable[LedgerRow]) -> str:
    """Return calls beside the model's results, as CSV without cells that spreadsheets run."""
    rows_by_file = {row.file: row for row in rows}
    lines = [format_csv_line([*COLUMNS, *EXPORT_COLUMNS])]
    for call in calls:
        row = rows_by_file.get(call.file)
        label = (row.label or "") if row else ""
        decision = (row.decision or "") if row else ""
        probability = f"{row.probability:.6f}" if row and row.probability is not None else ""
        quoted = [quote_formula(cell) for cell in (*_call_cells(call), label)]
        opinion = compare_call(call, row.film, row.label) if row else None
        lines.append(format_csv_line([*quoted, probability, decision, opinion.stance if opinion else ""]))
    return "".join(lines)


def format_labels(folder: Path, calls: Iterable[Call], rows: Iterable[LedgerRow], only_disagreements: bool) -> str:
    """Return a label list, for the Dataset tab, of scored films that the reader assigned a class.

    Files are written with their full path. Calls on earlier versions of films are left out.
    only_disagreements: leave out films whose class is the model's label.
    """
    wanted = {Stance.DISAGREES} if only_disagreements else {Stance.AGREES, Stance.DISAGREES}
    scored = {row.file: row for row in rows if row.status is Status.SCORED}
    lines = [format_csv_line(["file", "label"])]
    for call in calls:
        row = scored.get(call.file)
        opinion = compare_call(call, row.film, row.label) if row else None
        if row is not None and opinion is not None and opinion.stance in wanted:
            lines.append(format_csv_line([escape_undecodable(str(find_film(folder, row).absolute())), call.reader]))
    return "".join(lines)
