"""The window with one job under way: `python tests/faults/window_job.py KIND PLACE` says "running", then waits."""

import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from dataclasses import replace

from PySide6.QtCore import QTimer

from core.datasets.preparation import AS_IT_IS
from gui.jobs.dataset_jobs import audit_job, label_errors_job
from gui.jobs.evaluation_jobs import evaluate_job
from gui.jobs.jobs import ignore
from gui.jobs.screening_jobs import screen_job, watch_job
from gui.jobs.training_jobs import find_rate_job, search_job, train_job
from gui.shell import app
from gui.shell.main_window import MainWindow
from gui.state.settings import Settings, save_settings
from tests.factories import QUICK

LONG = replace(QUICK, epochs=200, name="long")


def job_of(kind, place):
    """A job that has work for long. Films in place/films, a dataset in place/dataset."""
    films, dataset, output = place / "films", place / "dataset", place / "out"
    return {
        "train": lambda: train_job(dataset, LONG, output / "run", False),
        "search": lambda: search_job(dataset, LONG, output / "search", 3600, AS_IT_IS),
        "rate": lambda: find_rate_job(dataset, LONG, AS_IT_IS),
        "audit": lambda: audit_job(dataset, AS_IT_IS),
        "evaluate": lambda: evaluate_job(None, dataset, AS_IT_IS),
        "doubt": lambda: label_errors_job(dataset, None, AS_IT_IS),
        "screen": lambda: screen_job(films, output / "r.csv", None),
        "watch": lambda: watch_job(films, output / "r.csv", None),
    }[kind]()


def main(kind, place):
    show = MainWindow.show

    def show_and_start(window):
        show(window)
        QTimer.singleShot(0, lambda: start(window))

    def start(window):
        if kind == "demo":
            window.jobs.state_changed.connect(lambda _: print("running", flush=True))
            window.dataset_tab.start_demo()
        elif kind == "idle":
            print("running", flush=True)
        else:
            window.jobs.start(job_of(kind, place), ignore, show_event=lambda _event: print("running", flush=True))

    MainWindow.show = show_and_start
    app.create_application()  # settings are kept under its name
    save_settings(Settings(welcomed=True))
    return app.run_window(None, False, threading.Event())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
