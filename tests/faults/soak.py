"""Start and stop jobs in one window for long, and look whether threads, open files or memory grow.

    python tests/faults/soak.py --minutes 60
    python tests/faults/soak.py --cycles 50

A cycle: a screening that is stopped half way and retried, an audit, a training that is stopped, the list of runs. After
the first three cycles, which load torch and fill caches, the figures are printed. Exit status 1 where threads or files
grew, or memory by more than 20 % from the second tenth of the cycles to the last. Linux only.
"""

import argparse
import gc
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from core.datasets.preparation import AS_IT_IS
from gui.jobs.dataset_jobs import audit_job
from gui.jobs.evaluation_jobs import show_model_job
from gui.jobs.jobs import ignore
from gui.jobs.screening_jobs import screen_job
from gui.jobs.training_jobs import train_job
from tests.factories import write_phantoms
from tests.faults.program import write_films
from tests.faults.window_job import LONG


def usage():
    """Threads, open files, and resident memory in MB of this process."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    memory = pages * os.sysconf("SC_PAGE_SIZE") / 1e6
    return len(os.listdir("/proc/self/task")), len(os.listdir("/proc/self/fd")), memory  # noqa: PTH208


WARM_UP = 3  # cycles


class Cycler:
    """Runs jobs in a window, one after the other, each to its end or to a stop."""

    def __init__(self, window, place):
        self.window, self.place, self.done = window, place, 0

    def ends(self, job, stop_at=None):
        """Run a job; stop it at its nth event of the kinds that count films or batches."""
        left = [stop_at or 0]

        def show(event):
            if stop_at and type(event).__name__ in {"FilmAnswered", "BatchEnded"}:
                left[0] -= 1
                if left[0] == 0:
                    self.window.jobs.cancel()

        loop = QEventLoop()
        self.window.jobs.ended.connect(loop.quit)
        QTimer.singleShot(0, lambda: self.window.jobs.start(job, ignore, show_event=show))
        loop.exec()
        self.window.jobs.ended.disconnect(loop.quit)

    def cycle(self):
        self.done += 1
        films, dataset, output = self.place / "films", self.place / "dataset", self.place / "r.csv"
        self.ends(screen_job(films, output, None), stop_at=5)
        self.ends(screen_job(films, output, None, retry_failed=True))
        self.ends(audit_job(dataset, AS_IT_IS))
        self.ends(train_job(dataset, LONG, self.place / "runs" / f"run-{self.done}", False), stop_at=1)
        self.ends(show_model_job(None))
        return usage()


def grown(figures):
    """What grew: sentences."""
    tenth = max(1, len(figures) // 10)
    early, late = figures[tenth : 2 * tenth] or figures[:1], figures[-tenth:]
    said = []
    for name, number, bearable in (("threads", 0, 0), ("files", 1, 0), ("memory", 2, 0.2)):
        before, after = (statistics.median(row[number] for row in part) for part in (early, late))
        if after > before * (1 + bearable):
            said.append(f"{name} grew from {before:.0f} to {after:.0f}")
    return said


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--cycles", type=int, default=100_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="soak-") as name:
        place = Path(name)
        for variable in ("XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
            os.environ[variable] = str(place / "app")
        write_films(place / "films", 12)
        write_phantoms(place / "dataset")
        application = QApplication([])
        from gui.shell.main_window import MainWindow

        window, figures, end = MainWindow(), [], time.monotonic() + 60 * options.minutes
        window.show()
        cycler = Cycler(window, place)
        while time.monotonic() < end and cycler.done < options.cycles:
            row = cycler.cycle()
            if cycler.done > WARM_UP:
                figures.append(row)
                print(f"cycle {cycler.done}: {row[0]} threads, {row[1]} files, {row[2]:.0f} MB", flush=True)
        window.close()
        application.processEvents()
    if len(figures) < 20:
        print(f"{cycler.done} cycles: too few to tell")
        return 1
    said = grown(figures)
    print("\n".join(said) or f"{cycler.done} cycles: nothing grew")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
