"""Measure delays of the window during a training with preview, of Cancel and of closing."""

import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QApplication, QPushButton

from core.recipes.recipe import BEST, change_start
from core.system.malloc import keep_freed_memory
from core.training.events import BatchEnded
from gui.jobs.jobs import ignore
from gui.jobs.training_jobs import train_job
from gui.shell.main_window import MainWindow
from gui.widgets import messages

INTERVAL_MS = 16
MEASURED_SECONDS = 20
PREVIEW_MS = 1000  # between changes of the augmentation preview


def wait(signal: object) -> None:
    """Run the event loop until a signal is emitted."""
    loop = QEventLoop()
    signal.connect(loop.quit)  # type: ignore[attr-defined]
    loop.exec()


def start_training(window: MainWindow, run: Path) -> None:
    """Start a training of the open dataset and return after its first batch."""
    loop = QEventLoop()

    def show(event: object) -> None:
        window.training_tab.show_event(event)
        if isinstance(event, BatchEnded):
            loop.quit()

    source = window.session.source
    assert source is not None
    recipe = replace(change_start(BEST, "random"), epochs=100)
    window.jobs.start(train_job(source, recipe, run, resume=False), ignore, show_event=show)
    loop.exec()


def record_delays(seconds: float) -> list[float]:
    """Run the event loop; return how many milliseconds each tick of a timer came late."""
    delays, last = [], time.perf_counter()

    def tick() -> None:
        nonlocal last
        now = time.perf_counter()
        delays.append(max(0.0, (now - last) * 1000 - INTERVAL_MS))
        last = now

    timer = QTimer(timerType=Qt.TimerType.PreciseTimer, interval=INTERVAL_MS)
    timer.timeout.connect(tick)
    timer.start()
    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()
    timer.stop()
    return delays


def measure_delays(window: MainWindow) -> None:
    """Print the delays of the event loop while the preview is opened and changed every second."""
    preview = window.training_tab.tools.preview_window
    window.training_tab.tools.preview.click()
    again = QTimer(interval=PREVIEW_MS)
    again.timeout.connect(preview.findChild(QPushButton, "again").click)
    again.start()
    delays = record_delays(MEASURED_SECONDS)
    again.stop()
    preview.close()
    ordered = sorted(delays)
    p99 = ordered[int(0.99 * len(ordered))]
    middle, worst = statistics.median(delays), ordered[-1]
    print(f"timer late by: median {middle:.1f} ms, p99 {p99:.1f} ms, worst {worst:.1f} ms, n = {len(delays)}")


def measure_cancel(window: MainWindow) -> None:
    """Print the seconds from Cancel to the end of the training."""
    start = time.perf_counter()
    window.jobs.cancel()
    wait(window.jobs.ended)
    print(f"Cancel took effect after {time.perf_counter() - start:.2f} s")


def measure_close(application: QApplication, window: MainWindow) -> None:
    """Print the seconds from closing the window to the end of the program."""
    messages.ask_stop_and_close = lambda _parent: True
    start = time.perf_counter()
    application.lastWindowClosed.connect(application.quit)
    window.close()
    application.exec()
    print(f"closing during training took {time.perf_counter() - start:.2f} s")


def main() -> None:
    keep_freed_memory()
    application = QApplication([])
    window = MainWindow()
    window.show()
    QTimer.singleShot(0, window.dataset_tab.start_demo)
    wait(window.jobs.ended)
    window.tabs.setCurrentWidget(window.training_tab)
    with tempfile.TemporaryDirectory() as folder:
        start_training(window, Path(folder) / "first")
        measure_delays(window)
        measure_cancel(window)
        start_training(window, Path(folder) / "second")
        measure_close(application, window)


if __name__ == "__main__":
    main()
