"""The demo without a window: synthetic films, a brief training and a screening."""

import tempfile
import threading
from pathlib import Path

from command_line.commands.training import run_training
from command_line.console import print_line, print_table, run_to_end
from core.system.exit_status import DONE, INTERRUPTED
from core.system.product import NOTICE


def run_demo(cancel: threading.Event) -> int:
    """Make phantoms, train briefly from random weights and screen, all in a temporary folder."""
    from core.datasets.demo import DEMO_RECIPE, make_demo
    from core.screening.screening import screen
    from core.training.training import train

    with tempfile.TemporaryDirectory(prefix="pneumoscreen-demo-") as name:
        folder = Path(name)
        dataset = run_to_end(make_demo(folder, cancel))
        if cancel.is_set():
            return INTERRUPTED
        status, result = run_training(train(dataset, DEMO_RECIPE, folder / "run", cancel))
        if status != DONE or cancel.is_set():
            return INTERRUPTED
        ledger = run_to_end(screen(folder / "worklist", folder / "worklist.csv", result.model, cancel))
        if not ledger.completed:
            return INTERRUPTED
        rows = [(row.file, row.label or "", f"{row.probability or 0:.3f}", row.decision or "") for row in ledger.rows]
        print_table([("file", "label", "probability", "decision"), *rows])
        print_line(f"\nThese films are synthetic. {NOTICE}")
    return DONE
