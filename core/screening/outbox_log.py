"""Remember beside a ledger which of its answers were put into an outbox (RESULTS.csv.outbox).

A sender may empty the outbox at any time, so that the folder itself does not tell. A line is written
after its objects: a crash between the two leaves objects without a line, which are written again
and are the same ones.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.screening.csv_log import begin_csv_log, read_csv_log
from core.screening.events import LedgerRow
from core.screening.reader_calls import local_timestamp
from core.screening.results_csv import row_cells
from core.system.csv_text import format_csv_line
from core.system.errors import JobFailed, Reason
from core.system.files import append_flushed, explain_write_errors
from core.system.language import tr
from core.system.outputs import csv_kind

OUTBOX: Final = ".outbox"  # suffix, after that of the ledger
COLUMNS: Final = ("film", "row", "identified", "heat_map", "report", "put_at")
OUTBOX_LOG: Final = csv_kind(lambda cells: tuple(cells) == COLUMNS)


@dataclass(frozen=True, slots=True)
class Put:
    """An answer that is to be, or was, put into an outbox.

    film: its code. row: as it stands in the ledger. identified: "yes" where patient and study are kept.
    """

    film: str
    row: str
    identified: str


def describe_put(row: LedgerRow, keeps_identity: bool) -> Put:
    """Return what is put into an outbox for a row."""
    return Put(row.film, format_csv_line(row_cells(row)).removesuffix("\n"), "yes" if keeps_identity else "no")


def outbox_log_path(output: Path) -> Path:
    """Return the log that belongs to a ledger, beside it."""
    return output.with_name(output.name + OUTBOX)


def read_outbox_log(path: Path) -> set[Put]:
    """Return what was put into an outbox, nothing if there is no log. Raises JobFailed if it is not to be trusted."""
    try:
        lines = read_csv_log(path, COLUMNS)
    except (OSError, ValueError) as error:
        sentence = tr(
            "{path}, with the answers that were put into the outbox, cannot be read. Move it elsewhere, and all are "
            "put there again.",
            path=path,
        )
        raise JobFailed(Reason.OUTPUT_NOT_WRITABLE, sentence) from error
    return {Put(*cells[:3]) for cells in lines if len(cells) == len(COLUMNS)}


def append_put(path: Path, put: Put, heat_map: str, report: str) -> None:
    """Append what was put into an outbox, with the SOP instance UIDs of its objects, and flush it to the disk.

    Raises JobFailed, also if the file is of another kind.
    """
    begin_csv_log(path, COLUMNS, OUTBOX_LOG)
    cells = [put.film, put.row, put.identified, heat_map, report, local_timestamp()]
    with explain_write_errors(path):
        append_flushed(path, format_csv_line(cells))
