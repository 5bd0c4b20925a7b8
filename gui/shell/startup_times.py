"""Measure the start-up times of the window, for packaging/start_up.py."""

import json
import sys
import time
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer, Slot

from core.models.events import SelfTestResult
from gui.jobs.evaluation_jobs import self_test_job
from gui.jobs.jobs import ignore
from gui.shell.main_window import MainWindow

PAGE_BYTES = 4096


def read_memory_mb() -> float | None:
    """Read the resident memory of this process in MB; None on systems without /proc."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_BYTES / 1e6
    except OSError:
        return None


class StartTimes(QObject):
    """Watches one start, prints one line of JSON and closes the window.

    Keys: "splash", "painted", "answering", "model_ready", in seconds of the monotonic clock;
    "idle_mb" and "with_model_mb"; "words", the title of the first tab and Qt's own word for
    "Cancel", which show the language in use.
    """

    def __init__(self, splash_painted: float) -> None:
        super().__init__()
        self.window = MainWindow()
        words = [self.window.tabs.tabText(0), QCoreApplication.translate("QPlatformTheme", "Cancel")]
        self._times: dict[str, float | list[str] | None] = {"splash": splash_painted, "words": words}
        self.window.installEventFilter(self)
        self.window.jobs.ended.connect(self._on_job_ended)

    def start(self) -> None:
        """Show the window; once it is painted, check the model."""
        self.window.show()
        QTimer.singleShot(0, self, self._on_answering)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Paint:
            self._times.setdefault("painted", time.monotonic())
        return super().eventFilter(watched, event)

    @Slot()
    def _on_answering(self) -> None:
        self._times |= {"answering": time.monotonic(), "idle_mb": read_memory_mb()}
        self.window.jobs.start(self_test_job(), ignore)

    @Slot(object)
    def _on_job_ended(self, result: object) -> None:
        ready = time.monotonic() if isinstance(result, SelfTestResult) else None
        self._times |= {"model_ready": ready, "with_model_mb": read_memory_mb()}
        sys.stdout.write(json.dumps(self._times) + "\n")
        sys.stdout.flush()
        self.window.close()
