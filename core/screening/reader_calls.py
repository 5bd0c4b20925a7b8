"""What a reader says of screened films: kept the moment it is said, undone, exported. Judges nothing."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

from core.screening.events import LedgerRow, Status
from core.system.csv_text import format_csv_line, parse_csv, quote_formula, unquote_formula
from core.system.errors import JobFailed, Reason
from core.system.files import append_flushed, escape_undecodable, explain_write_errors, write_text_atomically
from core.system.language import marked, tr

COLUMNS: Final = ("file", "reader", "blind", "note", "called_at")
UNSURE: Final = marked("unsure")  # stands in files; people are shown `tr` of it
TAKEN_BACK: Final = ""


@dataclass(frozen=True, slots=True)
class Call:
    """A reader's word on one film.

    reader: a class, "unsure", or "" where only a note was made. blind: said before the model's answer was shown.
    called_at: local time, ISO 8601.
    """

    file: str
    reader: str
    blind: bool
    note: str
    called_at: str


def calls_path(output: Path) -> Path:
    """Where the calls on a screening stand: beside its ledger."""
    return output.with_name(output.name.removesuffix(".csv") + ".calls.csv")


def local_timestamp() -> str:
    """The local time, ISO 8601 to the second."""
    return datetime.now().astimezone().isoformat(timespec="seconds")


class CallBook:
    """The calls on one screening, the last one of a film counting; every change goes to `keep` at once."""

    def __init__(self, calls: Iterable[Call], keep: Callable[[Call], object]) -> None:
        self._calls = {call.file: call for call in calls}
        self._keep = keep
        self._done: list[tuple[str, Call | None]] = []  # film and what was said before, for undoing

    def __len__(self) -> int:
        return len(self.calls())

    def of(self, file: str) -> Call | None:
        """What was said of this film, None where nothing was."""
        call = self._calls.get(file)
        return call if call and (call.reader or call.note) else None

    def calls(self) -> tuple[Call, ...]:
        """All that was said and not taken back, by film."""
        return tuple(call for name in sorted(self._calls) if (call := self.of(name)))

    def say(self, call: Call) -> None:
        """Keep a call, instead of an earlier one on the same film."""
        self._keep(call)
        self._done.append((call.file, self._calls.get(call.file)))
        self._calls[call.file] = call

    def undo(self) -> str | None:
        """Take back the last change; returns its film, None where nothing is left to take back."""
        if not self._done:
            return None
        file, before = self._done.pop()
        taken_back = before or Call(file, TAKEN_BACK, False, "", local_timestamp())
        self._keep(taken_back)
        self._calls[file] = taken_back
        return file


def load_calls(output: Path) -> CallBook:
    """The calls on the screening in `output`, as they stand on the disk, where every change goes at once.

    Raises JobFailed where they cannot be read; so do changes where they cannot be written.
    """
    path = calls_path(output)
    return CallBook(read_calls(path) if path.exists() else (), partial(append_call, path))


def append_call(path: Path, call: Call) -> None:
    """Add a call to a file of calls and make sure that it is on the disk. Raises JobFailed."""
    if not path.exists():
        write_text_atomically(path, format_csv_line(COLUMNS))
    cells = (call.file, call.reader, "yes" if call.blind else "no", call.note, call.called_at)
    with explain_write_errors(path):
        append_flushed(path, format_csv_line([quote_formula(cell) for cell in cells]))


def read_calls(path: Path) -> list[Call]:
    """All lines of a book in their order; a torn last one is left out. Raises JobFailed where it is no such book."""
    try:
        lines = parse_csv(path.read_bytes())
    except (OSError, ValueError) as error:
        sentence = tr("{path}, with the reader's calls, cannot be read.", path=path)
        raise JobFailed(Reason.OUTPUT_NOT_WRITABLE, sentence) from error
    if not lines or tuple(lines[0]) != COLUMNS:
        raise JobFailed(Reason.OUTPUT_NOT_WRITABLE, tr("{path} holds no reader's calls; move it away.", path=path))
    calls = []
    for cells in lines[1:]:
        if len(cells) == len(COLUMNS):
            file, reader, blind, note, called_at = (unquote_formula(cell) for cell in cells)
            calls.append(Call(file, reader, blind == "yes", note, called_at))
    return calls


def format_calls(calls: Iterable[Call], rows: Iterable[LedgerRow]) -> str:
    """Calls beside the model's answers, as CSV that no spreadsheet runs."""
    answers = {row.file: row for row in rows}
    lines = [format_csv_line([*COLUMNS, "label", "probability", "decision"])]
    for call in calls:
        row = answers.get(call.file)
        label, decision = (row.label or "", row.decision or "") if row else ("", "")
        probability = f"{row.probability:.6f}" if row and row.probability is not None else ""
        cells = (call.file, call.reader, "yes" if call.blind else "no", call.note, call.called_at, label)
        lines.append(format_csv_line([*(quote_formula(cell) for cell in cells), probability, decision]))
    return "".join(lines)


def format_labels(folder: Path, calls: Iterable[Call], rows: Iterable[LedgerRow], only_disagreements: bool) -> str:
    """A label list of films that the reader named a class of, which the Dataset tab opens; files by their full path."""
    answers = {row.file: row for row in rows if row.status is Status.SCORED}
    lines = [format_csv_line(["file", "label"])]
    for call in calls:
        row = answers.get(call.file)
        if row is None or call.reader in {UNSURE, TAKEN_BACK} or (only_disagreements and row.label == call.reader):
            continue
        lines.append(format_csv_line([escape_undecodable(str((folder / call.file).absolute())), call.reader]))
    return "".join(lines)
