"""What the files of a screening were when they were read, kept beside its ledger."""

from pathlib import Path

import pytest

from core.models.decision import Decision
from core.screening.events import LedgerRow, Status
from core.screening.file_state import FileState
from core.screening.results_csv import Journal, partial_path, read_rows
from core.screening.state_log import StateLog, read_states, state_path

CLASSES = ("A", "B")


def scored(number):
    return LedgerRow(f"{number}.png", Status.SCORED, "", "B", 0.9, Decision.LIKELY, "m 1")


def keep(path):
    assert path.exists()


def replace(path):
    path.unlink()
    path.write_bytes(b"")


@pytest.mark.parametrize("change", [keep, Path.unlink, replace])
def test_rows_and_their_states_stay_whole_if_somebody_removes_the_files(tmp_path, change):
    output = tmp_path / "results.csv"
    rows, states = {}, {}
    log, journal = StateLog(output, False, rows, states), Journal(output, CLASSES, rows)
    for numbers in ([0], [1, 2, 3], [4, 5]):
        change(state_path(output))
        change(partial_path(output))
        added = [scored(number) for number in numbers]
        rows.update({row.file: row for row in added})
        states.update(
            {row.file: FileState(number, 1, 2, "ab", 4.5) for number, row in zip(numbers, added, strict=True)}
        )
        log.add(added)
        journal.add(added)
        # what is written is with the system at once
        assert read_rows(partial_path(output), CLASSES, "m 1") == list(rows.values())
        assert read_states(output, rows.values()) == states
    log.close()
    journal.close()
